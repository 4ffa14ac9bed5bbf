"""A switch that nobody asked about when it was made has a way back all the same, once somebody does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert import errors
from tests.lifecycle.confirming.test_confirmation import DENIED
from tests.lifecycle.verified import CONFIRM, VERIFY, published

if TYPE_CHECKING:
    from tests.lifecycle.verified import Backend, ProbedRun

CONFIGS: list[dict[str, Any]] = [{"confirm": CONFIRM}, {"verify": VERIFY, "confirm": CONFIRM}, {"verify": VERIFY}]


def _moved_unasked(run: ProbedRun, backend: Backend, *, removed: bool, **config: Any) -> tuple[str, str]:
    """Generation 2 is presented, refused, and nobody asks; ``removed``: because the question was taken out."""
    first, second = published(run, **(config if removed else {}))
    backend.accepts = {first}
    if removed:
        assert run.red()
        assert run.presented("prod") == first
        run.begin()
    run.binding_config = {}
    assert not run.red()
    assert run.presented("prod") == second
    assert "lastConfirmed" not in run.state["prod"]
    return first, second


@pytest.mark.parametrize("removed", [False, True], ids=["added", "removed and added"])
@pytest.mark.parametrize("config", CONFIGS)
def test_a_refusal_that_is_asked_for_later_leads_back(
    run: ProbedRun, backend: Backend, config: dict[str, Any], *, removed: bool
) -> None:
    """To the generation that was active before; what was refused is not repeated, and is moved to when it is mended."""
    first, second = _moved_unasked(run, backend, removed=removed, **config)
    run.binding_config = config
    run.begin()
    assert f"told to present {first} again" in run.red()
    assert run.presented("prod") == first
    assert run.goes_on() == [first] * 3
    assert ("verify" in config) is not any("the switch was taken back" in line for line in run.lines)
    backend.accepts = None
    run.at(339)
    assert not run.red(whole=True)
    assert run.presented("prod") == second == run.state["prod"]["lastConfirmed"]["clientCertificateId"]


def test_a_way_back_that_was_denied_is_taken_by_the_next_run(run: ProbedRun, backend: Backend) -> None:
    """State goes on saying that nothing was confirmed."""
    first, second = _moved_unasked(run, backend, removed=False)
    run.binding_config = {"confirm": CONFIRM}
    run.gateway.fail_next("bind", DENIED)
    run.begin()
    assert f"should have gone back to {first}" in run.red()
    assert run.presented("prod") == second
    run.begin()
    assert f"told to present {first} again" in run.red()
    assert run.presented("prod") == first


@pytest.mark.parametrize("why", ["echo lost", "silent", "gone", "not held", "confirmed here"])
def test_without_a_refusal_or_a_place_it_stays_and_is_red(run: ProbedRun, backend: Backend, why: str) -> None:
    """What nobody has seen work here is no better than what is presented."""
    _first, second = _moved_unasked(run, backend, removed=False)
    run.binding_config = {"confirm": CONFIRM}
    match why:
        case "echo lost":
            backend.accepts, backend.echoes = None, "nothing"
        case "silent":
            run.answers = [errors.ProbeUnreachable("no answer", means="Nothing is known.", remedy="Mend it.")]
        case "gone":
            run.state["certificate"]["generations"] = run.state["certificate"]["generations"][1:]
        case "not held":
            run.targets["pins.txt"].content = run.state["certificate"]["generations"][1]["pem"]
        case _:
            backend.accepts = None
            assert not run.red()
            backend.accepts = set()
            run.binding_config = {"confirm": {**CONFIRM, "attempts": 5}}
    assert run.goes_on() == [second] * 3
    assert f"The stage presents {second} now" in run.lines[-1]
