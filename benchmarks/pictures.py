"""The pictures of docs/performance.md: SVG that is the same for the same figures, legible on light and on dark."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

PREVIEW: Final = "performance-preview.svg"
SPREAD: Final = "performance-spread.svg"

_WIDTH, _HEIGHT = 720, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 640, 40, 246
# Whoever shows the picture says which of the two is wanted.
_STYLE: Final = (
    "text{font:12px sans-serif;fill:#22272b}.title{font-weight:bold}.faint{fill:#6b747c}"
    "line{stroke:#6b747c;stroke-width:.7}.target{stroke:#b3261e;stroke-dasharray:5 3}"
    ".ours{fill:#0b6bcb}.other{fill:#8a6d00}polyline.ours{fill:none;stroke:#0b6bcb;stroke-width:2}"
    "polyline.other{fill:none;stroke:#8a6d00;stroke-width:2}"
    "@media(prefers-color-scheme:dark){text{fill:#e6e9ec}.faint{fill:#9aa4ad}line{stroke:#9aa4ad}"
    ".target{stroke:#ff8a80}.ours{fill:#6cb6ff}.other{fill:#d9b53f}"
    "polyline.ours{stroke:#6cb6ff}polyline.other{stroke:#d9b53f}}"
)


@dataclass(frozen=True, slots=True)
class _Axis:
    """Values -> places, from ``start`` for the lowest to ``end`` for the highest."""

    lowest: float
    highest: float
    start: float
    end: float
    logarithmic: bool = False

    def place(self, value: float) -> float:
        """Rounded, as the same figures must give the same text."""
        lowest, highest, here = (
            (math.log(one) if self.logarithmic else one) for one in (self.lowest, self.highest, value)
        )
        return round(self.start + (self.end - self.start) * (here - lowest) / (highest - lowest), 1)


def drawn(figures: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """File name -> picture, of a report's figures: those for which there is something to show."""
    of = {one["name"]: one for one in figures}
    sizes = sorted(int(name.split(".")[1]) for name in of if name.endswith(".cpu_ratio"))
    found = {PREVIEW: _preview(of, sizes)} if len(sizes) > 1 else {}
    return found | ({SPREAD: _spread(of)} if "spread.with_jitter.busiest_day" in of else {})


def _preview(of: Mapping[str, Mapping[str, Any]], sizes: Sequence[int]) -> str:
    seconds = {whose: [of[f"preview.{size}.cpu_{whose}"]["value"] for size in sizes] for whose in ("ours", "floor")}
    every = [one for values in seconds.values() for one in values]
    across = _Axis(sizes[0], sizes[-1], _LEFT + 20, _RIGHT - 20, logarithmic=True)
    up = _Axis(min(every) / 1.3, max(every) * 1.3, _BOTTOM, _TOP, logarithmic=True)
    parts = [
        *_frame("Processor seconds of a preview with nothing due", "certificates, with the ratio of ours to the floor")
    ]
    for decade in range(-2, 4):
        for tick in (one * 10.0**decade for one in (1, 2, 5)):
            if up.lowest <= tick <= up.highest:
                parts += _tick(up.place(tick), f"{tick:g} s")
    for size in sizes:
        ratio = of[f"preview.{size}.cpu_ratio"]["value"]
        parts += [
            _text(across.place(size), _BOTTOM + 16, f"{size:,}", "middle"),
            _text(across.place(size), _BOTTOM + 31, f"ratio {ratio:.2f}", "middle", "faint"),
        ]
    for (whose, values), style in zip(seconds.items(), ("ours", "other"), strict=True):
        points = [(across.place(size), up.place(value)) for size, value in zip(sizes, values, strict=True)]
        line = " ".join(f"{x:g},{y:g}" for x, y in points)
        parts.append(f'<polyline class="{style}" points="{line}"/>')
        parts += [f'<circle class="{style}" cx="{x:g}" cy="{y:g}" r="3"/>' for x, y in points]
        above = -4 if whose == "ours" else 12
        parts.append(_text(points[-1][0] + 8, points[-1][1] + above, whose, "start", style))
    return _written(parts, "Processor seconds of a preview against the number of certificates, ours and the floor")


def _spread(of: Mapping[str, Mapping[str, Any]]) -> str:
    judged = of["spread.with_jitter.busiest_day"]
    kinds = {"other": of["spread.without_jitter.busiest_day"], "ours": judged}
    shares = {style: {int(day): share for day, share in figure["series"].items()} for style, figure in kinds.items()}
    days = [day for one in shares.values() for day in one]
    across = _Axis(min(days) - 1, max(days) + 2, _LEFT, _RIGHT)
    up = _Axis(0, max(one["value"] for one in kinds.values()) * 1.1, _BOTTOM, _TOP)
    parts = [*_frame("Share of all steps that a day has", "days since all certificates were created")]
    for tick in range(0, int(up.highest) + 1, 5):
        parts += _tick(up.place(tick), f"{tick} %")
    for day in range(min(days), max(days) + 1):
        if day % 5 == 0:
            parts.append(_text(across.place(day + 0.5), _BOTTOM + 16, str(day), "middle"))
    for style, one in shares.items():
        parts += _bars(style, one, across, up)
    most = float(str(judged["target"]).rpartition(" ")[2])
    y = up.place(most)
    parts.append(f'<line class="target" x1="{_LEFT}" y1="{y:g}" x2="{_RIGHT}" y2="{y:g}"/>')
    parts += [
        _text(_RIGHT + 6, y + 4, f"at most {most:g} %"),
        _text(_LEFT + 10, _TOP + 16, "with jitter", style="ours"),
        _text(_LEFT + 10, _TOP + 32, "without", style="other"),
    ]
    return _written(parts, "Share of the steps that each day has, with jitter and without")


def _bars(style: str, shares: Mapping[int, float], across: _Axis, up: _Axis) -> Iterator[str]:
    for day, share in sorted(shares.items()):
        x, y = across.place(day), up.place(share)
        width, height = round(across.place(day + 1) - x - 1, 1), round(_BOTTOM - y, 1)
        yield f'<rect class="{style}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"/>'


def _frame(title: str, below: str) -> Iterator[str]:
    yield _text(_LEFT, 20, title, style="title")
    yield f'<line x1="{_LEFT}" y1="{_BOTTOM}" x2="{_RIGHT}" y2="{_BOTTOM}"/>'
    yield _text((_LEFT + _RIGHT) / 2, _HEIGHT - 6, below, "middle", "faint")


def _tick(y: float, label: str) -> Iterator[str]:
    yield f'<line x1="{_LEFT - 4}" y1="{y:g}" x2="{_LEFT}" y2="{y:g}"/>'
    yield _text(_LEFT - 7, y + 4, label, "end")


def _text(x: float, y: float, text: str, anchor: str = "start", style: str = "") -> str:
    named = f' class="{style}"' if style else ""
    return f'<text{named} x="{round(x, 1):g}" y="{round(y, 1):g}" text-anchor="{anchor}">{escape(text)}</text>'


def _written(parts: Iterable[str], label: str) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"'
        f' role="img" aria-label="{escape(label)}">'
    )
    return "\n".join([head, f"<style>{_STYLE}</style>", *parts, "</svg>", ""])
