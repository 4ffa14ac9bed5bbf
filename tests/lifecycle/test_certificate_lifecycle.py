"""RotatingClientCertificate over a fake world: what each method does to the account and to state."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle import certificate
from apigw_client_cert.lifecycle.inputs import UNKNOWN
from apigw_client_cert.lifecycle.ownership import GENERATION, ROTATION_ID
from tests.lifecycle.conftest import START, wire

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun


def test_creation_lists_once_and_generates_once(run: FakeRun) -> None:
    """One POST and one list; the id is the resource's name, the tags say who owns it."""
    run.certificate()
    assert [call.method for call in run.gateway.calls if call.method != "account_id"] == [
        "list_certificates",
        "generate",
    ]
    (made,) = run.gateway.certificates.values()
    assert made.tags == {
        "apigw-client-cert:project": "p",
        "apigw-client-cert:stack": "dev",
        "apigw-client-cert:name": "orders",
        ROTATION_ID: run.rotation_id,
        GENERATION: "1",
    }


def test_nothing_is_due_on_day_100_and_diff_is_silent(run: FakeRun) -> None:
    """No change, no line, no call."""
    run.up()
    run.at(100)
    before = len(run.gateway.calls)
    assert not run.due()
    assert run.lines == []
    assert len(run.gateway.calls) == before


