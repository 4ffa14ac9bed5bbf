"""getForecast and getBackendConfig: answers without AWS, and refusals by argument."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from apigw_client_cert.lifecycle.environment import Environment
from apigw_client_cert.lifecycle.state import dump_generation
from apigw_client_cert.native.functions import BACKEND_CONFIG, FORECAST, invoke
from tests.unit.rotation.builders import DAY, generation

ENVIRONMENT = replace(Environment(), now=lambda: datetime(2027, 1, 1, tzinfo=timezone.utc))


def test_without_generations_it_is_the_life_of_a_certificate_that_begins_now() -> None:
    """On the daily runs of a year, with the default policy."""
    steps = invoke(FORECAST, {}, ENVIRONMENT).inputs["steps"]
    assert [(one["at"], one["action"], one["presented"], one["trusted"]) for one in steps] == [
        ("2027-12-02T00:00:00Z", "issue", 1, [1, 2]),
        ("2027-12-03T00:00:00Z", "activate", 2, [1, 2]),
        ("2027-12-04T00:00:00Z", "confirm", 2, [1, 2]),
        ("2027-12-07T00:00:00Z", "retire", 2, [2]),
        ("2028-11-01T00:00:00Z", "issue", 2, [2, 3]),
    ]


def test_a_certificate_that_exists_goes_on_from_where_it_is() -> None:
    """With its dates, on weekly runs, from a given instant."""
    one = dump_generation(generation(7, left=40 * DAY))
    arguments = {"generations": [one], "runEvery": "7d", "at": "2027-02-01T12:00:00Z", "steps": 1}
    (step,) = invoke(FORECAST, arguments, ENVIRONMENT).inputs["steps"]
    assert (step["at"], step["generation"], step["phase"]) == ("2027-02-15T12:00:00Z", 8, "published")


@pytest.mark.parametrize(
    ("arguments", "key", "says"),
    [
        ({"rotateBefor": "30d"}, "rotateBefor", "did you mean rotateBefore"),
        ({"rotateBefore": "2d"}, "rotateBefore", "give more than 7d"),
        ({"at": "tomorrow"}, "at", "2027-03-01T00:00:00Z"),
        ({"at": "9000-01-01T00:00:00Z"}, "at", "outside the years"),
        ({"runEvery": "daily"}, "runEvery", "not a duration"),
        ({"steps": 0}, "steps", "1 to 100"),
        ({"steps": True}, "steps", "1 to 100"),
        ({"generations": [{"number": 1}]}, "generations", "pass the generations of"),
        ({"generations": "a"}, "generations", "pass the generations of"),
    ],
)
def test_a_bad_argument_is_refused_by_name(arguments: dict[str, Any], key: str, says: str) -> None:
    """And nothing is answered."""
    refused = invoke(FORECAST, arguments, ENVIRONMENT)
    assert says in refused.failures[key]
    assert refused.inputs == {}


def test_a_hundred_steps_ten_years_apart_can_be_told() -> None:
    """No date overflows."""
    told = invoke(FORECAST, {"steps": 100, "runEvery": "3650d", "at": "2999-12-31T00:00:00Z"}, ENVIRONMENT)
    assert len(told.inputs["steps"]) == 100


def test_the_setup_lines_name_the_path_and_nobody_is_trusted_without_generations() -> None:
    """What a person writes once, and what the target holds."""
    answer = invoke(BACKEND_CONFIG, {"kind": "haproxy", "path": "/srv/pins.lst"}, ENVIRONMENT).inputs
    assert "/srv/pins.lst" in answer["setup"]
    assert answer["path"] == "/srv/pins.lst"
    assert answer["published"].count("until") == 0


@pytest.mark.parametrize("arguments", [{}, {"kind": "iis"}])
def test_an_unknown_server_is_refused_with_the_known_ones(arguments: dict[str, Any]) -> None:
    """By name."""
    assert "kind" in invoke(BACKEND_CONFIG, arguments, ENVIRONMENT).failures
