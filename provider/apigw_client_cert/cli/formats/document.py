"""The JSON document: what ``status.schema.json`` describes, and every other format is a view of."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert.cli.formats.frame import framed
from apigw_client_cert.clock import format_instant

if TYPE_CHECKING:
    from datetime import datetime

    from apigw_client_cert.cli.findings.finding import StatusFinding
    from apigw_client_cert.cli.live.account import Account, Listed
    from apigw_client_cert.cli.rows import Report, Row, ShownCertificate, ShownStage

SCHEMA_VERSION: Final = 1


def render(report: Report) -> str:
    """The document."""
    accounts = {"accounts": [_account(one, report.now) for one in report.accounts]} if report.accounts else {}
    rotations = [_row(row, report.now) for row in report.rows]
    return framed(report, {"rotations": rotations, **accounts}, version=SCHEMA_VERSION)


def _row(row: Row, now: datetime) -> dict[str, Any]:
    return {
        "stack": row.stack.label,
        "project": row.stack.project,
        "name": row.name,
        "ownedElsewhere": row.phase is None,
        "rotationId": row.rotation_id,
        "phase": row.phase,
        "active": _certificate(row.active, now),
        "pending": _certificate(row.pending, now),
        "previous": [_certificate(one, now) for one in row.previous],
        "next": None
        if row.next is None
        else {"step": row.next.step, "at": format_instant(row.next.at), "due": row.next.due},
        "stages": [_stage(one) for one in row.stages],
        "findings": [_finding(one) for one in row.findings],
        "lastRun": _instant(row.stack.written_at),
    }


def _certificate(shown: ShownCertificate | None, now: datetime) -> dict[str, Any] | None:
    if shown is None:
        return None
    return {
        "id": shown.id,
        "generation": shown.generation,
        "expirationDate": _instant(shown.expires),
        "daysLeft": shown.days_left(now),
    }


def _stage(one: ShownStage) -> dict[str, Any]:
    return {
        "stack": one.stack,
        "name": one.name,
        "stage": one.stage,
        "desired": one.desired,
        "presented": one.presented,
        "waitingUntil": _instant(one.waiting_until),
        "waitingBecause": one.waiting_because,
    }


def _finding(one: StatusFinding) -> dict[str, Any]:
    return {
        "stack": one.stack.label,
        "reason": one.reason,
        "urgency": one.urgency.value,
        "message": one.message,
        "since": _instant(one.since),
    }


def _account(account: Account, now: datetime) -> dict[str, Any]:
    held = account.certificates
    return {
        "accountId": account.account_id,
        "region": account.region,
        "quota": {
            "used": None if held is None else len(held),
            "limit": account.quota,
            "limitRead": account.quota_read,
        },
        "allStagesSeen": account.all_seen,
        "certificates": None if held is None else [_listed(one, now) for one in held],
        "findings": [
            {"reason": one.reason, "urgency": one.urgency.value, "message": one.message, "certificate": one.certificate}
            for one in account.findings
        ],
    }


def _listed(one: Listed, now: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "createdDate": format_instant(one.created),
        "expirationDate": format_instant(one.expires),
        "daysLeft": (one.expires - now) // timedelta(days=1),
        "presentedBy": list(one.presented_by),
        "rotationId": one.rotation_id,
        "managedBy": one.managed_by,
        "tags": dict(one.tags),
        "inState": one.in_state,
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else format_instant(at)
