"""A refresh looks where another stack publishes what a stage presents: the run is red for a loss (invariant 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.binding import crud as binding

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun

DENIED = errors.AccessDenied("GetParameter is denied", means="Nothing.", remedy="Allow it.")


@pytest.fixture
def run(run: FakeRun) -> FakeRun:
    """Day 10 of a rotation of which this run is the consumer: it knows the bundle's outputs, and declares bindings."""
    run.up()
    run.at(10)
    return run


def _consume(run: FakeRun) -> str:
    """A run of the bindings alone, with a refresh; its errors, "" where it is green."""
    run.begin()
    run.lines.clear()
    pins = run.targets["pins.txt"]
    pins.calls.clear()
    for name in run.stages:
        found = binding.read(name, run.state[name], run.environment)
        assert found is not None
        run.state[name] = found[1]
    return "".join(_bound(run, name) for name in run.stages)


def _bound(run: FakeRun, stage: str) -> str:
    try:
        run.binding(stage)
    except errors.RotationError as error:
        return str(error)
    return ""


def test_what_is_lost_is_red_until_it_is_mended(run: FakeRun) -> None:
    """The owner's next run writes it; one look serves all of a run, and the difference says why there is one."""
    held, run.targets["pins.txt"].content = run.targets["pins.txt"].content, ""
    for _ in range(2):
        assert "prod presents cert01, and file pins.txt does not hold that certificate" in _consume(run)
        assert run.targets["pins.txt"].calls == ["read"]
    assert run.presented("prod") == "cert01"
    run.targets["pins.txt"].content = held
    assert _consume(run) == ""
    assert "lackedAt" not in run.state["prod"]
    assert _consume(run) == ""
    assert run.lines == []


def test_a_healthy_refresh_changes_nothing_and_asks_once(run: FakeRun) -> None:
    """All bindings share one read; no state changes, and no word is said."""
    before = {name: dict(run.state[name]) for name in run.stages}
    assert _consume(run) == ""
    assert {name: run.state[name] for name in run.stages} == before
    assert run.targets["pins.txt"].calls == ["read"]
    assert run.lines == []


def test_it_is_announced_where_nobody_here_mends_it(run: FakeRun) -> None:
    """And not where the run's own bundle looks after the target: that is repaired, or red, by itself."""
    run.targets["pins.txt"].content = ""
    run.begin()
    run.refresh()
    assert "cert01" in run.state["dev"]["lackedAt"]
    assert binding.diff(run.state["dev"], run.inputs["dev"], run.environment).changes
    assert any("dev presents cert01, which a target was seen not to hold" in line for line in run.lines)
    run.lines.clear()
    run.up()
    assert not [line for line in run.lines if "seen not to hold" in line]
    assert run.targets["pins.txt"].content


@pytest.mark.parametrize("why", ["unread", "not told", "older state", "expired", "foreign", "unbound"])
def test_what_says_nothing_is_no_finding(run: FakeRun, why: str) -> None:
    """A stage that keeps what it presents asks for no permission, and an older state names no place."""
    pins = run.targets["pins.txt"]
    pins.content = ""
    (dev,) = [one for ref, one in run.gateway.stages.items() if ref.stage_name == "dev"]
    match why:
        case "unread":
            pins.fail_next("read", DENIED)
        case "not told":
            run.looking = False
            run.state["dev"].pop("publishedTo")
        case "older state":
            del run.state["dev"]["publishedTo"]
        case "expired":
            run.at(400)
        case "foreign":
            dev.client_certificate_id = run.gateway.add_certificate().id
        case _:
            dev.client_certificate_id = None
    run.begin()
    found = binding.read("dev", run.state["dev"], run.environment)
    assert found is not None
    assert "lackedAt" not in found[1]
