"""Whose a certificate is: creation, adoption, what interrupted runs leave, and deletion."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.ownership import GENERATION, OWNER, ROTATION_ID, owner_digest
from tests.lifecycle.conftest import START

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
        OWNER: owner_digest({"project": "p", "stack": "dev", "name": "orders"}),
        ROTATION_ID: run.rotation_id,
        GENERATION: "1",
    }


@pytest.mark.parametrize("day", [5, 330])
def test_a_certificate_that_no_run_made_is_not_adopted_by_its_tags(run: FakeRun, day: float) -> None:
    """Who may tag gives his own one our rotation id and the next number: it is named, and neither trusted nor taken."""
    run.up()
    run.at(day)
    forged = run.gateway.add_certificate(tags={ROTATION_ID: run.rotation_id, GENERATION: "2"})
    run.at(336)
    run.up()
    pending = run.state["certificate"]["pendingClientCertificateId"]
    assert pending not in {None, forged.id}
    assert forged.pem not in run.state["bundle"]["trustBundlePem"]
    assert [
        line for line in run.lines if f"certificate {forged.id}, generated" in line and "not taken for ours" in line
    ]


@pytest.mark.parametrize("made", [True, False])
def test_a_lost_answer_is_not_looked_up_among_what_was_there_before(run: FakeRun, *, made: bool) -> None:
    """What was refused a moment ago has the same tags; with an effect the real one is found, without it none is."""
    run.up()
    run.at(5)
    forged = run.gateway.add_certificate(tags={ROTATION_ID: run.rotation_id, GENERATION: "2"})
    run.at(336)
    lost = errors.OutcomeUnknown("no answer", means="It may exist.", remedy="Look.")
    run.gateway.fail_next("generate", lost, after_effect=made)
    if made:
        run.up()
    else:
        with pytest.raises(errors.OutcomeUnknown):
            run.up()
    assert run.state["certificate"].get("pendingClientCertificateId") == ("cert03" if made else None)
    assert len(run.gateway.called("generate")) == 2
    assert forged.pem not in run.state["bundle"]["trustBundlePem"]


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
    assert "certificate cert02, generated 2027-02-01T10:00:00Z by a run that was interrupted" in "".join(run.lines)


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


def test_a_creation_beside_an_expired_namesake_starts_afresh(run: FakeRun) -> None:
    """A state that was lost until everything expired: adopting is refused, so starting afresh must not be."""
    run.with_bundle = False
    run.up()
    run.lose_state()
    run.at(366)
    run.up()
    assert [stage.client_certificate_id for stage in run.gateway.stages.values()] == ["cert02", "cert02"]
    assert "cert01" in run.gateway.certificates


def test_a_creation_beside_a_live_namesake_and_a_presented_dead_one_names_the_live_one(run: FakeRun) -> None:
    """Backends trust it already, and the dead one cannot be adopted."""
    run.up()
    run.at(336)
    run.up()
    run.lose_state()
    run.at(366)
    with pytest.raises(errors.NotOurs, match=r"Certificate cert01.*adopt_client_certificate_id='cert02'"):
        run.certificate()
    run.config["adoptClientCertificateId"] = "cert02"
    run.certificate()
    assert run.state["certificate"]["clientCertificateId"] == "cert02"
    assert len(run.gateway.certificates) == 2


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


def test_a_previous_one_that_another_rotation_adopted_is_reported_and_kept(run: FakeRun) -> None:
    """Between two refreshes, and before any of its stages presents it: what its tag says counts (invariant 4)."""
    run.rotate_to("overlapping")
    run.at(338)
    run.up()
    run.gateway.tag("cert01", {ROTATION_ID: "another-rotation"})
    run.at(342)
    run.up()
    assert "cert01" in run.gateway.certificates
    assert "is not ours any more" in run.state["certificate"]["retirementBlockedBy"][0]


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
    certificate.delete(run.state["certificate"], run.environment)
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
    named = "page 2" if gaps else "a1b2c3d4e5/dev.*Switch those stages to another certificate"
    with pytest.raises(errors.StillInUse, match=named):
        certificate.delete(run.state["certificate"], run.environment)
    assert list(run.gateway.certificates) == ["cert01"]


def test_destroy_is_refused_when_a_generation_lost_our_tag(run: FakeRun) -> None:
    """It is somebody else's now, or a tag slipped: people decide."""
    run.certificate()
    run.gateway.untag("cert01", [ROTATION_ID])
    run.begin()
    with pytest.raises(errors.NotOurs, match="cert01"):
        certificate.delete(run.state["certificate"], run.environment)


def test_destroy_of_a_rotation_that_is_gone_is_success(run: FakeRun) -> None:
    """NotFound is what was wanted."""
    run.certificate()
    run.gateway.certificates.clear()
    run.begin()
    certificate.delete(run.state["certificate"], run.environment)
    assert run.gateway.called("scan", "delete") == []


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


def test_a_made_up_clock_changes_nothing_on_a_real_account(run: FakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """The preview of a date may not become an update on it."""
    monkeypatch.setenv("APIGW_CLIENT_CERT_NOW", "2027-03-01T00:00:00Z")
    # Whose botocore is asked where it goes, and knows regions only.
    run.config["region"] = "eu-west-1"
    with pytest.raises(errors.Refused, match="APIGW_CLIENT_CERT_NOW is set and the endpoint is not this machine"):
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
    certificate.delete(old, run.environment)
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
