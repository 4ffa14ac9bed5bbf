"""What a run has seen refused on live traffic is not tried there again without a reason, and each run says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from apigw_client_cert import errors
from apigw_client_cert.gateway.interface import TrialAnswer
from apigw_client_cert.lifecycle.binding import crud as binding
from tests.lifecycle.verified import CONFIRM, VERIFY, Backend, ProbedRun, published

PEM = [{"type": "file", "path": "pins.txt"}]


def taken_back(run: ProbedRun, backend: Backend, **config: Any) -> tuple[str, str]:
    """Day 337: the stage moved to generation 2, whose backend refuses it, and went back; returns both."""
    run.binding_config = config
    first, second = published(run, **config)
    backend.accepts = {first}
    assert f"The stage was told to present {first} again" in run.red()
    assert run.presented("prod") == first
    return first, second


def moves(run: ProbedRun) -> int:
    """How often the stage was told to present something."""
    return len(run.gateway.called("bind"))


@pytest.mark.parametrize("refresh", [False, True], ids=["plain", "refresh"])
def test_a_day_of_runs_costs_no_further_request(run: ProbedRun, backend: Backend, *, refresh: bool) -> None:
    """Each is red, says since when and until when, and leaves the stage and its callers alone."""
    first, second = taken_back(run, backend, confirm=CONFIRM)
    asked, told = len(backend.tried), moves(run)
    for hour in range(1, 22, 5):
        run.at(337 + hour / 24)
        run.begin()
        if refresh:
            run.refresh()
        said = run.red()
        assert f"refused {second} on 2027-02-02T10:00Z" in said
        assert f"The stage keeps {first}" in said
        assert "the first run from 2027-02-03T10:00Z on" in said
        assert "unharmed" not in said
    assert (len(backend.tried), moves(run)) == (asked, told)


def test_the_pause_doubles_and_ends_near_the_end_of_what_is_presented(run: ProbedRun, backend: Backend) -> None:
    """Daily runs: tried on the days 337, 338, 340, 344, 352, and from 362 on, when it has to leave."""
    first, second = taken_back(run, backend, confirm=CONFIRM)
    tried = []
    for day in range(338, 365):
        run.at(day)
        told = moves(run)
        said = run.red()
        if moves(run) > told:
            tried.append(day)
        elif day > 352:
            assert "the first run from 2027-02-27T10:00Z on" in said
        assert run.presented("prod") == first
    assert tried == [338, 340, 344, 352, 362, 363, 364]
    run.at(366)
    run.red()
    assert run.presented("prod") == second


def test_what_is_mended_is_found_by_the_next_try(run: ProbedRun, backend: Backend) -> None:
    """And is forgotten then."""
    _first, second = taken_back(run, backend, confirm=CONFIRM)
    assert run.state["prod"]["lastRefused"]["times"] == 1
    backend.accepts = None
    run.at(337.5)
    assert run.red()
    run.at(338)
    assert not run.red()
    assert run.presented("prod") == second
    assert "lastRefused" not in run.state["prod"]


@pytest.mark.parametrize(
    "changed",
    [
        {"confirm": {**CONFIRM, "attempts": 7}},
        {"confirm": CONFIRM, "verify": VERIFY},
        {"confirm": CONFIRM, "redeploy": "same-deployment"},
        {"confirm": CONFIRM, "publishedTo": {"targets": [{**PEM[0], "content": "sha256"}]}},
    ],
    ids=["the probe", "a trial", "a redeployment", "the content"],
)
def test_what_changes_the_question_or_the_answer_is_tried_at_once(
    run: ProbedRun, backend: Backend, changed: dict[str, Any]
) -> None:
    """The remedy that the text names, and those that mend a backend."""
    _first, second = taken_back(run, backend, confirm=CONFIRM)
    assert "change confirm= or verify= of this stage, such as confirm's attempts" in run.red()
    backend.accepts = None
    run.binding_config = changed
    assert not run.red()
    assert run.presented("prod") == second


def test_what_is_published_anew_is_tried_when_its_lead_has_passed(run: ProbedRun, backend: Backend) -> None:
    """Somebody had emptied the target, and the bundle wrote it again."""
    first, second = taken_back(run, backend, confirm=CONFIRM)
    for _ in range(3):
        run.state["prod"]["lastRefused"]["times"] += 1
    run.targets["pins.txt"].content = None
    run.begin()
    run.refresh()
    run.bundle()
    assert run.red() == ""
    assert run.state["prod"]["waitingBecause"] == "lead"
    assert run.presented("prod") == first
    backend.accepts = None
    run.at(338)
    assert not run.red()
    assert run.presented("prod") == second


def test_a_trial_that_said_yes_before_is_no_reason(run: ProbedRun, backend: Backend) -> None:
    """TestInvokeMethod asks the API's current resources, and the deployed stage another backend."""
    published(run, verify=VERIFY, confirm=CONFIRM)
    first = run.presented("prod")
    run.answers = [TrialAnswer(status=200, body=backend.sha256(first)), TrialAnswer(status=403)]
    assert "told to present" in run.red()
    told = moves(run)
    assert "and the switch was taken back" in run.red()
    assert moves(run) == told
    assert run.presented("prod") == first


def test_a_new_refusal_of_the_trial_says_what_it_is(run: ProbedRun, backend: Backend) -> None:
    """It has the lines that mend it."""
    first, second = taken_back(run, backend, confirm=CONFIRM)
    run.binding_config["verify"] = VERIFY
    assert f"answers 200 to {first}, but 403 to {second}" in run.red()
    assert run.presented("prod") == first


