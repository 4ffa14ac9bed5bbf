"""The drawings of one rotation: the year around today, and the steps that come next from close up.

Inline SVG whose places are percentages and whose heights are in em: as wide as there is room, with text as it is set.
What it shows stands below it in lists, so it is one image with a name to a screen reader.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from apigw_client_cert.cli.formats.page.texts import escaped
from apigw_client_cert.cli.timelines import AHEAD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apigw_client_cert.cli.timelines import Lane, Life, Timeline

_DAY: Final = timedelta(days=1)
# Steps that are further apart are not one rotation.
_APART: Final = timedelta(days=15)
_LONGEST_NAME: Final = 48
# Colours come round: neighbours never have the same.
_COLOURS: Final = 4
# A bar of less than so many percent has its text beside it.
_NARROW: Final = 30.0
# The words of several steps need half of the narrowest screen.
_MIDDLE: Final = 50.0
_HEADER: Final = 2.6
_MOST_MARKS: Final = 7
# The text of a mark stands to its right.
_LAST_MARK: Final = 88.0


@dataclass(frozen=True, slots=True)
class Scale:
    """From which instant to which a drawing goes."""

    start: datetime
    end: datetime

    def x(self, at: datetime) -> float:
        """Where an instant is, in percent, at the edge where it is outside."""
        return round(100 * min(1.0, max(0.0, (at - self.start) / (self.end - self.start))), 2)


@dataclass(slots=True)
class Sheet:
    """What has been drawn so far, line by line; the style has the heights of bars and where texts stand."""

    scale: Scale
    lines: list[str] = field(default_factory=list)
    y: float = _HEADER
    _line: list[str] = field(default_factory=list)

    def bar(self, kind: str, since: datetime | None, until: datetime | None) -> tuple[float, float]:
        """A bar on this line; both ends may be open. Where it is, in percent."""
        left = 0.0 if since is None else self.scale.x(since)
        right = 100.0 if until is None else self.scale.x(until)
        if right > left:
            self._line.append(f'<rect class="{kind}" x="{left:g}%" width="{right - left:.4g}%"/>')
        return left, right

    def mark(self, kind: str, x: float) -> None:
        """A line from here to the bottom."""
        self._line.append(f'<rect class="{kind}" x="{x:g}%"/>')

    def word(self, x: float, text: str, kind: str = "") -> None:
        """A text on this line, which ends at its place where there is little room to the right."""
        kinds = " ".join([*[kind] * bool(kind), *["e"] * (x > (_MIDDLE if kind == "m" else 100 - _NARROW))])
        named = f' class="{kinds}"' if kinds else ""
        self._line.append(f'<text{named} x="{x:g}%">{escaped(text)}</text>')

    def feed(self, height: float) -> None:
        """The next line."""
        self.lines.append(f'<svg y="{self.y:g}em">{"".join(self._line)}</svg>')
        self._line.clear()
        self.y += height

    def head(self, text: str) -> None:
        """A line that says what the next ones are."""
        self.word(0, text, "h")
        self.feed(1.4)


def year(timeline: Timeline) -> str:
    """The year before, and the year ahead."""
    sheet = Sheet(_around(timeline.now))
    for at in sorted({one.at for one in timeline.coming}):
        sheet.mark("s", sheet.scale.x(at))
    sheet.feed(0)
    _draw(sheet, timeline)
    return _svg(sheet, '<use href="#axis"/>', "Two years, as the lists below say")


def close_up(timeline: Timeline) -> str:
    """The steps that come next and what has happened just before them; nothing where none comes."""
    scale = _near(timeline)
    if scale is None:
        return ""
    sheet = Sheet(scale)
    steps: dict[datetime, list[str]] = {}
    for one in timeline.coming:
        if one.at <= scale.end:
            steps.setdefault(one.at, []).append(one.step)
    for at, words in steps.items():
        sheet.mark("s", scale.x(at))
        sheet.word(scale.x(at), ", ".join(dict.fromkeys(words)), "m")
        sheet.feed(1.2)
    _draw(sheet, timeline)
    return _svg(sheet, _axis(scale, timeline.now), "The next steps from close up, as the lists below say")


def shared_axis(now: datetime) -> str:
    """The axis that the drawings of the year have in common."""
    return f'<g id="axis">{_axis(_around(now), now)}</g>'


def _around(now: datetime) -> Scale:
    return Scale(now - AHEAD, now + AHEAD)


def _near(timeline: Timeline) -> Scale | None:
    if not timeline.coming:
        return None
    first = last = timeline.coming[0].at
    for one in timeline.coming:
        if one.at - last > _APART:
            break
        last = max(last, one.at)
    before = [at for at in (*timeline.instants(), timeline.now) if first - _APART <= at < first]
    first = min([first, *before])
    margin = max((last - first) / 12, _DAY / 2)
    return Scale(first - margin, last + margin)


def _draw(sheet: Sheet, timeline: Timeline) -> None:
    if timeline.phases:
        sheet.head("Phase")
        bars = [(one.phase, *sheet.bar(one.phase, one.since, one.until)) for one in timeline.phases]
        for phase, left, right in bars:
            if right - left > _NARROW / 2:
                sheet.word(left, phase)
        sheet.feed(1.6)
    if timeline.lives:
        sheet.head("Generations (filled: trusted)")
    for life in timeline.lives:
        _life(sheet, life)
    if timeline.lanes:
        sheet.head("Presented by stages")
    for lane in timeline.lanes:
        _lane(sheet, lane)


def _life(sheet: Sheet, life: Life) -> None:
    scale, colour = sheet.scale, f"g{life.number % _COLOURS}"
    left, right = 0.0 if life.made is None else scale.x(life.made), scale.x(life.ends)
    if right <= left:
        return
    until = life.ends if life.trusted_until is None else min(life.trusted_until, life.ends)
    trusted = None if life.trusted_since is None else (scale.x(life.trusted_since), scale.x(until))
    if trusted != (left, right):
        sheet.bar(f"{colour} o", life.made, life.ends)
    if life.trusted_since is not None:
        sheet.bar(colour, life.trusted_since, until)
    beside = right - left < _NARROW and right <= 100 - _NARROW
    sheet.word(
        right if beside else left, f"{life.number} {'' if life.id is None else f'{_short(life.id)} '}{life.role}"
    )
    sheet.feed(1.6)


def _lane(sheet: Sheet, lane: Lane) -> None:
    sheet.word(0, _short(lane.shown.stage), "m")
    sheet.feed(1.2)
    bars = []
    for one in lane.presents:
        kind = "x" if one.generation is None else f"g{one.generation % _COLOURS}"
        bars.append((one, *sheet.bar(kind, one.since, one.until)))
    for one, left, right in bars:
        if right - left > _NARROW / 6:
            foreign = "nothing" if one.certificate is None else "?"
            sheet.word(left, foreign if one.generation is None else str(one.generation))
    sheet.feed(1.6)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _axis(scale: Scale, now: datetime) -> str:
    parts = []
    for number, (at, label) in enumerate(_marks(scale)):
        x = scale.x(at)
        kind = "a q" if number % 2 else "a"
        parts.append(f'<rect class="{kind}" x="{x:g}%"/><text class="{kind}" x="{x:g}%">{label}</text>')
    x = scale.x(now)
    kind = "n e" if x > 100 - _NARROW else "n"
    parts.append(f'<rect class="{kind}" x="{x:g}%"/><text class="{kind}" x="{x:g}%">today</text>')
    return "".join(parts)


def _marks(scale: Scale) -> Iterator[tuple[datetime, str]]:
    days = (scale.end - scale.start) / _DAY
    if days > AHEAD / _DAY:
        at = scale.start.replace(day=1, hour=0, minute=0, second=0)
        while at < scale.end:
            if at > scale.start and at.month % 3 == 1 and scale.x(at) <= _LAST_MARK:
                yield at, f"{at:%Y-%m}"
            at = (at + 31 * _DAY).replace(day=1)
        return
    every = next(step for step in (1, 2, 5, 10, 20, 50, 100) if days / step <= _MOST_MARKS)
    at = scale.start.replace(hour=0, minute=0, second=0) + _DAY
    while at < scale.end:
        if scale.x(at) <= _LAST_MARK:
            yield at, f"{at:%m-%d}"
        at += every * _DAY


def _svg(sheet: Sheet, axis: str, name: str) -> str:
    size = f'width="100%" height="{sheet.y + 0.3:g}em"'
    return f'<svg role="img" aria-label="{name}" {size}>{axis}{"".join(sheet.lines)}</svg>'
