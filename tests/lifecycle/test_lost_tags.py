"""A tool that still manages an adopted certificate removes our tags: said, written again, and deleted in the end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.certificate import crud as certificate

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun

ROTATION_ID = "apigw-client-cert:rotation-id"
UNTAGGED = "untaggedClientCertificateIds"


def _applied_elsewhere(run: FakeRun, certificate_id: str) -> dict[str, str]:
    """What a `terraform apply` leaves of the tags: its own; returns those that it removed."""
    tags = dict(run.gateway.certificates[certificate_id].tags)
    run.gateway.untag(certificate_id, tags)
    run.gateway.tag(certificate_id, {"managed-by": "terraform"})
    return tags


def test_a_refresh_that_finds_no_tags_says_who_and_the_update_tags_again(run: FakeRun) -> None:
    """Adopted, and left in the other tool's state; once written, nothing is said or done any more."""
    run.config["adoptClientCertificateId"] = run.gateway.add_certificate().id
    run.up()
    (adopted,) = run.gateway.certificates
    tags = _applied_elsewhere(run, adopted)
    run.lines.clear()
    run.refresh()
    assert run.state["certificate"][UNTAGGED] == [adopted]
    (said,) = run.lines
    assert said.startswith(f"orders: {adopted} does not carry the tags of this rotation any more. Most likely a tool")
    for word in ("terraform state rm", "tofu state rm", "removed block with destroy = false", "pulumi state delete"):
        assert word in said

    run.lines.clear()
    run.up()
    assert run.gateway.certificates[adopted].tags == {**tags, "managed-by": "terraform"}
    assert run.lines == [
        f"orders: this update tags {adopted} again, which is this rotation's by state and fingerprint",
        f"orders: {adopted} had lost the tags of this rotation, and carries them again",
    ]
    assert UNTAGGED not in run.state["certificate"]
    run.lines.clear()
    run.refresh()
    assert not run.due()
    assert run.lines == []


def test_what_another_rotation_adopted_is_never_tagged_again(run: FakeRun) -> None:
    """Also where its tags are gone again: its former owner would delete what the new one presents (invariant 4)."""
    run.up()
    run.gateway.tag("cert01", {ROTATION_ID: "another-rotation"})
    run.refresh()
    assert not run.due()

    _applied_elsewhere(run, "cert01")
    run.refresh()
    assert run.state["certificate"]["adoptedElsewhereClientCertificateIds"] == ["cert01"]
    assert not run.due()
    run.config["description"] = "other"
    run.up()
    assert run.gateway.certificates["cert01"].tags == {"managed-by": "terraform"}
    assert run.state["certificate"]["adoptedElsewhereClientCertificateIds"] == ["cert01"]


def test_what_another_rotation_adopted_before_the_update_is_not_tagged(run: FakeRun) -> None:
    """Between the refresh that missed the tags, and the update that would write them."""
    run.up()
    _applied_elsewhere(run, "cert01")
    run.refresh()
    assert run.due()
    run.gateway.tag("cert01", {ROTATION_ID: "another-rotation"})
    run.up()
    assert run.gateway.certificates["cert01"].tags == {ROTATION_ID: "another-rotation", "managed-by": "terraform"}
    assert not run.due()


def test_another_certificate_under_our_id_is_not_ours(run: FakeRun) -> None:
    """The fingerprint says so; nor is one whose PEM cannot be read."""
    run.up()
    _applied_elsewhere(run, "cert01")
    mine = run.gateway.certificates["cert01"]
    for pem in (run.gateway.add_certificate().pem, "no certificate"):
        run.gateway.certificates["cert01"] = replace(mine, pem=pem)
        run.refresh()
        assert not run.due(), pem


