"""The JSON document of explanations: what ``explain.schema.json`` describes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert.cli.formats.forecast_texts import what
from apigw_client_cert.clock import format_instant

if TYPE_CHECKING:
    from apigw_client_cert.cli.explanations import Explanation, ExplanationReport
    from apigw_client_cert.rotation.remedies import Remedy

#: Raised where a property is renamed, dropped or means something else; new ones come without.
SCHEMA_VERSION: Final = 1


def render(report: ExplanationReport) -> str:
    """The document as text; JSON escapes what a terminal would obey."""
    return f"{json.dumps(document(report), indent=2)}\n"


def document(report: ExplanationReport) -> dict[str, Any]:
    """The document as a value."""
    return {
        "schemaVersion": SCHEMA_VERSION,
        "asOf": format_instant(report.now),
        "exitStatus": int(report.exit_status),
        "rotations": [_explanation(one) for one in report.explanations],
        "unread": [{"stack": one.label, "why": one.why} for one in report.unread],
    }


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
