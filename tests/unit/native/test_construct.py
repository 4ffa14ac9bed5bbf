"""What a program in another language writes becomes the component's keywords, or is refused by name."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.errors import InputPropertiesError
from pulumi.output import Unknown

from apigw_client_cert import Aws, RestStage, WebSocketStage
from apigw_client_cert.native.construct import arguments

REST = {"restApiId": "a1b2c3d4e5", "stageName": "prod"}


def refusals(inputs: dict[str, Any]) -> dict[str, str]:
    """Property -> what is wrong with it."""
    with pytest.raises(InputPropertiesError) as refused:
        arguments(inputs)
    return {one["property_path"]: one["reason"] for one in refused.value.errors or ()}


def test_stages_targets_connection_and_policy_reach_the_component() -> None:
    """Under their Python names; targets as they were written."""
    target = {"type": "file", "path": "pins", "content": "nginx"}
    live = {"webSocketApiId": "w1w2w3w4w5", "stageName": "live"}
    given = arguments(
        {"stages": {"prod": REST, "live": live}, "publish": [target], "region": "eu-west-1", "rotateBefore": "60d"}
    )
    assert given["stages"] == {
        "prod": RestStage(rest_api_id="a1b2c3d4e5", stage_name="prod"),
        "live": WebSocketStage(api_id="w1w2w3w4w5", stage_name="live"),
    }
    assert [one.properties() for one in given["publish"]] == [target]
    assert given["aws"] == Aws(region="eu-west-1")
    assert given["rotate_before"] == "60d"
    assert set(given) == {"stages", "publish", "aws", "rotate_before"}


def test_no_targets_are_no_bundle() -> None:
    """As in Python."""
    assert "publish" not in arguments({"stages": {}, "publish": []})


def test_everything_that_is_wrong_is_said_at_once() -> None:
    """A misspelt name with the right one, and every stage that says too little or too much."""
    found = refusals(
        {"rotatebefore": "60d", "stages": {"a": {"stageName": "x"}, "b": {**REST, "webSocketApiId": "w"}, "c": "prod"}}
    )
    assert set(found) == {"rotatebefore", "stages['a']", "stages['b']", "stages['c']"}
    assert "did you mean rotateBefore" in found["rotatebefore"]
    assert "has no API beside stageName" in found["stages['a']"]
    assert "restApiId, webSocketApiId" in found["stages['b']"]


@pytest.mark.parametrize(
    ("key", "text"),
    [("stages", "a map of keys to stages"), ("waves", "a list of waves"), ("publish", "a list of targets")],
)
def test_what_names_or_counts_children_has_to_be_known(key: str, text: str) -> None:
    """The values inside may be outputs; a list that comes with the run cannot name resources."""
    found = refusals({"stages": {}, key: Unknown()})  # type: ignore[no-untyped-call]  # the SDK left it untyped
    assert text in found[key]
    assert "may be outputs" in found[key]


def test_waves_and_verifications_reach_the_component() -> None:
    """As they were written: the children's checks validate them."""
    probe, trial = {"url": "https://x"}, {"resource": "/health"}
    given = arguments(
        {
            "waves": [{"stages": {"a": {**REST, "confirm": probe}}}, {"stages": {"b": REST}, "soak": "24h"}],
            "verify": trial,
        }
    )
    first, second = given["waves"]
    assert first.stages["a"].confirm.properties() == probe
    assert (first.soak, second.soak, list(second.stages)) == (None, "24h", ["b"])
    assert given["verify"].properties() == trial
    assert "stages" not in given


def test_a_bad_wave_is_named_by_its_place() -> None:
    """So is a stage inside of one, and a verification where there can be none."""
    live = {"webSocketApiId": "w", "stageName": "x", "verify": {"resource": "/"}}
    found = refusals({"waves": [{"stages": {"a": {"stageName": "x"}, "b": live}}, {"soak": "1d"}, "c"]})
    assert set(found) == {"waves[0].stages['a']", "waves[0].stages['b']", "waves[1]", "waves[2]"}
    assert "which are for REST stages" in found["waves[0].stages['b']"]
