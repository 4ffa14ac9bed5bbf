"""RotatingClientCertificate over a fake world: what each method does to the account and to state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.inputs import UNKNOWN
from tests.lifecycle.conftest import wire

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun


def test_a_due_rotation_is_announced_in_one_line(run: FakeRun) -> None:
    """Which certificate, when it expires, what happens, and what stages keep until when."""
    run.up()
    run.at(336)
    assert run.due()
    assert run.lines == [
        (
            "orders: certificate cert01 (generation 1) expires 2027-03-02, in 29 days; this update generates"
            " generation 2 and publishes it; it may be presented from 2027-02-02T08:48Z on"
        )
    ]


def test_a_whole_rotation_takes_one_step_per_run(run: FakeRun) -> None:
    """Generate, switch, look, delete: each in a run of its own (invariants 2 and 7)."""
    run.up()
    steps = []
    for day in (336, 337, 338, 341):
        run.at(day)
        before = len(run.gateway.calls)
        run.up()
        steps.append(
            [
                call.method
                for call in run.gateway.calls[before:]
                if call.method in {"generate", "bind", "scan", "delete"}
            ]
        )
    assert steps == [["generate"], ["bind", "bind"], ["scan"], ["scan", "delete"]]
    assert run.state["certificate"]["phase"] == "steady"
    assert run.state["certificate"]["clientCertificateId"] == "cert02"


def test_a_generate_that_never_arrived_is_an_error_and_the_next_run_makes_it(run: FakeRun) -> None:
    """Nothing is invented: without a certificate to find, the run fails and state stays."""
    run.up()
    run.at(336)
    run.gateway.fail_next("generate", errors.OutcomeUnknown("no answer", means="", remedy=""))
    with pytest.raises(errors.OutcomeUnknown):
        run.up()
    run.up()
    assert len(run.gateway.certificates) == 2


def test_an_active_one_deleted_by_hand_is_recovered_at_once(run: FakeRun) -> None:
    """Nothing else is alive: a new one is generated and presented in the same run, loudly."""
    run.up()
    run.at(10)
    run.gateway.certificates.clear()
    run.refresh()
    assert run.state["certificate"]["phase"] == "lost"
    assert "clientCertificateId" not in run.state["certificate"]
    run.up()
    assert run.presented("dev") == run.presented("prod") == run.state["certificate"]["clientCertificateId"] == "cert02"
    assert run.state["certificate"]["generation"] == 2
    assert any("AT ONCE" in line for line in run.lines)


def test_a_pending_one_deleted_before_the_switch_is_not_presented(run: FakeRun) -> None:
    """The update looks first, and issues another one instead (invariant 7: a safer step)."""
    run.rotate_to("published")
    run.at(337)
    del run.gateway.certificates["cert02"]
    run.certificate()
    assert run.state["certificate"]["clientCertificateId"] == "cert01"
    assert run.state["certificate"]["pendingClientCertificateId"] == "cert03"


def test_awss_own_refusal_to_delete_blocks_like_a_user(run: FakeRun) -> None:
    """A stage that the scan did not see: the run is green, retirement waits, nothing is lost (invariant 3)."""
    run.rotate_to("overlapping")
    run.at(338)
    run.up()
    run.at(342)
    run.gateway.fail_next("delete", errors.StillInUse("AWS says it is in use", means="", remedy=""))
    run.up()
    assert "cert01" in run.gateway.certificates
    assert run.state["certificate"]["phase"] == "overlapping"
    assert not run.due()


def test_a_scan_with_a_gap_counts_as_in_use(run: FakeRun) -> None:
    """What was not seen may present it."""
    run.rotate_to("overlapping")
    run.at(338)
    run.gateway.gaps = ("GetStages of x: access denied",)
    run.up()
    assert run.state["certificate"]["retirementBlockedBy"] == ["unknown: GetStages of x: access denied"]
    run.at(342)
    run.up()
    assert "cert01" in run.gateway.certificates


def test_a_changed_threshold_recomputes_the_dates_and_rotates_nothing(run: FakeRun) -> None:
    """Only a certificate that is then due rotates."""
    run.up()
    run.at(100)
    run.config["rotateBefore"] = "60d"
    run.certificate()
    assert run.state["certificate"]["rotateAt"] == "2027-01-01T10:00:00Z"
    assert len(run.gateway.certificates) == 1
    assert not run.due()


def test_a_trigger_rotates_when_its_value_changes_and_not_when_it_appears(run: FakeRun) -> None:
    """Not set to set is remembered; one value to another issues a successor now."""
    run.up()
    run.config["rotationTrigger"] = "a"
    run.certificate()
    assert len(run.gateway.certificates) == 1
    run.config["rotationTrigger"] = "b"
    run.certificate()
    assert run.state["certificate"]["phase"] == "published"
    assert run.state["certificate"]["rotationTrigger"] == "b"
    del run.config["rotationTrigger"]
    run.certificate()
    assert "rotationTrigger" not in run.state["certificate"]
    assert not run.due()


def test_a_pin_to_a_dead_generation_is_refused_in_diff(run: FakeRun) -> None:
    """State is needed to know it, so diff refuses, before anything changes (invariant 10)."""
    run.up()
    run.config["pinGeneration"] = 7
    with pytest.raises(errors.BadInput, match=r"pin_generation=7.*generations 1 \(expires 2027-03-02\)"):
        run.certificate()


def test_a_pin_that_died_later_is_a_warning(run: FakeRun) -> None:
    """It held once: ignoring it beats an outage, and every run says so."""
    run.rotate_to("overlapping")
    run.config["pinGeneration"] = 1
    run.up()
    assert run.presented("dev") == "cert01"
    run.at(363)
    run.up()
    assert run.presented("dev") == "cert02"
    assert any("warning: pin_generation=1 is ignored" in line for line in run.lines)


def test_a_changed_region_is_refused_even_where_inputs_never_named_one(run: FakeRun) -> None:
    """State knows the region that the default chain gave; check cannot."""
    run.up()
    run.config["region"] = "us-east-1"
    with pytest.raises(errors.BadInput, match="region is fixed at creation: it is 'eu-west-1'"):
        run.certificate()


def test_a_changed_endpoint_is_an_update_that_changes_nothing_in_aws(run: FakeRun) -> None:
    """It is only the way there: state has the new one, and nothing but the account was asked for."""
    run.config["endpointUrl"] = "http://127.0.0.1:1"
    run.up()
    before, calls = dict(run.state["certificate"]), len(run.gateway.calls)
    run.config["endpointUrl"] = "http://localhost:1"
    run.certificate()
    assert run.state["certificate"] == {**before, "endpointUrl": "http://localhost:1"}
    assert [call.method for call in run.gateway.calls[calls:]] == ["account_id"]
    assert not run.due()


def test_a_changed_endpoint_that_leads_to_another_account_is_refused(run: FakeRun) -> None:
    """Every resource acts in its own account, whatever the way."""
    run.config["endpointUrl"] = "http://127.0.0.1:1"
    run.up()
    run.config["endpointUrl"] = "http://127.0.0.1:2"
    run.gateway.account = "999999999999"
    with pytest.raises(errors.Refused, match=r"account 999999999999.*account 123456789012"):
        run.certificate()


def test_unknown_inputs_mean_a_change_without_a_line(run: FakeRun) -> None:
    """At preview nothing can be decided on a value that is not known yet."""
    run.up()
    run.at(336)
    news = {**run.inputs["certificate"], "description": UNKNOWN}
    assert certificate.diff(run.state["certificate"], news, run.environment).changes
    assert run.lines == []


def test_state_of_a_newer_release_is_refused(run: FakeRun) -> None:
    """Nothing is guessed about a format from the future (invariant 11)."""
    run.up()
    state = wire({**run.state["certificate"], "stateVersion": 2})
    with pytest.raises(errors.Refused, match=r"version 2.*Upgrade"):
        certificate.diff(state, run.inputs["certificate"], run.environment)
