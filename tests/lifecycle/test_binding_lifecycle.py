"""StageBinding over a fake world: when a stage moves, waits, or is left alone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.gateway.interface import StageKind, StageRef
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.ownership import ROTATION_ID
from tests.lifecycle.conftest import API, START

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun

ACM = "arn:aws:acm:eu-west-1:123456789012:certificate/0f1e2d3c-aaaa-bbbb-cccc-123456789012"


def present(run: FakeRun, certificate_id: str | None) -> None:
    """Both stages present this, whoever did it."""
    for stage in run.gateway.stages.values():
        stage.client_certificate_id = certificate_id


def test_a_stage_that_presents_nothing_is_bound_at_once_with_one_get_and_one_patch(run: FakeRun) -> None:
    """Nobody depends on it yet: no lead to wait for."""
    run.up()
    calls = [call.method for call in run.gateway.calls if call.subject == f"{API}/dev"]
    assert calls == ["presented", "bind"]
    assert run.state["dev"]["presentedClientCertificateId"] == "cert01"
    assert run.state["dev"]["presentedSince"] == "2026-03-02T10:00:00Z"


def test_a_switch_costs_one_get_and_one_patch(run: FakeRun) -> None:
    """The former certificate is known from state: no further call."""
    run.rotate_to("published")
    run.at(337)
    before = len(run.gateway.calls)
    run.up()
    calls = [call.method for call in run.gateway.calls[before:] if call.subject == f"{API}/dev"]
    assert calls == ["presented", "bind"]


def test_a_stage_that_presents_the_desired_one_already_is_left_as_it_is(run: FakeRun) -> None:
    """Moved here from another stack, or bound by hand: no PATCH."""
    run.certificate()
    run.bundle()
    present(run, "cert01")
    run.binding("dev")
    assert run.gateway.called("bind") == []
    assert run.state["dev"]["setClientCertificateId"] == "cert01"


@pytest.mark.parametrize("gone", [True, False])
def test_a_stage_that_presents_a_dead_certificate_is_bound_at_once(run: FakeRun, *, gone: bool) -> None:
    """Gone or expired: there is nothing to lose."""
    dead = run.gateway.add_certificate(created=START - timedelta(days=366))
    present(run, "nothere" if gone else dead.id)
    run.up()
    assert run.presented("dev") == run.state["certificate"]["clientCertificateId"]


def test_a_live_foreign_certificate_is_refused_and_named(run: FakeRun) -> None:
    """The stage keeps it; the text names both ways out (invariant 9)."""
    foreign = run.gateway.add_certificate()
    present(run, foreign.id)
    with pytest.raises(errors.StageTaken, match=f"{API}/dev presents {foreign.id}.*take_over=True.*adopt_client"):
        run.up()
    assert run.presented("dev") == foreign.id


def test_with_take_over_a_foreign_one_is_replaced_after_the_lead(run: FakeRun) -> None:
    """A success that waits, quiet until its end, and then the move."""
    foreign = run.gateway.add_certificate()
    present(run, foreign.id)
    run.binding_config["takeOver"] = True
    run.bundle_config["alsoTrust"] = [foreign.pem]
    run.up()
    assert run.presented("dev") == foreign.id
    assert run.state["dev"]["waitingUntil"] == "2026-03-03T07:36:00Z"
    assert "setClientCertificateId" not in run.state["dev"]
    run.at(0.5)
    assert not binding.diff(run.state["dev"], run.inputs["dev"], run.environment).changes
    run.at(1)
    run.up()
    assert run.presented("dev") == "cert02"
    assert "waitingUntil" not in run.state["dev"]


def test_with_take_over_a_foreign_one_that_the_bundle_does_not_hold_is_refused(run: FakeRun) -> None:
    """Readers of the bundle reject it already: the text names also_trust."""
    present(run, run.gateway.add_certificate().id)
    run.binding_config["takeOver"] = True
    with pytest.raises(errors.StageTaken, match="also_trust"):
        run.up()


def test_another_live_rotations_certificate_is_refused_even_with_take_over(run: FakeRun) -> None:
    """Two bindings would fight over the stage for ever."""
    present(run, run.gateway.add_certificate(tags={ROTATION_ID: "another"}).id)
    run.binding_config["takeOver"] = True
    with pytest.raises(errors.StageTaken, match="another rotation") as told:
        run.up()
    remedies = told.value.remedy
    assert [remedies.index(f"({number}) ") for number in range(1, 5)] == sorted(
        remedies.index(f"({number}) ") for number in range(1, 5)
    )
    # In a component the user wrote no binding.
    assert "take_over=True (on the component or the binding)" in remedies


def test_an_acm_certificate_is_refused_without_take_over_and_never_looked_up(run: FakeRun) -> None:
    """ACM renews it; API Gateway knows no certificate of that id."""
    present(run, ACM)
    with pytest.raises(errors.StageTaken, match="ACM certificate"):
        run.up()
    assert run.gateway.called("get") == []


def test_ours_by_tag_moves_like_ours_by_state(run: FakeRun) -> None:
    """A switch whose answer was lost left a certificate that state does not name."""
    run.up()
    lost = run.gateway.add_certificate(tags={ROTATION_ID: run.rotation_id})
    present(run, lost.id)
    run.refresh()
    run.at(2)
    run.up()
    assert run.presented("dev") == "cert01"


def test_without_a_bundle_the_generations_own_wait_counts(run: FakeRun) -> None:
    """Nothing publishes here: pendingSince is all that is known."""
    run.with_bundle = False
    run.rotate_to("overlapping")
    assert run.presented("dev") == "cert02"


def test_a_bundle_that_never_held_it_makes_the_stage_wait_and_then_refuse(run: FakeRun) -> None:
    """While the presented one lives, nothing unpublished is presented (invariant 1)."""
    run.rotate_to("published")
    frozen = dict(run.state["bundle"]["publishedSince"])
    del frozen[next(one["sha256"] for one in run.state["certificate"]["generations"] if one["number"] == 2)]
    run.at(337)
    run.certificate()
    run.state["bundle"]["publishedSince"] = frozen
    run.binding("dev")
    assert run.presented("dev") == "cert01"
    assert run.state["dev"]["waitingUntil"] == "2027-02-03T07:36:00Z"
    run.at(363)
    with pytest.raises(
        errors.RotationError, match=r"cert02 is not in the trust bundle.*Find out why the bundle's last update failed"
    ):
        run.binding("dev")
    assert run.presented("dev") == "cert01"


def test_a_switch_that_fails_leaves_the_stage_and_state_as_they_were(run: FakeRun) -> None:
    """The run fails and says so; the next one moves the stage (invariant 8)."""
    run.rotate_to("published")
    run.at(337)
    before = dict(run.state["dev"])
    run.gateway.fail_next("bind", errors.ConcurrentModification("not verified", means="", remedy=""))
    with pytest.raises(errors.ConcurrentModification):
        run.up()
    assert (run.presented("dev"), run.presented("prod")) == ("cert01", "cert02")
    assert run.state["dev"].pop("failedStep")["step"] == "bind"
    assert run.state["dev"] == before
    run.up()
    assert run.presented("dev") == run.presented("prod") == "cert02"


def test_near_expiry_the_wait_is_cut_short_and_said(run: FakeRun) -> None:
    """First published two days before the expiry: backends get until half of activate_by is left."""
    run.up()
    run.at(363)
    run.up()
    run.at(363.05)
    run.up()
    assert run.presented("dev") == "cert01"
    assert run.state["dev"]["waitingUntil"] == "2027-02-28T22:00:00Z"
    run.at(363.5)
    run.up()
    assert run.presented("dev") == "cert02"
    assert any("before its lead has passed" in line for line in run.lines)


def test_a_stage_unbound_by_another_tool_is_named_with_the_remedy_and_bound_again(run: FakeRun) -> None:
    """Refresh says ignore_changes; the next run repairs."""
    run.up()
    present(run, None)
    run.refresh()
    assert sum("unbound by another tool" in line and "ignore_changes" in line for line in run.lines) == 2
    run.up()
    assert run.presented("dev") == "cert01"


def test_a_stage_switched_by_hand_is_seen_and_not_overwritten(run: FakeRun) -> None:
    """Refresh says what it presents; the next run refuses without take_over (invariant 9)."""
    run.up()
    foreign = run.gateway.add_certificate()
    present(run, foreign.id)
    run.refresh()
    assert run.state["dev"]["presentedClientCertificateId"] == foreign.id
    assert any(f"switched from cert01 to {foreign.id}" in line for line in run.lines)
    with pytest.raises(errors.StageTaken):
        run.up()
    assert run.presented("dev") == foreign.id


def test_a_stage_that_is_gone_leaves_state_and_is_an_error_until_it_is_back(run: FakeRun) -> None:
    """Only NotFound says gone; a stage of the same name is bound again."""
    run.up()
    stage = StageRef(API, "dev")
    kept = run.gateway.stages.pop(stage)
    run.refresh()
    assert "dev" not in run.state
    with pytest.raises(errors.StageNotFound, match=f"{API} has no stage 'dev'"):
        run.up()
    kept.client_certificate_id = None
    run.gateway.stages[stage] = kept
    run.up()
    assert run.presented("dev") == "cert01"


def test_redeploy_reaches_the_patch(run: FakeRun) -> None:
    """``same-deployment`` re-sends the deployment with the switch."""
    run.binding_config["redeploy"] = "same-deployment"
    run.up()
    assert [stage.redeployed for stage in run.gateway.stages.values()] == [1, 1]


def test_a_websocket_stage_is_its_own_kind(run: FakeRun) -> None:
    """The id of the resource tells them apart."""
    run.gateway.add_stage("w1w2w3w4w5", "live", kind=StageKind.WEBSOCKET)
    run.certificate()
    run.bundle()
    run.binding_config.update(apiId="w1w2w3w4w5", apiKind="WEBSOCKET")
    run.binding("live")
    assert run.presented("live") == "cert01"
    props = run.inputs["live"]
    assert binding.create(props, run.environment)[0] == "w1w2w3w4w5/live@websocket"


def test_our_own_switch_whose_answer_was_lost_is_not_blamed_on_another_tool(run: FakeRun) -> None:
    """Refresh finds a certificate of ours where state names the one before."""
    run.up()
    present(run, run.gateway.add_certificate(tags={ROTATION_ID: run.rotation_id}).id)
    run.refresh()
    assert sum("by a run whose answer was lost" in line for line in run.lines) == 2
