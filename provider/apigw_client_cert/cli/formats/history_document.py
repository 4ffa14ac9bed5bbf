"""The JSON document of ``history``: what ``history.schema.json`` describes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert.cli.formats.frame import framed
from apigw_client_cert.clock import format_instant

if TYPE_CHECKING:
    from datetime import datetime

    from apigw_client_cert.cli.histories import Confirmed, HistoryReport, RotationHistory
    from apigw_client_cert.cli.standings import Standing
    from apigw_client_cert.rotation.model import HistoryEntry

SCHEMA_VERSION: Final = 1


def render(report: HistoryReport) -> str:
    """The document."""
    content = {"rotations": [_rotation(one) for one in report.histories], "missing": list(report.missing)}
    return framed(report, content, version=SCHEMA_VERSION)


def _rotation(one: RotationHistory) -> dict[str, Any]:
    return {
        "stack": one.stack.label,
        "project": one.stack.project,
        "name": one.name,
        "rotationId": one.rotation_id,
        "history": [_entry(each) for each in one.entries],
        "verified": [_confirmed(each) for each in one.confirmed],
        "certificates": [_standing(each) for each in one.standings],
    }


def _entry(one: HistoryEntry) -> dict[str, Any]:
    return {
        "at": format_instant(one.at),
        "step": one.step,
        "generation": one.generation,
        "clientCertificateId": one.certificate_id,
        "sha256": one.sha256,
        "role": None if one.role is None else one.role.value,
        "createdDate": _instant(one.created),
        "inUseBy": None if one.in_use_by is None else list(one.in_use_by),
        "inUseByMore": one.in_use_by_more,
        "times": one.times,
        "lastAt": _instant(one.last_at),
        "caller": one.caller,
    }


def _confirmed(one: Confirmed) -> dict[str, Any]:
    return {
        "stack": one.stack,
        "name": one.name,
        "stage": one.stage,
        "clientCertificateId": one.certificate_id,
        "since": _instant(one.since),
        "evidence": dict(one.evidence),
    }


def _standing(one: Standing) -> dict[str, Any]:
    made = one.generation
    return {
        "clientCertificateId": one.certificate_id,
        "generation": None if made is None else made.number,
        "role": None if made is None else made.role.value,
        "sha256": None if made is None else made.sha256,
        "createdDate": None if made is None else format_instant(made.created_date),
        "expirationDate": None if made is None else format_instant(made.not_after),
        "published": [
            {"stack": each.stack, "name": each.name, "since": _instant(each.since)} for each in one.published
        ],
        "presentedBy": [
            {"stack": each.stack, "name": each.name, "stage": each.stage, "since": _instant(each.since)}
            for each in one.presented_by
        ],
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else format_instant(at)