def test_what_is_presented_and_refused_is_left_for_what_was_refused_before(run: ProbedRun, backend: Backend) -> None:
    """No row holds a stage on what is known to be refused."""
    published(run, verify=VERIFY, confirm=CONFIRM)
    first, second = (one["id"] for one in run.state["certificate"]["generations"])
    run.answers = [TrialAnswer(status=200, body=backend.sha256(first)), TrialAnswer(status=403)]
    assert "told to present" in run.red()
    run.answers.clear()
    backend.accepts = {second}
    assert not run.red()
    assert run.presented("prod") == second


@pytest.mark.parametrize("lost", ["unbound", "gone"])
def test_a_repair_is_not_held(run: ProbedRun, backend: Backend, lost: str) -> None:
    """Where nothing alive is presented there is nothing to lose."""
    first, second = taken_back(run, backend, confirm=CONFIRM)
    if lost == "unbound":
        run.console(None)
    else:
        del run.gateway.certificates[first]
    backend.accepts = None
    run.begin()
    run.refresh()
    if lost == "gone":
        run.certificate()
        run.bundle()
    assert not run.red()
    assert run.presented("prod") == second


def test_a_rollback_is_not_held(run: ProbedRun, backend: Backend) -> None:
    """Generation 1 was refused under a pin and left again; the pin is whoever's who looks at it."""
    published(run, confirm=CONFIRM)
    run.binding("prod")
    first, second = (one["id"] for one in run.state["certificate"]["generations"])
    run.at(338)
    run.config = {"pinGeneration": 1}
    run.certificate()
    run.bundle()
    backend.accepts = {second}
    assert f"told to present {second} again" in run.red()
    assert run.state["prod"]["lastRefused"]["clientCertificateId"] == first
    backend.accepts = None
    assert not run.red()
    assert run.presented("prod") == first


def test_a_rollback_keeps_what_was_refused_in_mind(run: ProbedRun, backend: Backend) -> None:
    """Generation 2 is refused, generation 1 pinned and unpinned: that alone is no reason to try 2 again."""
    first, second = taken_back(run, backend, confirm=CONFIRM)
    for pin in ({"pinGeneration": 1}, {}):
        run.config = pin
        run.certificate()
        run.bundle()
        assert bool(run.red()) is not bool(pin)
        assert run.state["prod"]["lastRefused"]["clientCertificateId"] == second
    assert run.presented("prod") == first


def test_what_nobody_asks_for_any_more_is_not_remembered(run: ProbedRun, backend: Backend) -> None:
    """Whoever takes confirm away moves without it."""
    _first, second = taken_back(run, backend, confirm=CONFIRM)
    run.binding_config = {}
    assert not run.red()
    assert run.presented("prod") == second
    assert "lastRefused" not in run.state["prod"]


@pytest.mark.parametrize("trouble", ["unreachable", "echo"])
def test_what_is_no_refusal_is_tried_in_each_run(run: ProbedRun, backend: Backend, trouble: str) -> None:
    """No request of anybody's is known to have failed."""
    first, second = published(run, confirm=CONFIRM)
    good = TrialAnswer(status=200, body=backend.sha256(first))
    unreachable = errors.ProbeUnreachable("no answer", means="Nothing is known.", remedy="Mend it.")
    run.answers = [good, unreachable if trouble == "unreachable" else replace(good, body="")]
    assert "told to present" in run.red()
    assert "lastRefused" not in run.state["prod"]
    run.answers.clear()
    assert not run.red()
    assert run.presented("prod") == second


def test_a_way_back_that_was_denied_is_a_refusal_once_it_is_taken(run: ProbedRun, backend: Backend) -> None:
    """The stage is on what is refused: no record holds it there, and the run that goes back makes one."""
    first, second = published(run, confirm=CONFIRM)
    backend.accepts = {first}
    denied = errors.AccessDenied("UpdateStage was denied", means="No permission.", remedy="Grant it.")
    run.meanwhile.append(lambda: run.gateway.fail_next("bind", denied) if run.presented("prod") == second else None)
    assert f"The stage presents {second} now" in run.red()
    assert "lastRefused" not in run.state["prod"]
    run.meanwhile.clear()
    run.gateway._faults.clear()  # noqa: SLF001 - the permission is back
    assert f"told to present {first} again" in run.red()
    assert run.state["prod"]["lastRefused"]["clientCertificateId"] == second


def test_state_after_a_refusal_is_what_a_refresh_would_say(run: ProbedRun, backend: Backend) -> None:
    """What is presented, what was confirmed, and every input as it was: the next update is due."""
    first, second = taken_back(run, backend, confirm=CONFIRM)
    state = run.state["prod"]
    assert state["presentedClientCertificateId"] == first == state["lastConfirmed"]["clientCertificateId"]
    assert state["clientCertificateId"] == first
    refused = state["lastRefused"]
    assert (refused["clientCertificateId"], refused["at"]) == (second, "2027-02-02T10:00:00Z")
    assert "it answers 403 instead of 200" in refused["because"]
    assert binding.diff(state, run.inputs["prod"], run.environment).changes


def test_a_key_in_the_probes_query_is_in_no_digest(run: ProbedRun, backend: Backend) -> None:
    """A short one would be found by trying; so another one is no reason to ask again."""
    taken_back(run, backend, confirm={**CONFIRM, "url": f"{CONFIRM['url']}?key=1234"})
    before = moves(run)
    run.binding_config["confirm"] = {**CONFIRM, "url": f"{CONFIRM['url']}?key=5678"}
    run.at(337.1)
    run.begin()
    assert "was taken back" in run.red()
    assert moves(run) == before


def test_a_damaged_record_is_refused_as_damaged(run: ProbedRun, backend: Backend) -> None:
    """Nobody but an editor's hand leaves it like that."""
    taken_back(run, backend, confirm=CONFIRM)
    run.state["prod"]["lastRefused"]["at"] = "yesterday"
    assert "edited or damaged" in run.red()
