"""A stage with nothing to lose is bound to what backends had time to trust, and then waits as the others do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.binding import crud as binding
from tests.lifecycle.conftest import API, FakeRun
from tests.lifecycle.verified import CONFIRM, Backend, ProbedRun

if TYPE_CHECKING:
    from collections.abc import Mapping

_WAITS = ("waitingFor", "waitingUntil", "waitingBecause")


def _unbind(run: FakeRun, why: str = "unbound") -> str:
    """A stage presents nothing alive from now on, or is new; its name."""
    if why == "new":
        run.gateway.add_stage(API, "new")
        run.stages = (*run.stages, "new")
        return "new"
    gone = run.gateway.add_certificate()
    (dev,) = [one for ref, one in run.gateway.stages.items() if ref.stage_name == "dev"]
    dev.client_certificate_id = gone.id if why == "dead" else None
    del run.gateway.certificates[gone.id]
    return "dev"


def _reverted(run: FakeRun) -> None:
    """Day 337, and the file was put back over night to what it held before the issue: this run mends it."""
    run.at(0)
    run.up()
    held = run.targets["pins.txt"].content
    run.at(336)
    run.up()
    run.targets["pins.txt"].content = held
    run.at(337)


def _wait(run: FakeRun, stage: str) -> Mapping[str, object]:
    return {key: run.state[stage].get(key) for key in _WAITS}


@pytest.mark.parametrize("why", ["unbound", "dead", "new"])
@pytest.mark.parametrize("refresh", [True, False], ids=["refresh", "plain"])
def test_what_was_mended_in_this_run_is_waited_for_on_the_generation_before(
    run: FakeRun, why: str, *, refresh: bool
) -> None:
    """Its backends have loaded that one alone (invariant 1); it waits as the stage that kept it, and moves with it."""
    _reverted(run)
    stage = _unbind(run, why)
    if refresh:
        run.refresh()
    run.up()
    assert run.presented(stage) == run.presented("prod") == "cert01"
    assert run.state[stage]["setClientCertificateId"] == "cert01"
    assert _wait(run, stage) == _wait(run, "prod")
    assert run.state[stage]["waitingFor"] == "cert02"
    assert any(f"{API}/{stage} keeps cert01 until" in line for line in run.lines)
    quiet = binding.diff(run.state[stage], run.inputs[stage], run.environment)
    assert not quiet.changes
    run.at(338)
    run.up()
    assert run.presented(stage) == run.presented("prod") == "cert02"


def test_what_no_target_holds_is_not_bound_while_the_one_before_is_held(run: FakeRun) -> None:
    """Nothing could be written since the issue, so the runs are red for that; no request fails."""
    run.up()
    denied = errors.AccessDenied("PutParameter is denied", means="Nothing was published.", remedy="Allow it.")
    run.targets["pins.txt"].fail_next("write", denied, times=50)
    for day in (336, 337, 338):
        run.at(day)
        with pytest.raises(errors.AccessDenied):
            run.up()
    assert run.state["certificate"]["clientCertificateId"] == "cert02"
    _unbind(run)
    run.at(338.5)
    run.refresh()
    with pytest.raises(errors.AccessDenied):
        run.up()
    assert run.presented("dev") == "cert01"


def test_what_other_resources_do_not_publish_is_not_bound_while_they_publish_the_one_before(run: FakeRun) -> None:
    """A resource that publishes was left out of the run since the issue."""
    run.bundle_config = {"targets": [], "publishedBy": ["push 1"]}
    run.rotate_to("published")
    run.bundle_config["unpublished"] = [run.state["certificate"]["generations"][1]["sha256"]]
    run.up()
    _unbind(run)
    run.at(337)
    run.refresh()
    run.up()
    assert run.presented("dev") == "cert01"
    del run.bundle_config["unpublished"]
    for day in (338, 339):
        run.at(day)
        run.up()
    assert run.presented("dev") == run.presented("prod") == "cert02"


@pytest.mark.parametrize("why", ["deleted", "denied", "both anew", "pinned"])
def test_where_no_other_is_known_to_be_better_the_desired_one_is_bound(run: FakeRun, why: str) -> None:
    """What is gone or cannot be looked at is no place, and a rollback has a reason."""
    _reverted(run)
    _unbind(run)
    desired = "cert02"
    match why:
        case "deleted":
            run.refresh()
            run.begin()
            run.certificate()
            run.bundle()
            del run.gateway.certificates["cert01"]
        case "denied":
            run.begin()
            run.certificate()
            run.refresh()
            run.bundle()
            denied = errors.AccessDenied("GetClientCertificate is denied", means="Nothing.", remedy="Allow it.")
            run.gateway.fail_next("get", denied)
        case "both anew":
            run.targets["pins.txt"].content = None
            run.refresh()
            run.begin()
            run.certificate()
            run.bundle()
        case _:
            run.config, desired = {"pinGeneration": 1}, "cert01"
            run.refresh()
            run.begin()
            run.certificate()
            run.bundle()
    run.binding("dev")
    assert run.presented("dev") == desired


@pytest.mark.parametrize("accepted", [True, False])
def test_what_is_bound_instead_is_asked_about_as_any_switch(run: FakeRun, *, accepted: bool) -> None:
    """Where that is asked for, no run is green that has not seen it (invariant 13)."""
    probed = ProbedRun(run.gateway, stages=("prod",), binding_config={"confirm": CONFIRM})
    backend = Backend(probed)
    probed.gateway.backend = backend.answer
    _reverted(probed)
    probed.console(None)
    del probed.state["prod"], probed.inputs["prod"]
    backend.accepts = {"cert01"} if accepted else set()
    probed.refresh()
    said = probed.red(whole=True)
    assert probed.presented("prod") == "cert01"
    if accepted:
        assert not said
        assert probed.state["prod"]["lastConfirmed"]["clientCertificateId"] == "cert01"
    else:
        assert "did not see cert01" in said
        assert "The stage presents cert01 now" in said
