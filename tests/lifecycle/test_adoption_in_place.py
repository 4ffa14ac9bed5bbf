"""adopt_client_certificate_id, added or changed later: in place where nothing is cut off, else refused."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.ownership import GENERATION, OWNER, ROTATION_ID, facts_of
from tests.lifecycle.conftest import START

if TYPE_CHECKING:
    from apigw_client_cert.gateway.interface import IssuedCertificate
    from tests.lifecycle.conftest import FakeRun

CHANGING = ("generate", "delete", "tag", "untag", "bind", "unbind")


def foreign(run: FakeRun, *stages: str) -> IssuedCertificate:
    """A certificate that somebody else made, presented by these stages."""
    made = run.gateway.add_certificate()
    present(run, made.id, *stages)
    return made


def present(run: FakeRun, certificate_id: str | None, *names: str) -> None:
    """Let stages present something, by hand."""
    for ref, stage in run.gateway.stages.items():
        if ref.stage_name in names:
            stage.client_certificate_id = certificate_id


def nothing_bound(run: FakeRun) -> None:
    """A certificate and its bundle, and bindings that were never made."""
    run.certificate()
    run.bundle()


def refused(run: FakeRun, match: str) -> None:
    """The update is refused, and has changed nothing."""
    run.gateway.calls.clear()
    state, certificates = run.state["certificate"], dict(run.gateway.certificates)
    with pytest.raises(errors.BadInput, match=match):
        run.up()
    assert run.state["certificate"] == state
    assert run.gateway.certificates == certificates
    assert run.gateway.called(*CHANGING) == []


def daily(run: FakeRun, first: int, last: int) -> None:
    """Runs on these days; no stage ever presents what the target does not hold."""
    for day in range(first, last + 1):
        run.at(day)
        run.up()
        for stage in ("dev", "prod"):
            shown = facts_of(run.gateway.certificates[str(run.presented(stage))])
            assert shown.pem in (run.targets["pins.txt"].content or "")


def test_it_is_adopted_in_place_while_no_stage_presents_one_of_ours(run: FakeRun) -> None:
    """The first run made one, and the stages present another: that becomes active, ours is retired as usual."""
    nothing_bound(run)
    theirs = foreign(run, "dev", "prod")
    run.config["adoptClientCertificateId"] = theirs.id
    daily(run, 1, 6)
    state = run.state["certificate"]
    assert (state["clientCertificateId"], state["generation"], state["phase"]) == (theirs.id, 2, "steady")
    assert list(run.gateway.certificates) == [theirs.id]
    tags = run.gateway.certificates[theirs.id].tags
    assert (tags[ROTATION_ID], tags[GENERATION]) == (run.rotation_id, "2")
    assert OWNER in tags
    assert run.gateway.called("bind") == []
    assert len(run.gateway.called("generate")) == 1
    assert not run.due()


def test_the_preview_says_what_the_update_will_look_at(run: FakeRun) -> None:
    """It asks nobody itself (invariant 6)."""
    nothing_bound(run)
    run.config["adoptClientCertificateId"] = foreign(run).id
    run.gateway.calls.clear()
    news = {**run.inputs["certificate"], **run.config}
    assert certificate.diff(run.state["certificate"], news, run.environment).changes
    (line,) = [line for line in run.lines if "adopt" in line]
    assert "names cert02; this update looks whether any stage presents a certificate of this rotation" in line
    assert run.gateway.calls == []


def test_it_is_refused_while_a_stage_presents_one_of_ours_and_the_remedy_works(run: FakeRun) -> None:
    """The stage that presents the other one comes to this rotation instead; nobody is cut off on the way."""
    run.stages = ("dev",)
    run.up()
    run.stages = ("dev", "prod")
    theirs = foreign(run, "prod")
    run.config["adoptClientCertificateId"] = theirs.id
    refused(run, r"cert01 by a1b2c3d4e5/dev\..*nothing was changed.*take_over=True, with also_trust=\[its PEM\]")
    del run.config["adoptClientCertificateId"]
    run.binding_config["takeOver"] = run.bundle_config["takeOver"] = True
    run.bundle_config["alsoTrust"] = [theirs.pem]
    daily(run, 1, 3)
    assert run.presented("dev") == run.presented("prod") == "cert01"


def test_a_stage_that_could_not_be_seen_counts_as_one_that_presents_ours(run: FakeRun) -> None:
    """An incomplete scan proves nothing."""
    nothing_bound(run)
    run.config["adoptClientCertificateId"] = foreign(run, "dev").id
    run.gateway.gaps = ("GetStages of x: access denied",)
    refused(run, "by a stage that could not be seen .GetStages of x: access denied")


@pytest.mark.parametrize("created", [None, START - timedelta(days=400)])
def test_a_dead_one_is_refused(run: FakeRun, created: object) -> None:
    """As at creation: missing or expired, naming the property."""
    nothing_bound(run)
    dead = "nothere" if created is None else run.gateway.add_certificate(created=START - timedelta(days=400)).id
    run.config["adoptClientCertificateId"] = dead
    refused(run, f"adopt_client_certificate_id is '{dead}', and that certificate")


def test_while_a_pin_holds_the_preview_refuses(run: FakeRun) -> None:
    """One asks for another active certificate, the other keeps it; without the pin it goes through."""
    nothing_bound(run)
    theirs = foreign(run, "dev", "prod")
    run.config.update(adoptClientCertificateId=theirs.id, pinGeneration=1)
    refused(run, "while pin_generation=1 holds")
    assert run.gateway.calls == []
    del run.config["pinGeneration"]
    run.up()
    assert run.state["certificate"]["clientCertificateId"] == theirs.id


def test_what_was_read_at_creation_is_not_adopted_again(run: FakeRun) -> None:
    """It was retired long ago, and the input still stands; removed and set again, it is remembered."""
    given = run.gateway.add_certificate()
    run.config["adoptClientCertificateId"] = given.id
    for day in (0, 336, 337, 338, 341):
        run.at(day)
        run.up()
    assert given.id not in run.gateway.certificates
    assert not run.due()
    del run.config["adoptClientCertificateId"]
    run.up()
    run.config["tags"] = {"team": "a"}
    run.up()
    assert run.state["certificate"]["adoptedClientCertificateId"] == given.id
    run.config["adoptClientCertificateId"] = given.id
    run.up()
    assert run.state["certificate"]["clientCertificateId"] == "cert02"
    assert not run.due()


def test_naming_one_of_our_own_or_none_is_quiet(run: FakeRun) -> None:
    """Nothing is asked for."""
    run.rotate_to("overlapping")
    run.gateway.calls.clear()
    run.lines.clear()
    for named in ("cert01", "cert02", None):
        news = {**run.inputs["certificate"], "adoptClientCertificateId": named}
        certificate.diff(run.state["certificate"], news, run.environment)
    assert not [line for line in run.lines if "adopt" in line]
    run.config["adoptClientCertificateId"] = "cert01"
    for day in (338, 341, 342):
        run.at(day)
        run.up()
    assert list(run.gateway.certificates) == ["cert02"]
    assert run.gateway.called("tag") == []


def test_the_one_of_another_rotation_brings_its_family(run: FakeRun) -> None:
    """Some stages present its successor already: both stay trusted, under our id, until nobody presents them."""
    tags = [{ROTATION_ID: "another", GENERATION: str(number)} for number in (1, 2)]
    older, newer = (run.gateway.add_certificate(tags=one) for one in tags)
    nothing_bound(run)
    present(run, older.id, "dev")
    present(run, newer.id, "prod")
    run.config["adoptClientCertificateId"] = newer.id
    daily(run, 1, 3)
    assert {one.tags[ROTATION_ID] for one in run.gateway.certificates.values()} == {run.rotation_id}
    assert run.presented("dev") == run.presented("prod") == newer.id
    daily(run, 4, 8)
    assert list(run.gateway.certificates) == [newer.id]


@pytest.mark.parametrize("killed", ["before the first tag", "after the first tag", "before state was saved"])
def test_an_interrupted_adoption_is_done_again(run: FakeRun, killed: str) -> None:
    """The next run takes over the named one and its family, and none is an orphan (invariant 5)."""
    for number in (1, 2):
        run.gateway.add_certificate(tags={ROTATION_ID: "another", GENERATION: str(number)})
    nothing_bound(run)
    present(run, "cert02", "dev", "prod")
    run.config["adoptClientCertificateId"] = "cert02"
    if killed == "before state was saved":
        saved = run.state["certificate"]
        run.certificate()
        run.state["certificate"] = saved
    else:
        lost = errors.OutcomeUnknown("no answer", means="It may have happened.", remedy="Run again.")
        run.gateway.fail_next("tag", lost, after_effect=killed == "after the first tag")
        with pytest.raises(errors.OutcomeUnknown):
            run.certificate()
    daily(run, 1, 6)
    assert run.state["certificate"]["clientCertificateId"] == "cert02"
    assert list(run.gateway.certificates) == ["cert02"]


def test_a_rotation_that_lost_everything_takes_the_named_one(run: FakeRun) -> None:
    """Nothing of ours lives, so nothing can be cut off."""
    nothing_bound(run)
    run.gateway.certificates.clear()
    run.refresh()
    theirs = foreign(run, "dev", "prod")
    run.config["adoptClientCertificateId"] = theirs.id
    run.up()
    assert run.state["certificate"]["phase"] == "steady"
    assert run.state["certificate"]["clientCertificateId"] == theirs.id


def test_one_of_ours_that_state_does_not_know_counts_too(run: FakeRun) -> None:
    """Its stages would lose what they present."""
    run.up()
    run.state["certificate"]["generations"] = []
    run.config["adoptClientCertificateId"] = foreign(run).id
    refused(run, "cert01 by a1b2c3d4e5/dev, a1b2c3d4e5/prod")


def test_a_trigger_that_was_pulled_meanwhile_waits_for_the_end_of_the_adoption(run: FakeRun) -> None:
    """It is not forgotten: what the adoption replaced is retired first."""
    run.config["rotationTrigger"] = "a"
    nothing_bound(run)
    theirs = foreign(run, "dev", "prod")
    run.config.update(rotationTrigger="b", adoptClientCertificateId=theirs.id)
    run.up()
    assert run.state["certificate"]["clientCertificateId"] == theirs.id
    for day in (1, 2, 6):
        run.at(day)
        run.up()
    assert run.state["certificate"]["phase"] == "steady"
    run.up()
    assert run.state["certificate"]["phase"] == "published"
    assert len(run.gateway.called("generate")) == 2
