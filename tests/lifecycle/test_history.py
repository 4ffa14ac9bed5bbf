"""The history in a certificate's state: what the runs did, whatever became of them, and nothing that anybody reads."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.certificate import crud as certificate
from tests.lifecycle.conftest import API, FakeRun, wire

if TYPE_CHECKING:
    from collections.abc import Sequence

CALLER = "arn:aws:sts::123456789012:assumed-role/rotation/daily"
GOLDEN = sorted((Path(__file__).parent / "golden").glob("state-v*.json"))
UNAVAILABLE = errors.Unavailable("no answer", means="It may have happened.", remedy="Run again.")
# An entry without its users; a PEM has three times as many.
LARGEST_ENTRY = 420


def history(run: FakeRun) -> list[dict[str, Any]]:
    """All of it."""
    found: list[dict[str, Any]] = run.state["certificate"].get("history", [])
    return found


def steps(run: FakeRun) -> list[tuple[str, str]]:
    """Which step was taken with which certificate."""
    return [(one["step"], one["clientCertificateId"]) for one in history(run)]


def ran(run: FakeRun, days: Sequence[float]) -> None:
    """Runs on these days."""
    for day in days:
        run.at(day)
        run.up()


def test_a_rotation_leaves_its_steps(run: FakeRun) -> None:
    """When, which, whose, what the looks found, and who called: enough to show, and small."""
    ran(run, (0, 100, 336, 337, 338, 341))
    sha256 = {one["clientCertificateId"]: one["sha256"] for one in history(run)}
    first = {"generation": 1.0, "clientCertificateId": "cert01", "sha256": sha256["cert01"], "caller": CALLER}
    second = {"generation": 2.0, "clientCertificateId": "cert02", "sha256": sha256["cert02"], "caller": CALLER}
    made, issued = "2026-03-02T10:00:00Z", "2027-02-01T10:00:00Z"
    assert history(run) == [
        {"at": made, "step": "create", "role": "active", "createdDate": made, **first},
        {"at": issued, "step": "issue", "role": "pending", "createdDate": issued, **second},
        {"at": "2027-02-02T10:00:00Z", "step": "activate", "role": "active", **second},
        {"at": "2027-02-03T10:00:00Z", "step": "confirm", "role": "previous", "inUseBy": [], **first},
        {"at": "2027-02-06T10:00:00Z", "step": "retire", "inUseBy": [], **first},
    ]
    (generation,) = run.state["certificate"]["generations"]
    assert sha256["cert02"] == generation["sha256"]
    assert "BEGIN" not in json.dumps(history(run))
    assert max(len(json.dumps(one)) for one in history(run)) < LARGEST_ENTRY


def test_it_is_bounded(run: FakeRun) -> None:
    """Ten years of rotations on demand: the last two dozen steps."""
    run.up()
    for number in range(10):
        run.config["rotationTrigger"] = f"t{number}"
        ran(run, [number * 10 + day for day in (1, 2.5, 3.5, 7)])
    assert len(history(run)) == 24
    assert steps(run)[-1] == ("retire", "cert09")
    assert history(run) == sorted(history(run), key=lambda one: str(one["at"]))


def test_what_a_stranger_s_stage_holds_up_is_looked_at_daily_and_drives_nothing_out(run: FakeRun) -> None:
    """With the stage, since when, and how often it was found."""
    ran(run, (0, 336))
    run.gateway.add_stage(API, "legacy", "cert01")
    ran(run, range(337, 360))
    assert steps(run) == [("create", "cert01"), ("issue", "cert02"), ("activate", "cert02"), ("confirm", "cert01")]
    looks = history(run)[-1]
    assert (looks["inUseBy"], looks["times"]) == ([f"{API}/legacy"], 22.0)
    assert (looks["at"], looks["lastAt"]) == ("2027-02-03T10:00:00Z", "2027-02-24T10:00:00Z")


def test_what_a_look_could_not_see_is_what_it_found(run: FakeRun) -> None:
    """It counts as in use, and evidence must not read as if nobody presented it."""
    ran(run, (0, 336, 337))
    run.gateway.gaps = ("apis: denied",)
    ran(run, (338,))
    assert history(run)[-1]["inUseBy"] == ["unknown: apis: denied"]


@pytest.mark.parametrize("killed", ["before the state was saved", "while no answer came"])
@pytest.mark.parametrize("later", [0, 0.3])
def test_what_an_interrupted_run_has_issued_is_recorded_once_by_the_run_that_takes_it_in(
    run: FakeRun, killed: str, later: float
) -> None:
    """With the instant at which AWS made it: nothing is invented, and nothing is lost."""
    run.up()
    saved = deepcopy((run.state, run.inputs))
    run.at(336)
    if killed == "while no answer came":
        run.gateway.fail_next("generate", UNAVAILABLE, after_effect=True)
        with pytest.raises(errors.Unavailable):
            run.up()
        assert steps(run) == [("create", "cert01")]
    else:
        run.up()
        run.state, run.inputs = saved
        run.begin()
    run.at(336 + later)
    run.up()
    assert steps(run) == [("create", "cert01"), ("issue", "cert02")]
    assert history(run)[-1]["createdDate"] == "2027-02-01T10:00:00Z"
    assert (history(run)[-1]["at"] == "2027-02-01T10:00:00Z") is (later == 0)


def test_a_creation_that_was_killed_is_recorded_by_the_next_one(run: FakeRun) -> None:
    """The same certificate, made a moment earlier."""
    run.certificate()
    run.lose_state()
    run.at(0.01)
    run.up()
    assert steps(run) == [("create", "cert01")]
    assert (history(run)[0]["createdDate"], history(run)[0]["at"]) == ("2026-03-02T10:00:00Z", "2026-03-02T10:14:24Z")


def test_a_deletion_that_was_not_saved_is_recorded_by_the_run_that_finds_it_done(run: FakeRun) -> None:
    """Once."""
    run.rotate_to("overlapping")
    ran(run, (338,))
    saved = deepcopy((run.state, run.inputs))
    ran(run, (341,))
    run.state, run.inputs = saved
    run.begin()
    ran(run, (341.1,))
    assert steps(run)[-2:] == [("confirm", "cert01"), ("retire", "cert01")]


def test_a_step_that_fails_is_no_entry(run: FakeRun) -> None:
    """Not in the run that is red, and once in the one that succeeds."""
    run.up()
    run.gateway.quota = 1
    for day in (336, 337):
        run.at(day)
        with pytest.raises(errors.QuotaExhausted):
            run.up()
        assert steps(run) == [("create", "cert01")]
    run.gateway.quota = 2
    run.up()
    assert steps(run) == [("create", "cert01"), ("issue", "cert02")]


def test_a_refresh_adds_nothing_but_what_it_finds_gone(run: FakeRun) -> None:
    """And that once, with who looked."""
    ran(run, (0, 336))
    before = deepcopy(run.state["certificate"])
    run.refresh()
    assert run.state["certificate"] == before
    del run.gateway.certificates["cert02"]
    for _ in range(2):
        run.begin()
        run.refresh()
    assert steps(run) == [("create", "cert01"), ("issue", "cert02"), ("lose", "cert02")]
    lost = history(run)[-1]
    assert (lost["caller"], lost.keys() & {"role", "inUseBy", "createdDate"}) == (CALLER, set())


def test_a_rollback_by_pin_and_the_way_forward(run: FakeRun) -> None:
    """Each is the other generation's activation, by its own word."""
    ran(run, (0, 336, 337))
    run.config["pinGeneration"] = 1
    ran(run, (337.5,))
    del run.config["pinGeneration"]
    ran(run, (338.6,))
    assert steps(run)[2:] == [("activate", "cert02"), ("pin", "cert01"), ("activate", "cert02")]


