"""Prometheus' text format, for node_exporter's textfile collector: instants, not days, which would grow old."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from apigw_client_cert.cli.findings.finding import Urgency
from apigw_client_cert.errors import printable
from apigw_client_cert.rotation.model import Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from apigw_client_cert.cli.live.account import Account
    from apigw_client_cert.cli.rows import Report, Row

    Samples = Iterator[tuple[dict[str, str], int]]

_PREFIX: Final = "apigw_client_cert"


def render(report: Report) -> str:
    """All series, gauges all of them; those of one metric stand together, as the format asks for."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    for name, (meaning, samples) in _METRICS.items():
        yield from _head(name, meaning)
        for row in report.rows:
            for labels, value in samples(row):
                shown = {"stack": row.stack.label, "name": row.name, "rotation_id": row.rotation_id or "", **labels}
                yield f"{_PREFIX}_{name}{{{_labels(**shown)}}} {value}"
    if report.accounts:
        yield from _accounts(report.accounts)
    yield from _head("unread", "How many stacks, or resources of one, could not be read.")
    yield f"{_PREFIX}_unread {len(report.unread)}"


def _accounts(accounts: Iterable[Account]) -> Iterator[str]:
    for name, (meaning, samples) in _ACCOUNT_METRICS.items():
        yield from _head(name, meaning)
        for account in accounts:
            for labels, value in samples(account):
                written = _labels(account=account.account_id or "", region=account.region, **labels)
                yield f"{_PREFIX}_{name}{{{written}}} {value}"


def _labels(**labels: str) -> str:
    return ",".join(f'{label}="{escaped(one)}"' for label, one in labels.items())


def _head(name: str, meaning: str) -> Iterator[str]:
    yield f"# HELP {_PREFIX}_{name} {meaning}"
    yield f"# TYPE {_PREFIX}_{name} gauge"


def escaped(value: str) -> str:
    """A label's value as the format quotes it; what is not printable comes escaped already."""
    return printable(value).replace("\\", r"\\").replace('"', r"\"")


def _expiration(row: Row) -> Samples:
    if row.active is not None and row.active.expires is not None:
        yield {"certificate": row.active.id}, int(row.active.expires.timestamp())


def _next_action(row: Row) -> Samples:
    if row.next is not None:
        yield {"step": row.next.step}, int(row.next.at.timestamp())


def _phase(row: Row) -> Samples:
    for phase in Phase if row.phase is not None else ():
        yield {"phase": phase.value}, int(phase.value == row.phase)


def _findings(row: Row) -> Samples:
    for urgency in Urgency:
        yield {"urgency": urgency.value}, sum(one.urgency is urgency for one in row.findings)


def _last_run(row: Row) -> Samples:
    if row.stack.written_at is not None:
        yield {}, int(row.stack.written_at.timestamp())


_METRICS: Final[dict[str, tuple[str, Callable[[Row], Samples]]]] = {
    "expiration_timestamp_seconds": ("When the active certificate expires.", _expiration),
    "next_action_timestamp_seconds": ("When the next step is due, or since when it is.", _next_action),
    "phase": ("1 for the phase that the rotation is in, 0 for the others.", _phase),
    "findings": ("How many findings there are, by urgency.", _findings),
    "last_run_timestamp_seconds": ("When the state of the rotation's stack was written last.", _last_run),
}


def _held(account: Account) -> Samples:
    if account.certificates is not None:
        yield {}, len(account.certificates)


def _quota(account: Account) -> Samples:
    yield {}, account.quota


def _in_no_state(account: Account) -> Samples:
    for one in account.certificates or ():
        if not one.in_state:
            presented = "yes" if one.presented_by else "no"
            yield {"certificate": one.id, "presented": presented}, int(one.expires.timestamp())


def _account_findings(account: Account) -> Samples:
    for urgency in Urgency:
        yield {"urgency": urgency.value}, sum(one.urgency is urgency for one in account.findings)


_ACCOUNT_METRICS: Final[dict[str, tuple[str, Callable[[Account], Samples]]]] = {
    "account_certificates": ("How many client certificates the account's region holds.", _held),
    "account_certificates_quota": ("How many it may hold.", _quota),
    "account_certificate_expiration_timestamp_seconds": ("When one that no read state names expires.", _in_no_state),
    "account_findings": ("How many findings there are beside the rotations', by urgency.", _account_findings),
}
