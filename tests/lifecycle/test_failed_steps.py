"""What cannot be done while the active certificate lives is red, is tried again, and keeps nobody from repairing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.failed_step import Unfinished, red

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun

DENIED = errors.AccessDenied("denied", means="Nothing was changed.", remedy="Grant it.")
LOST = errors.OutcomeUnknown("no answer", means="It may have happened.", remedy="Run again.")


def failed(run: FakeRun) -> dict[str, str]:
    """What state says of it."""
    found: dict[str, str] = run.state["certificate"]["failedStep"]
    return found


def test_the_dependents_are_looked_after_in_the_run_whose_issue_finds_no_room(run: FakeRun) -> None:
    """Run after run; since when is kept, and the run in which it succeeds forgets it (invariant 13)."""
    run.up()
    run.gateway.quota = 1
    for day in (336, 337):
        run.at(day)
        for stage in run.gateway.stages.values():
            stage.client_certificate_id = None
        run.targets["pins.txt"].content = ""
        run.refresh()
        with pytest.raises(errors.QuotaExhausted):
            run.up()
        assert run.presented("dev") == run.presented("prod") == "cert01"
        assert run.targets["pins.txt"].content
        assert (failed(run)["step"], failed(run)["since"]) == ("issue", "2027-02-01T10:00:00Z")
        assert "quota" in failed(run)["message"]
    run.gateway.quota = 2
    run.up()
    assert "failedStep" not in run.state["certificate"]
    assert run.state["certificate"]["phase"] == "published"


def test_where_nothing_alive_is_active_the_update_fails_and_nothing_is_recorded(run: FakeRun) -> None:
    """Its dependents would run on nothing."""
    run.up()
    run.at(800)
    run.gateway.quota = 1
    with pytest.raises(errors.QuotaExhausted):
        certificate.update(run.state["certificate"], run.inputs["certificate"], run.environment)
    assert run.state["certificate"]["clientCertificateId"] == "cert01"


def test_a_tag_that_cannot_be_written_keeps_nobody_on_what_has_expired(run: FakeRun) -> None:
    """The step is taken, and the run is red for the tag."""
    run.up()
    run.at(800)
    run.config["tags"] = {"team": "a"}
    run.gateway.fail_next("tag", DENIED)
    with pytest.raises(errors.AccessDenied):
        run.up()
    assert failed(run)["step"] == "tag"
    assert {run.presented(stage) for stage in run.stages} == {"cert02"}


def test_a_ripe_retirement_makes_the_room_in_the_run_whose_issue_found_none(run: FakeRun) -> None:
    """Also the look that comes before it; the issue succeeds in the next run (invariant 5)."""
    run.rotate_to("overlapping")
    foreign = run.gateway.add_stage("foreign123", "live", "cert01")
    run.at(338)
    run.up()
    run.gateway.quota = 2
    run.gateway.stages[foreign].client_certificate_id = None
    for day in (673, 674, 678):  # the successor has 28 days left; what has expired is withdrawn first
        run.at(day)
        with pytest.raises(errors.QuotaExhausted):
            run.up()
    assert list(run.gateway.certificates) == ["cert02"]
    run.up()
    assert run.state["certificate"]["phase"] == "published"


def test_where_a_certificate_may_have_been_made_nothing_is_deleted_in_that_run(run: FakeRun) -> None:
    """The next one adopts it (invariant 2)."""
    run.rotate_to("overlapping")
    run.at(338)
    run.up()
    for day in (673, 674):
        run.at(day)
        run.gateway.fail_next("generate", LOST)
        with pytest.raises(errors.OutcomeUnknown):
            run.up()
    assert run.gateway.called("delete") == []
    run.gateway.fail_next("generate", DENIED)
    with pytest.raises(errors.AccessDenied):
        run.up()
    assert list(run.gateway.certificates) == ["cert02"]


def test_a_deletion_that_is_denied_is_recorded_and_tried_again(run: FakeRun) -> None:
    """Everything else of the run is done."""
    run.rotate_to("overlapping")
    run.at(338)
    run.up()
    run.at(341)
    run.gateway.fail_next("delete", DENIED)
    with pytest.raises(errors.AccessDenied):
        run.up()
    assert failed(run)["step"] == "retire"
    assert run.due()
    run.up()
    assert list(run.gateway.certificates) == ["cert02"]


def test_tags_that_cannot_be_written_hold_up_no_step_and_are_written_later(run: FakeRun) -> None:
    """A stack that was renamed, and whose role may not tag, still renews its certificate."""
    run.up()
    run.config["tags"] = {"team": "a"}
    run.at(336)
    run.gateway.fail_next("tag", DENIED)
    with pytest.raises(errors.AccessDenied):
        run.up()
    assert failed(run)["step"] == "tag"
    assert run.state["certificate"]["phase"] == "published"
    assert "team" not in run.gateway.certificates["cert01"].tags
    run.up()
    assert "failedStep" not in run.state["certificate"]
    assert run.gateway.certificates["cert01"].tags["team"] == "a"


def test_what_failed_is_a_change_until_it_is_done_or_asked_for_no_more(run: FakeRun) -> None:
    """A trigger that was set back: nothing is due, and the recorded failure goes all the same."""
    run.config["rotationTrigger"] = "a"
    run.up()
    run.gateway.quota = 1
    run.config["rotationTrigger"] = "b"
    with pytest.raises(errors.QuotaExhausted):
        run.up()
    run.refresh()
    assert failed(run)["step"] == "issue"
    run.config["rotationTrigger"] = "a"
    run.up()
    assert "failedStep" not in run.state["certificate"]
    assert not run.due()


def test_a_waiting_trigger_is_said_in_each_run_and_is_no_change(run: FakeRun) -> None:
    """Its turn comes when the rotation under way has ended."""
    run.config["rotationTrigger"] = "a"
    run.rotate_to("overlapping")
    run.at(338)
    run.up()
    run.config["rotationTrigger"] = "b"
    for day in (339, 340):
        run.at(day)
        run.lines.clear()
        run.up()
        assert [line for line in run.lines if "note: rotation_trigger changed from 'a' to 'b'" in line]
        assert not run.due()
    run.at(341)
    run.up()
    assert list(run.gateway.certificates) == ["cert02"]
    run.up()
    assert run.state["certificate"]["phase"] == "published"


def test_the_program_ends_with_what_failed_and_since_when(run: FakeRun) -> None:
    """One sentence each for what, why and what is to be done."""
    run.up()
    run.at(336)
    run.gateway.quota = 1
    run.begin()
    with pytest.raises(Unfinished) as caught:
        certificate.update(run.state["certificate"], run.inputs["certificate"], run.environment)
    text = str(red([("orders", caught.value.state["failedStep"])]))
    assert text.startswith("orders: issue has failed in each run since 2027-02-01T10:00:00Z. The quota")
    assert text.endswith("looked after all the same.")


@pytest.mark.parametrize(("message", "begins"), [("ssm /o8x: denied", "ssm /o8x"), ("stage a/dev is gone", "Stage a")])
def test_an_address_is_written_as_it_is_at_the_beginning_of_a_sentence(message: str, begins: str) -> None:
    """No service is called Ssm."""
    failed_step = {"step": "publish", "since": "2027-02-01T10:00:00Z", "message": message}
    assert f"since 2027-02-01T10:00:00Z. {begins}" in str(red([("trust", failed_step)]))