def test_a_trigger_is_an_issue_like_any_other(run: FakeRun) -> None:
    """Remembering its value is no step."""
    run.config["rotationTrigger"] = "a"
    run.up()
    run.config["rotationTrigger"] = "b"
    ran(run, (5,))
    assert steps(run) == [("create", "cert01"), ("issue", "cert02")]
    run.config.clear()
    ran(run, (5.1,))
    assert steps(run) == [("create", "cert01"), ("issue", "cert02")]


@pytest.mark.parametrize("at_creation", [True, False])
def test_what_is_adopted_says_when_it_was_made(run: FakeRun, *, at_creation: bool) -> None:
    """At creation, or later in the place of one that no stage presents."""
    run.at(-20)
    named = run.gateway.add_certificate()
    run.at(0)
    if not at_creation:
        run.certificate()
    run.config["adoptClientCertificateId"] = named.id
    run.at(1)
    run.certificate()
    adopted = history(run)[-1]
    assert (adopted["step"], adopted["clientCertificateId"], adopted["role"]) == ("adopt", named.id, "active")
    assert (adopted["createdDate"], adopted["at"]) == ("2026-02-10T10:00:00Z", "2026-03-03T10:00:00Z")
    assert [step for step, _id in steps(run)] == (["adopt"] if at_creation else ["create", "adopt"])


