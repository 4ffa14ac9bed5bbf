"""What every format says alike, and how a name from state is made harmless.

A name is whatever somebody wrote into a state: escapes of a terminal, line breaks, marks that turn the writing round.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from apigw_client_cert.cli.formats.unread import told
from apigw_client_cert.rotation.messages import date, minute

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from apigw_client_cert.cli.live.account import Account, Listed
    from apigw_client_cert.cli.rows import NextStep, Report, Row, ShownCertificate, ShownStage

INVENTORY = ("Certificate", "Age", "Expires", "Left", "Presented by", "Managed by")
ELSEWHERE = "owned elsewhere"


def phase(row: Row) -> str:
    """The phase, or that another stack owns the rotation."""
    return ELSEWHERE if row.phase is None else row.phase


def certificate(shown: ShownCertificate | None) -> str:
    """``a1b2c3 (2)``: the id and its generation."""
    if shown is None:
        return "none"
    return shown.id if shown.generation is None else f"{shown.id} ({shown.generation})"


def days(shown: ShownCertificate | None, now: datetime) -> str:
    """``29 d``, or that it is over."""
    left = None if shown is None else shown.days_left(now)
    if left is None:
        return "-"
    return "expired" if left < 0 else f"{left} d"


def step(shown: NextStep | None) -> str:
    """``issue 2027-02-01``, or ``issue due`` and since when."""
    if shown is None:
        return "-"
    return f"{shown.step} {'due ' if shown.due else ''}{date(shown.at)}"


def stages(row: Row) -> str:
    """``1/2``: how many present what they should, of how many."""
    if not row.stages:
        return "-"
    return f"{sum(one.presented == one.desired for one in row.stages)}/{len(row.stages)}"


def stage(one: ShownStage, row: Row) -> str:
    """``a1b2c3d4e5/prod cert01→cert02``: what it presents, and what it should where that is something else."""
    presented = one.presented or "nothing"
    where = one.stage if one.stack == row.stack.label else f"{one.stage} ({one.stack})"
    return f"{where} {presented}" if one.presented == one.desired else f"{where} {presented} → {one.desired}"


def held(account: Account) -> str:
    """``12 of 60 client certificates``, as far as they could be read."""
    used = "an unknown number" if account.certificates is None else str(len(account.certificates))
    default = "" if account.quota_read else " (AWS's default: the quota could not be read)"
    return f"{account.label}: {used} of {account.quota} client certificates{default}"


def listed(one: Listed, now: datetime) -> tuple[str, ...]:
    """A certificate of an inventory, as ``INVENTORY`` has its columns."""
    users = [*one.presented_by, *(() if one.all_seen else ["unknown"])]
    return (
        one.id,
        f"{max(now - one.created, timedelta(0)).days} d",
        date(one.expires),
        "expired" if one.expires <= now else f"{(one.expires - now).days} d",
        ", ".join(users) or "nobody",
        one.managed_by or "nobody",
    )


def last_run(row: Row) -> str:
    """When its stack's state was written last."""
    return "-" if row.stack.written_at is None else minute(row.stack.written_at)


def said(report: Report) -> Iterator[tuple[str, str, str]]:
    """Each finding, and what could not be read: how urgent it is as a word, of what, and what is said."""
    for row in report.rows:
        for one in row.findings:
            whose = f"{row.stack.label} {row.name}"
            where = whose if one.stack.label == row.stack.label else f"{whose} in {one.stack.label}"
            yield one.urgency.value, where, f"{one.reason}: {one.message}"
    for account in report.accounts:
        for about in account.findings:
            yield about.urgency.value, account.label, f"{about.reason}: {about.message}"
    for label, why in told(report.unread):
        yield "unread", label, why
