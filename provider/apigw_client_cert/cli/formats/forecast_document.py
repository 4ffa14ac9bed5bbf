"""The forecast's JSON document: what ``forecast.schema.json`` describes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert.cli.formats.forecast_texts import what
from apigw_client_cert.cli.formats.frame import framed
from apigw_client_cert.clock import format_instant
from apigw_client_cert.rotation.forecast import Milestone
from apigw_client_cert.rotation.forecast_bundle import Published

if TYPE_CHECKING:
    from apigw_client_cert.cli.forecasts import Coming, ForecastFinding, ForecastReport

SCHEMA_VERSION: Final = 1


def render(report: ForecastReport) -> str:
    """The document."""
    asked = {"until": format_instant(report.cadence.until), "runs": report.cadence.written}
    steps, findings = [_step(one) for one in report.coming], [_finding(one) for one in report.findings]
    return framed(report, {"steps": steps, "findings": findings}, version=SCHEMA_VERSION, asked=asked)


def _finding(one: ForecastFinding) -> dict[str, Any]:
    return {
        "stack": one.stack,
        "rotation": one.rotation,
        "reason": one.finding.reason,
        "severity": one.finding.severity.value,
        "message": one.finding.message,
    }


def _step(one: Coming) -> dict[str, Any]:
    return {
        "at": format_instant(one.at),
        "stack": one.stack,
        "rotation": one.rotation,
        "resource": one.resource,
        "step": one.step,
        "message": what(one),
        "times": one.times,
        "lastAt": format_instant(one.last_at),
        **_event(one),
    }


def _event(one: Coming) -> dict[str, Any]:
    event = one.event
    if isinstance(event, Milestone):
        return {
            "generation": event.generation,
            "phase": event.phase.value,
            "presented": event.presented,
            "trusted": list(event.trusted),
            "kept": list(event.kept),
            "keptFor": list(event.kept_for),
        }
    if isinstance(event, Published):
        return {"added": list(event.added), "withdrawn": list(event.withdrawn)}
    return {
        "stage": event.stage,
        "generation": event.generation,
        "former": event.former,
        "waitedFor": [hold.value for hold in event.waited_for],
        "overruled": [hold.value for hold in event.overruled],
        "verified": event.verified,
        "refusal": None if event.refusal is None else event.refusal.value,
    }