def test_a_stage_that_is_taken_over_is_no_step_of_the_certificate(run: FakeRun) -> None:
    """Bindings keep what they confirmed."""
    theirs = run.gateway.add_certificate()
    for stage in run.gateway.stages.values():
        stage.client_certificate_id = theirs.id
    run.binding_config = {"takeOver": True}
    run.bundle_config["alsoTrust"] = [theirs.pem]
    ran(run, (0, 1))
    assert run.presented("prod") == run.state["certificate"]["clientCertificateId"]
    assert [step for step, _id in steps(run)] == ["create"]
    assert not [name for name in ("bundle", "dev", "prod") if "history" in run.state[name]]


def test_without_an_answer_of_sts_nobody_is_named(run: FakeRun) -> None:
    """The rest is there."""
    run.gateway.account = None
    ran(run, (0, 336))
    assert steps(run) == [("create", "cert01"), ("issue", "cert02")]
    assert not [one for one in history(run) if "caller" in one]


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: str(file.stem))
def test_a_state_of_a_release_without_it_begins_with_its_next_step(run: FakeRun, file: Path) -> None:
    """Preview, up and refresh with nothing due leave it as it is (invariant 11)."""
    saved = json.loads(file.read_text())["steady"]
    run.state, run.inputs = (
        {"certificate": saved["state"]["certificate"]},
        {"certificate": saved["inputs"]["certificate"]},
    )
    state = run.state["certificate"]
    had = state.get("history")
    for one in state["generations"]:
        run.gateway.certificates[one["id"]] = run.gateway.add_certificate()
    run.at(saved["day"])
    assert not run.due()
    run.certificate()
    read = wire(certificate.read("orders", state, run.environment)[1])
    assert read.get("history") == had
    changed = wire(certificate.update(state, {**run.inputs["certificate"], "overlap": "80h"}, run.environment))
    assert changed.get("history") == had
    run.at(336)
    after = wire(certificate.update(state, run.inputs["certificate"], run.environment))
    assert [one["step"] for one in after["history"]] == [*(one["step"] for one in had or ()), "issue"]


SOUND = {
    "at": "2026-03-02T10:00:00Z",
    "step": "issue",
    "generation": 1.0,
    "clientCertificateId": "cert00",
    "sha256": "ab",
}


@pytest.mark.parametrize(
    ("edited", "left"),
    [
        (None, 0),
        ("\x1b[2J", 0),
        ({"at": "now"}, 0),
        ([None, 5, "text", [], {}, SOUND], 1),
        ([{**SOUND, "at": "yesterday"}, {**SOUND, "lastAt": 7.0}, {**SOUND, "role": "king"}, SOUND], 1),
        ([{**SOUND, "inUseBy": [1.0]}, {**SOUND, "generation": "x"}, {**SOUND, "times": 1e999}, SOUND], 1),
        ([{**SOUND, "caller": {"a": 1.0}}, {**SOUND, "step": "a step of\na later release"}], 1),
        ([SOUND] * 90, 24),
    ],
)
def test_a_history_that_a_hand_has_edited_is_left_out_as_far_as_it_cannot_be_read(
    run: FakeRun, edited: Any, left: int
) -> None:
    """It is no reason for a change, holds up no step, and the next entry follows what is left."""
    run.up()
    sound = run.state["certificate"]
    run.state["certificate"] = {**sound, "history": edited}
    run.lines.clear()
    for day in (1, 100):
        run.at(day)
        assert not run.due()
    refreshed = wire(certificate.read("orders", run.state["certificate"], run.environment)[1])
    assert len(refreshed.get("history", [])) == left
    assert {**refreshed, "history": 0} == {**sound, "history": 0}
    run.at(336)
    run.up()
    assert len(history(run)) == min(left + 1, 24)
    assert steps(run)[-1] == ("issue", "cert02")


def test_it_is_no_reason_for_a_change(run: FakeRun) -> None:
    """Nor does anything of it reach what is handed on."""
    ran(run, (0, 336, 337))
    for told in ([], [SOUND], history(run)[:-1]):
        state = {**run.state["certificate"], "history": told}
        assert certificate.diff(state, run.inputs["certificate"], run.environment) == certificate.diff(
            run.state["certificate"], run.inputs["certificate"], run.environment
        )
    assert '"step"' not in json.dumps({name: run.state[name] for name in ("bundle", "dev", "prod")})
