"""What a step was, in few words: shared by the table and by Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert.cli.formats.unread import told
from apigw_client_cert.cli.histories import Confirmed
from apigw_client_cert.errors import joined, safe_repr
from apigw_client_cert.rotation.history import MOST
from apigw_client_cert.rotation.messages import minute
from apigw_client_cert.rotation.model import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from apigw_client_cert.cli.histories import HistoryReport, RotationHistory
    from apigw_client_cert.cli.standings import Standing
    from apigw_client_cert.rotation.model import HistoryEntry

#: The word for what a binding keeps: no step of the certificate's.
CONFIRMED: Final = "verified"
_NONE_YET: Final = "no history in its state: the next step that a run takes begins it"
_FULL: Final = (
    f"the history is full: of what was before its {MOST} entries, looks went first, and then the oldest steps"
)
_ROLES: Final = {
    Role.ACTIVE: "the one to present",
    Role.PENDING: "trusted, to be presented later",
    Role.PREVIOUS: "kept until nobody presents it",
}


def step(one: HistoryEntry | Confirmed) -> str:
    """The word of the table, or that a backend has proven something."""
    return CONFIRMED if isinstance(one, Confirmed) else one.step


def certificate(one: HistoryEntry | Confirmed) -> str:
    """``a1b2c3 (2)``: the id, and its generation where that is told."""
    return one.certificate_id if isinstance(one, Confirmed) else f"{one.certificate_id} ({one.generation})"


def what(one: HistoryEntry | Confirmed) -> str:
    """What came of it, or what was found."""
    if isinstance(one, Confirmed):
        return f"stage {one.stage}: {_evidence(one)}"
    match one.step:
        case "confirm":
            return f"{_users(one)}{_again(one)}"
        case "retire":
            return f"{_users(one)}, and deleted"
        case "withdraw":
            return "expired, and left the trust bundle"
        case "lose":
            return "was deleted by somebody else"
    made = "" if one.created is None or one.created == one.at else f", generated {minute(one.created)}"
    return f"{'gone' if one.role is None else _ROLES[one.role]}{made}"


def caller(one: HistoryEntry | Confirmed) -> str:
    """The ARN of who called, where it is told."""
    return "-" if isinstance(one, Confirmed) or one.caller is None else one.caller


def standing(one: Standing) -> str:
    """``a1b2c3 (2)``, and that it is none of the rotation's, or that nothing is presented."""
    if one.certificate_id is None:
        return "nothing"
    return one.certificate_id if one.generation is None else f"{one.certificate_id} ({one.generation.number})"


def published(one: Standing, whose: RotationHistory, written: Callable[[datetime], str]) -> list[str]:
    """Since when each bundle publishes it, which is named where it is not the only one; an instant as ``written``."""
    return [
        f"{_of(each.stack, each.name, whose) if len(one.published) > 1 else ''}{_since(each.since, written)}"
        for each in one.published
    ]


def presented(one: Standing, whose: RotationHistory, written: Callable[[datetime], str]) -> list[str]:
    """The stages, and since when each has been seen presenting it."""
    return [f"{_of(each.stack, each.stage, whose)}{_since(each.since, written)}" for each in one.presented_by]


def _of(stack: str, what: str, whose: RotationHistory) -> str:
    return f"{what} " if stack == whose.stack.label else f"{what} ({stack}) "


def _since(at: datetime | None, written: Callable[[datetime], str]) -> str:
    return "not known" if at is None else written(at)


def said(report: HistoryReport) -> Iterator[tuple[str, str]]:
    """What there is to say besides: as a word how urgent, and the sentence."""
    for one in report.histories:
        if not one.entries:
            yield "note", f"{one.stack.label} {one.name}: {_NONE_YET}"
        if len(one.entries) >= MOST:
            yield "note", f"{one.stack.label} {one.name}: {_FULL}"
    known = f" There are {joined(report.known)}." if report.known else ""
    for name in report.missing:
        yield "unread", f"No rotation in what was read is called {name!r}, and it is no file.{known}"
    for label, why in told(report.unread):
        yield "unread", f"{label}: {why}"


def _users(one: HistoryEntry) -> str:
    if not one.in_use_by:
        return "presented by nobody" if one.in_use_by is not None else "nobody looked"
    more = f", and {one.in_use_by_more} more" if one.in_use_by_more else ""
    return f"in use: {joined(one.in_use_by)}{more}"


def _again(one: HistoryEntry) -> str:
    until = "" if one.last_at is None else f" until {minute(one.last_at)}"
    return f"; {one.times - 1} more {'look' if one.times == 2 else 'looks'}{until}" if one.times > 1 else ""  # noqa: PLR2004 - a plural


def _evidence(one: Confirmed) -> str:
    trial, probe = one.evidence.get("testInvoke"), one.evidence.get("probe")
    told = [
        *([_trial(trial)] if isinstance(trial, dict) else ()),
        *([_probe(probe)] if isinstance(probe, dict) else ()),
    ]
    return "; ".join(told) or "without evidence in state"


def _trial(told: dict[str, Any]) -> str:
    proof = ", which named its fingerprint" if told.get("proof") == "fingerprint" else ""
    return f"a trial call was answered {_number(told.get('status'))}{proof}"


def _probe(told: dict[str, Any]) -> str:
    return f"{_number(told.get('sightings'))} answers in a row through the stage saw it ({told.get('url')})"


def _number(told: object) -> str:
    """A state holds its numbers as floats; what a hand wrote there is shown, and not believed."""
    return f"{told:.0f}" if isinstance(told, float) else safe_repr(told) if told is not None else "nothing"