def test_a_due_rotation_is_announced_in_one_line(run: FakeRun) -> None:
    """Which certificate, when it expires, what happens, and what stages keep until when."""
    run.up()
    run.at(336)
    assert run.due()
    assert run.lines == [
        (
            "orders: certificate cert01 (generation 1) expires 2027-03-02, in 29 days; this update generates"
            " generation 2 and publishes it; stages keep cert01 until 2027-02-02T08:48Z at the earliest"
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


def test_a_lost_answer_of_generate_is_found_by_its_tags_in_the_same_run(run: FakeRun) -> None:
    """No second certificate is made for an answer that got lost (invariant 5)."""
    run.up()
    run.at(336)
    lost = errors.OutcomeUnknown("no answer", means="It may exist.", remedy="Look.")
    run.gateway.fail_next("generate", lost, after_effect=True)
    run.up()
    assert len(run.gateway.certificates) == 2
    assert run.state["certificate"]["pendingClientCertificateId"] == "cert02"


def test_a_generate_that_never_arrived_is_an_error_and_the_next_run_makes_it(run: FakeRun) -> None:
    """Nothing is invented: without a certificate to find, the run fails and state stays."""
    run.up()
    run.at(336)
    run.gateway.fail_next("generate", errors.OutcomeUnknown("no answer", means="", remedy=""))
    with pytest.raises(errors.OutcomeUnknown):
        run.up()
    run.up()
    assert len(run.gateway.certificates) == 2


def test_an_update_killed_after_generate_is_finished_by_adoption(run: FakeRun) -> None:
    """The next run finds the orphan by rotation id and number; its lead starts anew."""
    run.up()
    run.at(336)
    saved = dict(run.state["certificate"])
    run.certificate()
    run.state["certificate"] = saved
    run.at(336.5)
    run.up()
    assert len(run.gateway.certificates) == 2
    (pending,) = [one for one in run.state["certificate"]["generations"] if one["role"] == "pending"]
    assert pending["pendingSince"] == "2027-02-01T22:00:00Z"


def test_a_creation_killed_after_generate_is_finished_within_the_hour(run: FakeRun) -> None:
    """The same names, recent, and presented nowhere: ours."""
    run.certificate()
    run.lose_state()
    run.now = START + timedelta(minutes=59)
    run.up()
    assert len(run.gateway.certificates) == 1
    assert run.state["certificate"]["rotationId"] == next(iter(run.gateway.certificates.values())).tags[ROTATION_ID]


def test_a_creation_leaves_an_older_certificate_of_the_same_names_alone(run: FakeRun) -> None:
    """Names prove nothing: another stack's certificate is not taken over."""
    run.certificate()
    run.lose_state()
    run.now = START + timedelta(minutes=61)
    run.certificate()
    assert len(run.gateway.certificates) == 2


@pytest.mark.parametrize("day", [0, 100])
def test_a_creation_beside_a_namesake_that_is_presented_is_refused(run: FakeRun, day: int) -> None:
    """It may be another stack's, or this one's: the error names the certificate, the stage and both ways out."""
    run.up()
    run.lose_state()
    run.at(day)
    with pytest.raises(errors.NotOurs, match=f"cert01.*{'a1b2c3d4e5/dev'}.*adopt_client_certificate_id='cert01'"):
        run.certificate()
    assert len(run.gateway.certificates) == 1


def test_an_explicitly_adopted_certificate_is_tagged_and_not_replaced(run: FakeRun) -> None:
    """No POST; the certificate carries our rotation id from then on."""
    given = run.gateway.add_certificate()
    run.config["adoptClientCertificateId"] = given.id
    run.certificate()
    assert run.state["certificate"]["clientCertificateId"] == given.id
    assert run.gateway.certificates[given.id].tags[ROTATION_ID] == run.state["certificate"]["rotationId"]
    assert run.gateway.called("generate") == []


def test_adopting_what_was_a_rotations_keeps_its_number(run: FakeRun) -> None:
    """A lost state is rebuilt; the former owner of the tag has nothing left to delete."""
    given = run.gateway.add_certificate(tags={ROTATION_ID: "kept", GENERATION: "4"})
    run.config["adoptClientCertificateId"] = given.id
    run.certificate()
    assert run.gateway.certificates[given.id].tags[ROTATION_ID] == run.rotation_id != "kept"
    assert run.state["certificate"]["generation"] == 4


@pytest.mark.parametrize("days", [None, 400])
def test_adopting_a_dead_certificate_is_refused(run: FakeRun, days: int | None) -> None:
    """Missing or expired: bad input, naming the property."""
    given = "nothere" if days is None else run.gateway.add_certificate(created=START - timedelta(days=days)).id
    run.config["adoptClientCertificateId"] = given
    with pytest.raises(errors.BadInput, match="adopt_client_certificate_id"):
        run.certificate()


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


def test_a_previous_one_without_our_tag_is_reported_and_kept(run: FakeRun) -> None:
    """Only certificates with our rotation id are deleted (invariant 4)."""
    run.rotate_to("overlapping")
    run.at(338)
    run.up()
    run.gateway.untag("cert01", [ROTATION_ID])
    run.at(342)
    run.up()
    assert "cert01" in run.gateway.certificates
    assert "cert01" in run.state["certificate"]["retirementBlockedBy"][0]


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


def test_an_orphan_of_a_past_number_goes_with_the_next_retirement(run: FakeRun) -> None:
    """Two runs at once may leave one: nothing of ours stays for ever (invariant 5)."""
    run.rotate_to("overlapping")
    run.gateway.add_certificate(tags={ROTATION_ID: run.rotation_id, GENERATION: "2"})
    run.gateway.add_certificate(tags={ROTATION_ID: run.rotation_id, GENERATION: "odd"})
    other = run.gateway.add_certificate(tags={ROTATION_ID: "another", GENERATION: "1"})
    run.at(338)
    run.up()
    run.at(342)
    run.up()
    assert sorted(run.gateway.certificates) == ["cert02", other.id]


def test_destroy_deletes_every_generation_of_ours_and_nothing_else(run: FakeRun) -> None:
    """Orphans included; foreign certificates stay."""
    run.rotate_to("overlapping")
    run.gateway.add_certificate(tags={ROTATION_ID: run.rotation_id, GENERATION: "3"})
    other = run.gateway.add_certificate()
    for stage in run.gateway.stages.values():
        stage.client_certificate_id = None
    run.begin()
    certificate.delete(run.state["certificate"], run.world)
    assert list(run.gateway.certificates) == [other.id]


@pytest.mark.parametrize("gaps", [(), ("page 2: throttled",)])
def test_destroy_is_refused_while_a_stage_presents_one_or_nobody_knows(run: FakeRun, gaps: tuple[str, ...]) -> None:
    """It names the stage, or what could not be read; nothing is deleted (invariant 3)."""
    run.up()
    if gaps:
        run.gateway.gaps = gaps
        for stage in run.gateway.stages.values():
            stage.client_certificate_id = None
    run.begin()
    with pytest.raises(errors.StillInUse, match="page 2" if gaps else "a1b2c3d4e5/dev"):
        certificate.delete(run.state["certificate"], run.world)
    assert list(run.gateway.certificates) == ["cert01"]


def test_destroy_is_refused_when_a_generation_lost_our_tag(run: FakeRun) -> None:
    """It is somebody else's now, or a tag slipped: people decide."""
    run.certificate()
    run.gateway.untag("cert01", [ROTATION_ID])
    run.begin()
    with pytest.raises(errors.NotOurs, match="cert01"):
        certificate.delete(run.state["certificate"], run.world)


def test_destroy_of_a_rotation_that_is_gone_is_success(run: FakeRun) -> None:
    """NotFound is what was wanted."""
    run.certificate()
    run.gateway.certificates.clear()
    run.begin()
    certificate.delete(run.state["certificate"], run.world)
    assert run.gateway.called("scan", "delete") == []


def test_another_account_is_noticed_before_everything_reads_as_gone(run: FakeRun) -> None:
    """Wrong credentials must not look like certificates deleted by hand."""
    run.up()
    run.gateway.account = "999999999999"
    run.gateway.certificates.clear()
    with pytest.raises(errors.Refused, match=r"account 999999999999.*account 123456789012"):
        run.refresh()


def test_a_renamed_stack_retags_and_issues_nothing(run: FakeRun) -> None:
    """Names are information; the rotation id is the owner. A generation that is gone does not hinder it."""
    run.rotate_to("overlapping")
    del run.gateway.certificates["cert01"]
    run.config.update(stack="prod", tags={"team": "a"})
    run.certificate()
    assert run.gateway.certificates["cert02"].tags["apigw-client-cert:stack"] == "prod"
    run.config["tags"] = {}
    run.certificate()
    assert "team" not in run.gateway.certificates["cert02"].tags
    assert len(run.gateway.called("generate")) == 2


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


def test_unknown_inputs_mean_a_change_without_a_line(run: FakeRun) -> None:
    """At preview nothing can be decided on a value that is not known yet."""
    run.up()
    run.at(336)
    news = {**run.inputs["certificate"], "description": UNKNOWN}
    assert certificate.diff(run.state["certificate"], news, run.world).changes
    assert run.lines == []


def test_state_of_a_newer_release_is_refused(run: FakeRun) -> None:
    """Nothing is guessed about a format from the future (invariant 11)."""
    run.up()
    state = wire({**run.state["certificate"], "stateVersion": 2})
    with pytest.raises(errors.Refused, match=r"version 2.*Upgrade"):
        certificate.diff(state, run.inputs["certificate"], run.world)


def test_a_made_up_clock_changes_nothing_on_a_real_account(run: FakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """The preview of a date may not become an update on it."""
    monkeypatch.setenv("APIGW_CLIENT_CERT_NOW", "2027-03-01T00:00:00Z")
    with pytest.raises(errors.Refused, match="APIGW_CLIENT_CERT_NOW"):
        run.certificate()
    assert run.gateway.calls == []


def test_a_replaced_certificate_is_refused_while_stages_present_it_and_goes_on_by_adoption(run: FakeRun) -> None:
    """``--replace`` in mid-rotation: first nothing changes; adopted, nothing is withdrawn and nothing deleted."""
    run.rotate_to("published")
    before, trusted = sorted(run.gateway.certificates), run.state["certificate"]["trustedFingerprintsSha256"]
    run.at(336.5)
    old = run.state.pop("certificate")
    with pytest.raises(errors.NotOurs, match="adopt_client_certificate_id='cert01'"):
        run.certificate()
    run.config["adoptClientCertificateId"] = "cert01"
    run.certificate()
    certificate.delete(old, run.world)
    after = run.state["certificate"]
    assert sorted(run.gateway.certificates) == before
    assert after["clientCertificateId"] == "cert01"
    assert after["pendingClientCertificateId"] == "cert02"
    assert after["trustedFingerprintsSha256"] == trusted
    assert [one["pendingSince"] for one in after["generations"]] == ["2027-02-01T22:00:00Z"] * 2


def test_adoption_during_the_overlap_keeps_the_others_until_they_are_retired(run: FakeRun) -> None:
    """The named one is active; the older one is previous, trusted and still to be looked for."""
    run.rotate_to("overlapping")
    run.lose_state()
    run.config["adoptClientCertificateId"] = "cert02"
    run.at(338)
    run.up()
    assert run.state["certificate"]["previousClientCertificateIds"] == ["cert01"]
    assert run.state["certificate"]["generation"] == 2
    for day in (339, 340, 343):
        run.at(day)
        run.up()
    assert list(run.gateway.certificates) == ["cert02"]


def test_two_certificates_of_one_name_in_two_components_keep_apart(run: FakeRun) -> None:
    """Made in one run, seconds apart: the second is no lost first generation of the other."""
    run.config["parent"] = "shop:index:Orders"
    run.certificate()
    first = run.rotation_id
    run.state.clear()
    run.inputs.clear()
    run.config["parent"] = "shop:index:Invoices"
    run.certificate()
    assert len(run.gateway.certificates) == 2
    assert run.rotation_id != first


def test_a_refused_creation_names_the_newest_certificate_that_a_stage_presents(run: FakeRun) -> None:
    """Adopting an older one would move stages back."""
    run.rotate_to("published")
    run.at(337)
    run.certificate()
    run.bundle()
    run.binding("dev")
    run.lose_state()
    with pytest.raises(errors.NotOurs, match="adopt_client_certificate_id='cert02'"):
        run.certificate()


def test_a_certificate_moved_into_a_component_is_a_namesake_too(run: FakeRun) -> None:
    """Without an alias the engine makes a new one: the refusal names the alias."""
    run.up()
    run.lose_state()
    run.config["parent"] = "shop:index:Orders"
    with pytest.raises(errors.NotOurs, match="alias of its former name"):
        run.certificate()
