"""What the page says, each text escaped where it becomes markup."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from apigw_client_cert.cli.formats.forecast_texts import what
from apigw_client_cert.cli.timelines import TO_COME
from apigw_client_cert.errors import printable
from apigw_client_cert.rotation.messages import date, distance, minute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apigw_client_cert.cli.timelines import Lane, Life, Timeline


def escaped(text: str) -> str:
    """The text as HTML shows it, in an attribute too; what is no printable character is written as Python does."""
    return html.escape(printable(text))


def isolated(text: str) -> str:
    """The same, and what is written from right to left turns nothing round that stands beside it."""
    shown = escaped(text)
    return shown if shown.isascii() else f"<bdi>{shown}</bdi>"


def generation(life: Life, timeline: Timeline) -> str:
    """One generation: its dates, and since when backends trust it."""
    name = f"<b>Generation {life.number}</b>" + ("" if life.id is None else f", {isolated(life.id)}")
    made = "" if life.made is None else f"made {date(life.made)}, "
    left = distance(life.expires - timeline.now)
    expired = "expires" if life.expires > timeline.now else "expired"
    deleted = "" if life.deleted is None else f", to be deleted {date(life.deleted)}"
    return f"{name}, {escaped(life.role)}: {made}{expired} {date(life.expires)}, {left}{deleted}; {_trust(life)}"


def _trust(life: Life) -> str:
    if life.trusted_since is None:
        return "backends are not told of it"
    until = "" if life.trusted_until is None else f" until {minute(life.trusted_until)}"
    trusted = "to be trusted from" if life.role == TO_COME else "trusted since"
    return f"{trusted} {minute(life.trusted_since)}{until}"


def stage(lane: Lane, timeline: Timeline, label: str) -> str:
    """One stage: what it presents since when, what it should, and what it waits for."""
    shown, now = lane.shown, lane.presents[0]
    numbers = {life.id: life.number for life in timeline.lives}
    where = isolated(shown.stage) + ("" if shown.stack == label else f" ({isolated(shown.stack)})")
    since = "" if now.since is None else f" since {minute(now.since)}"
    text = f"<b>{where}</b> presents {_certificate(shown.presented, numbers)}{since}"
    if shown.presented != shown.desired:
        text += f", and should present {_certificate(shown.desired, numbers)}"
    if shown.waiting_until is not None:
        because = "" if shown.waiting_because is None else f" for its {escaped(shown.waiting_because)}"
        text += f"; waits{because} until {minute(shown.waiting_until)}"
    if lane.after:
        text += f"; in the wave after {', '.join(map(isolated, lane.after))}"
    return text


def _certificate(certificate: str | None, numbers: dict[str | None, int]) -> str:
    if certificate is None:
        return "nothing"
    number = numbers.get(certificate)
    return isolated(certificate) + (" (no generation of it)" if number is None else f" (generation {number})")


def coming(timeline: Timeline) -> Iterator[str]:
    """What each run does, in one text for each run."""
    last = None
    said: list[str] = []
    for one in timeline.coming:
        if one.at != last and last is not None:
            yield f"{minute(last)} {'; '.join(said)}"
            said = []
        last = one.at
        said.append(f"<b>{escaped(one.step)}</b> {escaped(what(one))}")
    if last is not None:
        yield f"{minute(last)} {'; '.join(said)}"
