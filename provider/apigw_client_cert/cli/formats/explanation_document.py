"""The JSON document of explanations: what ``explain.schema.json`` describes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert.cli.formats.forecast_texts import what
from apigw_client_cert.cli.formats.frame import framed
from apigw_client_cert.clock import format_instant

if TYPE_CHECKING:
    from apigw_client_cert.cli.explanations import Explanation, ExplanationReport
    from apigw_client_cert.rotation.remedies import Remedy

SCHEMA_VERSION: Final = 1


def render(report: ExplanationReport) -> str:
    """The document."""
    rotations = [_explanation(one) for one in report.explanations]
    return framed(report, {"rotations": rotations}, version=SCHEMA_VERSION)


def _explanation(one: Explanation) -> dict[str, Any]:
    return {
        "stack": one.stack,
        "name": one.name,
        "facts": list(one.facts),
        "next": {
            "step": one.next.step.value,
            "at": format_instant(one.next.at),
            "due": one.next.due,
            "rule": one.next.rule,
            "changes": list(one.next.changes),
        },
        "run": [
            {"stack": each.stack, "resource": each.resource, "step": each.step, "message": what(each)}
            for each in one.run
        ],
        "waiting": list(one.waiting),
        "findings": [
            {
                "stack": finding.stack.label,
                "reason": finding.reason,
                "urgency": finding.urgency.value,
                "message": finding.message,
                "remedy": None if remedy is None else _remedy(remedy),
            }
            for finding, remedy in one.findings
        ],
    }


def _remedy(remedy: Remedy) -> dict[str, Any]:
    return {"text": remedy.text, "commands": list(remedy.commands), "section": remedy.section or None}
