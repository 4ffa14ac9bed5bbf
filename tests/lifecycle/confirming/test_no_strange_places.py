"""Where a stage never goes, however its probe is answered, and what a failed run must not clear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.ownership import GENERATION, ROTATION_ID
from tests.lifecycle.verified import CONFIRM, Backend, ProbedRun, published

if TYPE_CHECKING:
    from collections.abc import Callable


DENIED = errors.AccessDenied("AssumeRole was denied", means="No permission.", remedy="Grant it.")


def _asks_otherwise(run: ProbedRun) -> None:
    run.binding_config["confirm"] = {**CONFIRM, "attempts": 7}


def _unbound(run: ProbedRun) -> None:
    run.console(None)
    run.refresh()


@pytest.mark.parametrize("then", [_asks_otherwise, _unbound])
@pytest.mark.parametrize("tags", [{}, {ROTATION_ID: "other", GENERATION: "1"}])
def test_a_backend_that_is_down_sends_no_stage_to_what_it_never_presented(
    run: ProbedRun, backend: Backend, then: Callable[[ProbedRun], None], tags: dict[str, str]
) -> None:
    """``take_over`` and ``also_trust`` stay in programs for years; the switch was confirmed long ago."""
    run.bundle_config["alsoTrust"] = [run.gateway.add_certificate(tags=tags).pem]
    run.binding_config = {"takeOver": True, "confirm": CONFIRM}
    run.up()
    ours = run.presented("prod")
    run.at(10)
    run.begin()
    backend.accepts = set()
    then(run)
    assert "did not see" in run.red()
    assert run.presented("prod") == ours
    backend.accepts = None
    run.begin()
    run.up()
    assert run.presented("prod") == ours


def test_a_first_creation_on_an_unbound_stage_goes_nowhere(run: ProbedRun, backend: Backend) -> None:
    """The bundle trusts one foreign certificate, and the stage never presented it."""
    foreign = run.gateway.add_certificate()
    run.bundle_config["alsoTrust"] = [foreign.pem]
    run.binding_config = {"takeOver": True, "confirm": CONFIRM}
    backend.accepts = {foreign.id}
    assert "did not see" in run.red(whole=True)
    assert run.presented("prod") == run.state["certificate"]["clientCertificateId"]


@pytest.mark.parametrize("with_bundle", [True, False])
def test_what_another_tool_bound_once_is_no_place_without_take_over(
    run: ProbedRun, backend: Backend, *, with_bundle: bool
) -> None:
    """A hand has put it right since, and then the backend hiccups (invariant 9)."""
    run.with_bundle = with_bundle
    run.binding_config = {"confirm": CONFIRM}
    run.up()
    ours, strange = str(run.presented("prod")), run.gateway.add_certificate()
    for day, bound in ((10, strange.id), (10.1, ours)):
        run.at(day)
        run.console(bound)
        run.begin()
        run.refresh()
        backend.accepts = {bound} if bound == strange.id else set()
        run.red()
    assert run.presented("prod") == ours


def test_a_generation_of_ours_that_was_refused_is_no_take_over(run: ProbedRun, backend: Backend) -> None:
    """The echoed generations are older than what the killed switch left: it looks like somebody else's."""
    first, second = published(run)
    run.binding_config = {"confirm": CONFIRM}
    backend.accepts = {first}
    run.console(second)
    run.begin()
    run.refresh()
    assert f"told to present {first} again" in run.red()
    run.at(337.1)
    run.begin()
    run.refresh()
    backend.accepts = set()
    run.red()
    assert run.presented("prod") == first


@pytest.mark.parametrize("creation", [True, False])
def test_a_take_over_whose_way_back_was_denied_remembers_what_it_took(
    run: ProbedRun, backend: Backend, *, creation: bool
) -> None:
    """Of two foreign certificates that the bundle trusts nobody could say afterwards which one it was."""
    theirs, other = run.gateway.add_certificate(), run.gateway.add_certificate()
    run.console(theirs.id)
    run.bundle_config["alsoTrust"] = [theirs.pem, other.pem]
    run.binding_config = {"takeOver": True, "confirm": CONFIRM}
    if creation:
        run.certificate()
        run.bundle()
    else:
        run.up()
    run.at(2)
    run.begin()
    backend.accepts = {theirs.id, other.id}
    ours = run.state["certificate"]["clientCertificateId"]

    def deny_the_way_back() -> None:
        if run.presented("prod") == ours:
            run.meanwhile.clear()
            run.gateway.fail_next("bind", DENIED)

    run.meanwhile.append(deny_the_way_back)
    assert "The next run goes back" in run.red()
    assert run.presented("prod") == ours
    run.at(2.1)
    run.begin()
    run.refresh()
    run.red()
    assert run.presented("prod") == theirs.id


@pytest.mark.usefixtures("backend")
def test_a_creation_that_failed_clears_no_stage_that_another_stack_has_bound(run: ProbedRun) -> None:
    """By its tag the certificate is this rotation's; but this binding has set nothing yet. Once it has, it clears."""
    run.up()
    ours = run.presented("prod")
    run.state.pop("prod")
    run.inputs.pop("prod")
    target = run.targets["pins.txt"]
    held, target.content = target.content, "something else"
    run.begin()
    run.red()
    failed: dict[str, Any] = run.state["prod"]
    run.begin()
    binding.delete(failed, run.environment)
    assert run.presented("prod") == ours
    target.content = held
    run.begin()
    run.up()
    run.begin()
    binding.delete(run.state["prod"], run.environment)
    assert run.presented("prod") is None


@pytest.mark.usefixtures("backend")
def test_what_a_red_run_is_told_to_keep_is_kept(run: ProbedRun) -> None:
    """Whoever leaves a red binding behind sets ``on_delete`` first, and that run is red, too."""
    run.up()
    ours = run.presented("prod")
    run.targets["pins.txt"].content = "something else"
    run.binding_config = {"onDelete": "keep"}
    run.at(10)
    run.begin()
    run.red()
    run.begin()
    binding.delete(run.state["prod"], run.environment)
    assert run.presented("prod") == ours
