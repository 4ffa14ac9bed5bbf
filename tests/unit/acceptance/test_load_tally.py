"""The figures of a run and the complaints that make it incomplete."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acceptance.load.controls import CONTROLS, baseline, misplaced
from acceptance.load.observed import Event, Phase, Request, Run
from acceptance.load.plan import REQUESTS, WITHIN_REQUESTS, control_plan, rotation_plan, share
from acceptance.load.report import Wanted, proves, report
from acceptance.load.tally import BOUNDARIES, SHAPES, complaints, fewest_near, figures, percentile
from acceptance.servers.backend import Setup
from acceptance.servers.node import Node

RATE = 40.0
SECONDS = 20


def a_run(**changes: object) -> Run:
    """Twenty seconds of 40 requests a second, all shapes in turn, one boundary of each kind at 10 s."""
    requests = [
        Request(
            sent=number / RATE,
            seconds=0.004,
            stage="dev",
            shape=SHAPES[number % len(SHAPES)],
            certificate="old" if number < RATE * SECONDS / 2 else "new",
            seen="old" if number < RATE * SECONDS / 2 else "new",
            status=200,
        )
        for number in range(int(RATE * SECONDS))
    ]
    run = Run(name="nginx", backend="nginx", planned_requests=len(requests), rate=RATE, requests=requests)
    run.sent = run.recorded = run.answered = len(requests)
    run.events = [Event(kind=kind, label="", start=10.0, end=10.2) for kind in BOUNDARIES]
    for name, value in changes.items():
        setattr(run, name, value)
    return run


def failing(run: Run, number: int, failure: str) -> Run:
    """The same with one failed request."""
    run.requests[number] = replace(run.requests[number], status=403, failure=failure)
    run.answered -= 1
    return run


def test_a_whole_run_has_no_complaint() -> None:
    """Every count agrees, the rate was held, every shape was there."""
    assert complaints(a_run(), wanted_near=40) == []


def test_figures_name_every_shape_and_certificate() -> None:
    """Half the requests presented each certificate."""
    shown = figures(a_run(), wanted_near=5)
    assert (shown["requests"], shown["failed"]) == (800, 0)
    assert shown["by_certificate"] == {"old": 400, "new": 400, "none": 0}
    assert shown["by_shape"]["long"] == {"requests": 200, "failed": 0, "p50_ms": 4.0, "p99_ms": 4.0}  # type: ignore[index]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"sent": 700, "recorded": 700, "answered": 800}, "700 of 800 planned requests were sent"),
        ({"rate": 50.0}, "40.0 requests a second were sent where 50 were planned"),
        ({"recorded": 801}, "the load generator counts 800 requests, the data plane 801"),
        ({"answered": 799}, "the load generator counts 800 answers, the backend 799"),
        ({"events": []}, "nothing of kind reload happened under load"),
        ({"complaints": ["the load generator ended before it was told to"]}, "the load generator ended"),
    ],
)
def test_what_falls_short_is_complained_of(changes: dict[str, object], says: str) -> None:
    """Each count that differs is named."""
    assert any(says in one for one in complaints(a_run(**changes), wanted_near=1))


def test_a_shape_that_was_hardly_there_is_complained_of() -> None:
    """40 a second in four shapes are at least 42 of each within 2 s of 0.2 s."""
    assert fewest_near(a_run()) == {"new": 43, "keepalive": 42, "resumed": 42, "long": 42}
    assert any("only 42 requests of shape long" in one for one in complaints(a_run(), wanted_near=43))


def test_the_nearest_rank_percentile() -> None:
    """Of 100 different times the 99th is the 99 % one."""
    times = [replace(a_run().requests[0], seconds=number / 1000) for number in range(1, 101)]
    assert (percentile(times, 50), percentile(times, 99), percentile([], 50)) == (50.0, 99.0, 0.0)


def test_a_whole_proof_keeps_its_size_and_time() -> None:
    """100,000 requests at 150 a second take less than 12 minutes, and no wait is shorter than in a small one."""
    plan, small = rotation_plan(share(REQUESTS, 7), REQUESTS), rotation_plan(share(6000, 7), 6000)
    assert 7 * plan.requests >= REQUESTS
    assert plan.requests / plan.rate * 7 < 12 * 60
    assert plan.wanted_near == WITHIN_REQUESTS
    assert small.requests / small.rate <= 31
    assert small.wanted_near == 3
    for one in (plan, small, rotation_plan(100, 200)):
        assert one.lifetime + one.propagation < one.overlap
        assert one.requests / one.rate < one.steady + one.lead + one.overlap + one.tail + 20


def test_pooled_connections_end_within_a_controls_overlap() -> None:
    """Otherwise the baseline itself would fail."""
    plan = control_plan()
    assert plan.lifetime + plan.propagation < plan.overlap


def control_runs(window: tuple[float, float] = (9.0, 11.0)) -> dict[str, Run]:
    """Every control with one failure in its window, and the baselines without one."""
    runs = {baseline(control.kind).name: a_run() for control in CONTROLS}
    for control in CONTROLS:
        status = "403" if "403" in control.expected else "400"
        run = failing(a_run(), 400, f"the backend answered {status}")
        run.phases = [Phase(name="window", start=window[0], end=window[1])]
        runs[control.name] = run
    return runs


def the_report(runs: list[Run], controls: dict[str, Run], wanted: int = 800) -> dict[str, object]:
    """The report of these runs."""
    return report(runs, controls, Wanted(wanted, 5), seconds=60)


def test_a_proof_needs_every_control_to_fail_and_no_rotation_to() -> None:
    """Nothing failed that was not to, and the measurement can fail."""
    made = the_report([a_run()], control_runs())
    assert made["complaints"] == []
    assert proves(made)
    assert made["failed"] == 0
    assert [one["baseline_failed"] for one in made["controls"]] == [0] * 7  # type: ignore[attr-defined]


def test_a_failed_request_of_a_rotation_disproves() -> None:
    """One is enough, and the report is complete all the same."""
    made = the_report([failing(a_run(), 3, "tls-alert: X")], control_runs())
    assert (made["failed"], made["incomplete"]) == (1, False)
    assert made["backends"][0]["reasons"] == {"tls-alert: X": 1}  # type: ignore[index]
    assert not proves(made)


def test_a_control_without_failures_disproves() -> None:
    """A measurement that cannot fail measures nothing."""
    made = the_report([a_run()], {**control_runs(), "delete-first": a_run()})
    assert any("delete-first: no request failed" in one for one in made["complaints"])  # type: ignore[attr-defined]
    assert not proves(made)


def test_a_baseline_that_fails_disproves() -> None:
    """Then the control's failures may have come from elsewhere."""
    runs = {**control_runs(), "baseline-node": failing(a_run(), 3, "reset: x")}
    made = the_report([a_run()], runs)
    assert any("1 requests failed without the mutation" in one for one in made["complaints"])  # type: ignore[attr-defined]
    assert not proves(made)


def test_an_incomplete_proof_never_says_that_nothing_failed() -> None:
    """Too few requests: ``failed`` is null, not 0."""
    made = the_report([a_run()], control_runs(), wanted=801)
    assert (made["failed"], made["incomplete"]) == (None, True)
    assert not proves(made)


def test_failures_outside_of_the_window_are_misplaced() -> None:
    """And so are failures for another reason."""
    control = CONTROLS[0]
    assert misplaced(control, control_runs()[control.name]) == []
    assert "outside of the window" in misplaced(control, control_runs((12.0, 13.0))[control.name])[0]
    other = failing(control_runs()[control.name], 401, "closed: x")
    assert "for another reason: closed: x" in misplaced(control, other)[0]


def test_the_controls_cover_the_orders_that_people_get_wrong() -> None:
    """Each has a name of its own; plain CA files and our configuration are both among them."""
    assert len({control.name for control in CONTROLS}) == len(CONTROLS) == 7
    assert {control.setup for control in CONTROLS} == {Setup.OURS, Setup.PLAIN}
    assert Node in {control.kind for control in CONTROLS}
    assert all(control.says for control in CONTROLS)
