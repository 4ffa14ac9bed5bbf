"""A binding whose memory is new goes back to the generation that was active before, where its successor is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert import errors
from tests.lifecycle.confirming.test_confirmation import DENIED, confirmed
from tests.lifecycle.verified import CONFIRM, VERIFY

if TYPE_CHECKING:
    from tests.lifecycle.verified import Backend, ProbedRun

CONFIGS: list[dict[str, Any]] = [{"confirm": CONFIRM}, {"verify": VERIFY, "confirm": CONFIRM}, {"verify": VERIFY}]


def forgotten(run: ProbedRun) -> None:
    """The stage's key was renamed, or a refresh did not find the stage: another binding is created."""
    del run.state["prod"], run.inputs["prod"]
    run.begin()


@pytest.mark.parametrize("config", CONFIGS)
def test_a_stage_that_was_made_again_goes_back_from_what_is_refused(
    run: ProbedRun, backend: Backend, config: dict[str, Any]
) -> None:
    """It presents nothing, so it is bound to the active one; the one before lives, and is published."""
    first, second = confirmed(run, **config)
    backend.accepts = {first}
    run.console(None)
    forgotten(run)
    said = run.red()
    assert run.presented("prod") == first
    assert f"told to present {first} again" in said
    assert second in said
    assert run.goes_on() == [first] * 3


@pytest.mark.parametrize("published", [True, False], ids=["bundle", "no bundle"])
def test_a_renamed_binding_whose_way_back_was_denied_takes_it_in_the_next_run(
    run: ProbedRun, backend: Backend, *, published: bool
) -> None:
    """What it left is in no memory of its own; the error says that the next run goes back."""
    first, second = confirmed(run, confirm=CONFIRM)
    run.with_bundle = published
    forgotten(run)
    backend.accepts = {first}

    def denied() -> None:
        if run.presented("prod") == second:
            run.gateway.fail_next("bind", DENIED)

    run.meanwhile.append(denied)
    assert "that failed (UpdateStage was denied)" in run.red()
    assert run.presented("prod") == second
    run.meanwhile.clear()
    run.gateway._faults.clear()  # noqa: SLF001 - the permission is back
    run.begin()
    assert f"told to present {first} again" in run.red()
    assert run.presented("prod") == first


@pytest.mark.parametrize("why", ["not proven", "cannot be asked", "ending", "not published", "a pin left it"])
def test_what_nobody_has_seen_work_here_is_gone_back_to_from_a_refusal_alone(
    run: ProbedRun, backend: Backend, why: str
) -> None:
    """Otherwise the stage stays on the active one, red."""
    first, second = confirmed(run, confirm=CONFIRM)
    run.console(None)
    backend.accepts = {first}
    active = second
    match why:
        case "not proven":
            backend.accepts, backend.echoes = None, "nothing"
        case "cannot be asked":
            run.answers = [errors.ProbeUnreachable("no answer", means="Nothing is known.", remedy="Mend it.")]
        case "ending":
            run.at(363)
        case "not published":
            sha = run.state["certificate"]["generations"][0]["sha256"]
            del run.state["bundle"]["publishedSince"][sha]
        case _:
            run.config = {"pinGeneration": 1}
            run.certificate()
            run.bundle()
            active, backend.accepts = first, {second}
    forgotten(run)
    assert run.red()
    assert run.presented("prod") == active