def test_one_answer_without_tags_is_not_believed(run: FakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """GetClientCertificate may leave out what GetClientCertificates has."""
    run.up()
    bare = replace(run.gateway.certificates["cert01"], tags={})
    monkeypatch.setattr(run.gateway, "get", lambda _id: bare)
    run.lines.clear()
    run.refresh()
    assert run.lines == []
    assert not run.due()


def test_tags_that_cannot_be_written_make_the_run_red_and_are_written_by_the_next(run: FakeRun) -> None:
    """What could not be done is still to be done."""
    run.up()
    tags = _applied_elsewhere(run, "cert01")
    run.refresh()
    denied = errors.AccessDenied("TagResource was denied", means="Nothing was changed.", remedy="Allow it.")
    run.gateway.fail_next("tag", denied)
    with pytest.raises(errors.AccessDenied):
        run.certificate()
    assert run.state["certificate"][UNTAGGED] == ["cert01"]
    run.certificate()
    assert run.gateway.certificates["cert01"].tags == {**tags, "managed-by": "terraform"}
    assert "failedStep" not in run.state["certificate"]


@pytest.mark.parametrize("refreshed", [True, False], ids=["refreshed", "without a refresh"])
def test_retirement_works_after_the_tags_were_lost(run: FakeRun, *, refreshed: bool) -> None:
    """With a refresh in time as ever; without one, the run that would delete tags it, and a later one deletes it."""
    run.rotate_to("overlapping")
    _applied_elsewhere(run, "cert01")
    run.at(338)
    run.up()
    if refreshed:
        run.refresh()
    run.lines.clear()
    run.at(341)
    run.up()
    if refreshed:  # that run tagged it, and took its step beside
        assert list(run.gateway.certificates) == ["cert02"]
        return
    assert list(run.gateway.certificates) == ["cert01", "cert02"]
    (blocked,) = run.state["certificate"]["retirementBlockedBy"]
    assert blocked.startswith("certificate cert01: its tags had been removed, and this run has written them again")
    assert "terraform state rm" in blocked
    for day in (342, 345):
        run.at(day)
        run.up()
    assert list(run.gateway.certificates) == ["cert02"]
    assert run.state["certificate"]["phase"] == "steady"


def test_a_retirement_does_not_tag_what_only_one_answer_calls_untagged(
    run: FakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not deleted either: nobody knows whose it is."""
    run.rotate_to("overlapping")
    run.at(338)
    run.up()
    bare, get = replace(run.gateway.certificates["cert01"], tags={}), run.gateway.get
    monkeypatch.setattr(run.gateway, "get", lambda one: bare if one == "cert01" else get(one))
    run.at(341)
    run.up()
    assert run.gateway.called("tag", "delete") == []
    (blocked,) = run.state["certificate"]["retirementBlockedBy"]
    assert blocked == f"certificate cert01: its tag {ROTATION_ID} is not ours any more"


def test_a_destroy_without_tags_names_the_refresh_that_brings_them_back(run: FakeRun) -> None:
    """And its remedy leads to the end."""
    run.up()
    _applied_elsewhere(run, "cert01")
    for ref in run.gateway.stages:
        run.gateway.stages[ref].client_certificate_id = None
    with pytest.raises(errors.NotOurs, match="run pulumi up --refresh, which tags it again"):
        certificate.delete(run.state["certificate"], run.environment)
    run.stages = ()
    run.refresh()
    run.up()
    certificate.delete(run.state["certificate"], run.environment)
    assert run.gateway.certificates == {}


@pytest.mark.parametrize("edited", ["cert01", 5, ["elsewhere"]])
def test_an_edited_memory_of_lost_tags_asks_for_nothing(run: FakeRun, edited: object) -> None:
    """A hand wrote it."""
    run.up()
    run.state["certificate"][UNTAGGED] = edited
    assert not run.due()


def test_a_tag_that_a_retirement_may_not_write_blocks_that_generation_alone(run: FakeRun) -> None:
    """Its reason is what AWS said; the rotation goes on."""
    run.rotate_to("overlapping")
    run.at(338)
    run.up()
    _applied_elsewhere(run, "cert01")
    run.at(341)
    run.gateway.fail_next("tag", errors.AccessDenied("TagResource was denied", means="", remedy=""))
    run.up()
    assert run.state["certificate"]["retirementBlockedBy"] == ["certificate cert01: TagResource was denied"]
    assert "cert01" in run.gateway.certificates
