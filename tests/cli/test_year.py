"""Two years of daily runs: nothing is ever alarmed about, and what is said to be due is what the next run does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from apigw_client_cert.cli.findings.finding import Urgency
from apigw_client_cert.cli.limits import Limits
from apigw_client_cert.cli.rows import report_of
from apigw_client_cert.cli.states import state_of
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.trust_bundle import crud as trust_bundle
from tests.cli import scenarios
from tests.cli.exports import exported
from tests.lifecycle.conftest import API

if TYPE_CHECKING:
    from datetime import datetime

    from apigw_client_cert.cli.rows import Report
    from tests.cli.scenarios import OwnRun

YEARS = 2


def said_of(run: OwnRun, written_at: datetime | None = None) -> Report:
    """What the state says now, which was written now where nothing else is said."""
    return report_of([state_of(exported(run, written_at=written_at), source="state")], run.now, Limits())


def due(run: OwnRun) -> bool:
    """Whether the engine would find a change in this program now, in any resource."""
    modules = {"certificate": certificate, "bundle": trust_bundle}
    return any(
        modules.get(name, binding).diff(run.state[name], run.inputs[name], run.environment).changes
        for name in run.state
    )


def test_daily_runs_are_never_alarmed_about() -> None:
    """Before each run the command says 2 exactly where the engine finds a change, and after it nothing but notes."""
    run = scenarios.ran(scenarios.new_run("orders", "dev", "prod"), 0)
    steps: list[str] = []
    for day in range(1, YEARS * 365):
        run.at(day)
        report = said_of(run)
        urgent = [one for one in report.rows[0].findings if one.urgency is not Urgency.NOTE]
        assert {one.urgency for one in urgent} <= {Urgency.DUE}, (day, urgent)
        assert bool(urgent) is due(run), (day, urgent)
        before = run.state["certificate"]
        scenarios.ran(run, day)
        if before != run.state["certificate"]:
            assert report.rows[0].next is not None
            steps.append(report.rows[0].next.step)
            assert steps[-1] == next(one.reason for one in urgent)
        assert [one.reason for one in said_of(run).rows[0].findings if one.since == run.now] in ([], ["confirm"])
    assert steps == ["issue", "activate", "confirm", "retire"] * YEARS


def test_a_consumer_that_runs_daily_is_never_alarmed_about() -> None:
    """Its runs come twelve hours after the owner's: it is told to follow once in each rotation, and does."""
    run = scenarios.ran(scenarios.new_run("platform", "shared"), 0)
    owner = exported(run, project="platform", only=("certificate", "bundle"))
    follows = 0
    for half_days in range(1, YEARS * 730):
        run.at(half_days / 2)
        if half_days % 2:
            before = run.presented("shared")
            run.begin()
            run.binding("shared")
            follows += before != run.presented("shared")
        else:
            run.stages = ()
            scenarios.ran(run, half_days / 2)
            owner = exported(run, project="platform", only=("certificate", "bundle"))
        consumer_written = run.now - timedelta(hours=0 if half_days % 2 else 12)
        consumer = exported(run, project="team", only=("shared",), written_at=consumer_written)
        states = [state_of(content, source="state") for content in (owner, consumer)]
        (row,) = report_of(states, run.now, Limits()).rows
        found = {one.reason for one in row.findings if one.urgency is Urgency.PERSON}
        assert not found, (half_days, row.findings)
        told = run.inputs["shared"]["clientCertificateId"]
        due = any(one.reason == "follow" for one in row.findings)
        assert due is (told != run.state["certificate"]["clientCertificateId"]), half_days
    assert follows == YEARS


def test_a_look_that_gives_way_to_more_urgent_steps_is_not_overdue() -> None:
    """A run takes one step: a trigger's issue and activation hold back the daily look for somebody else's stage."""
    run = scenarios.ran(scenarios.new_run("orders", "prod"), 0)
    run.gateway.add_stage(API, "legacy", run.presented("prod"))
    steps: list[str] = []
    for day in range(1, 30):
        run.config = {"rotationTrigger": "abc"[(day > 9) + (day > 19)]}
        scenarios.ran(run, day)
        run.at(day + 0.99)
        findings = said_of(run, scenarios.day(day)).rows[0].findings
        assert {one.urgency for one in findings} <= {Urgency.DUE, Urgency.NOTE}, (day, findings)
        steps += [one.reason for one in findings if one.urgency is Urgency.DUE]
    assert {"activate", "confirm"} <= set(steps)


def test_a_look_that_gives_way_to_a_withdrawal_is_not_overdue() -> None:
    """The run after the end of what somebody's stage presents takes it out of the bundle, and looks the next day."""
    run = scenarios.ran(scenarios.new_run("orders", "prod"), 0)
    run.gateway.add_stage(API, "legacy", run.presented("prod"))
    scenarios.ran(run, 336, 337, 338, 362, 363, 363.9, 365.01)
    run.at(365.6)
    (look,) = (one for one in said_of(run, scenarios.day(365.01)).rows[0].findings if one.since and one.run)
    assert (look.reason, look.since) == ("confirm", scenarios.day(365))
