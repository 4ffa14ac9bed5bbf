"""The picture of a run: requests per second by certificate, what was done meanwhile, and every failure, as SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from acceptance.load.aggregates import (
    OTHER,
    PULUMI,
    begin,
    duration,
    failure_dots,
    lanes,
    marks,
    printable,
    rates,
    shapes,
    shortened,
)
from acceptance.load.observed import NEW, OLD
from acceptance.load.svg import FAINT, INK, drawing, width_of, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from acceptance.load.aggregates import Dot, Mark
    from acceptance.load.observed import Run

# Okabe and Ito's palette, which people with any of the common colour deficiencies tell apart:
# https://jfly.uni-koeln.de/color/
COLOURS = {OLD: "#0072b2", NEW: "#e69f00", OTHER: "#8c8c8c"}
FAILED = "#d50000"
"""Of the dots, and of nothing else in a picture."""
LOUD = "#a1001a"
_PHASES = {"steady": "#e3e8ec", "published": "#cfe3f1", "overlapping": "#fbe5b6", "window": "#f6cfcf"}
_SPAN = "#eceff1"
# What is done to the backend, not to the gateway.
_ON_BACKEND = ("publish", "reload")
_SIZES = ((1, 4.0), (9, 5.5), (99, 8.0), (10**9, 11.0))
_SIZE_NAMES = ("1", "2 to 9", "10 to 99", "100 or more")

# Points, 1/72 inch; at 1200 pixels a point is 1.4 of them.
_WIDTH, _LEFT, _RIGHT = 864.0, 76.0, 18.0
_TITLE, _BAND, _LANE, _RATES, _ROW, _BELOW = 30.0, 17.0, 13.5, 165.0, 13.0, 58.0
_GAP, _FLAG_PAD = 6.0, 3.0


def rotation_figure(run: Run, *, incomplete: bool = False) -> str:
    """One run as an SVG document of 864 points' width on white.

    The same run gives the same text. ``incomplete``: the proof that the run belongs to is; then, and when the run has
    complaints of its own, the picture claims nothing about failures that did not occur.
    """
    with drawing():
        return written(_Picture(run, incomplete=incomplete or bool(run.complaints)).figure, caption(run))


def caption(run: Run) -> str:
    """Which run it is, in words."""
    name, backend = printable(run.name), printable(run.backend)
    return name if name == backend else f"{name} on {backend}"


class _Picture:
    """From top to bottom: title, phases, labels of what was done, requests per second, failures, legend."""

    def __init__(self, run: Run, *, incomplete: bool) -> None:
        self.run, self.incomplete = run, incomplete
        self.first, self.seconds = begin(run), duration(run)
        self.marks, self.shapes = marks(run), shapes(run) or ["request"]
        right, flags = self._flags()
        depth = 1 + max(flags, default=0)
        strip = _ROW * max(2, len(self.shapes))
        title = _TITLE + _LANE * len(run.complaints)
        self.height = title + _BAND + 2 * _GAP + depth * _LANE + _RATES + _GAP + strip + _BELOW
        self.figure = Figure(figsize=(_WIDTH / 72, self.height / 72), facecolor="white")
        FigureCanvasSVG(self.figure)
        self._top, self._right = title, right
        self._handles: list[Artist] = []
        self._title()
        self._phases(self._axes(_BAND))
        above = self._axes(depth * _LANE + _GAP, gap=_GAP)
        main = self._axes(_RATES)
        below = self._axes(strip, gap=_GAP)
        self._rates(main)
        self._things_done(above, (main, below), flags, depth)
        self._failures(below)
        self.figure.legend(
            handles=self._handles,
            loc="lower left",
            bbox_to_anchor=(_LEFT / _WIDTH, 4 / self.height),
            ncols=len(self._handles),
            frameon=False,
            borderpad=0,
            borderaxespad=0,
            handlelength=1.4,
            handletextpad=0.5,
            columnspacing=1.5,
        )

    def _flags(self) -> tuple[float, list[int]]:
        """The right margin that the labels need, and the lane of each."""
        widths = [width_of(mark.text) + 2 * _FLAG_PAD for mark in self.marks]
        room = _WIDTH - _LEFT - _RIGHT
        over = [
            mark.at[-1] / self.seconds * room + width - room for mark, width in zip(self.marks, widths, strict=True)
        ]
        right = _RIGHT + max(0.0, *over) if over else _RIGHT
        scale = self.seconds / (_WIDTH - _LEFT - right)
        # A label of several marks starts at its last one, where no line of its own crosses it.
        return right, lanes((mark.at[-1], width * scale) for mark, width in zip(self.marks, widths, strict=True))

    def _axes(self, height: float, *, gap: float = 0.0) -> Axes:
        self._top += gap + height
        bottom = 1 - self._top / self.height
        width = _WIDTH - _LEFT - self._right
        axes = self.figure.add_axes((_LEFT / _WIDTH, bottom, width / _WIDTH, height / self.height))
        axes.set_xlim(0, self.seconds)
        axes.set_facecolor("none")
        axes.spines[["top", "right"]].set_visible(False)
        return axes

    def _title(self) -> None:
        failed = len(self.run.failed)
        counts = f"{len(self.run.requests):,} requests"
        if self.incomplete:
            counts = f"INCOMPLETE, proves nothing: {counts}"
        if failed or not self.incomplete:
            counts += f", {failed:,} failed"
        loud = self.incomplete or failed > 0
        name = shortened(caption(self.run), 45)
        beside = _LEFT + width_of(name, size=12, weight="bold") + 12
        colour, weight = (LOUD, "bold") if loud else (INK, "normal")
        self.figure.text(*self._at(_LEFT, 13), name, va="center", size=12, weight="bold")
        self.figure.text(*self._at(beside, 13), counts, va="center", size=10.5, color=colour, weight=weight)
        for place, complaint in enumerate(self.run.complaints):
            said = shortened(printable(complaint), 130)
            self.figure.text(*self._at(_LEFT, 29 + place * _LANE), said, va="center", color=LOUD)

    def _at(self, left: float, top: float) -> tuple[float, float]:
        """A place on the figure, from points."""
        return left / _WIDTH, 1 - top / self.height

    def _phases(self, axes: Axes) -> None:
        axes.set_axis_off()
        axes.set_ylim(0, 1)
        self._row_name(axes, "phase")
        per_second = (_WIDTH - _LEFT - self._right) / self.seconds
        phases = sorted(self.run.phases, key=lambda phase: phase.start)
        for place, phase in enumerate(phases):
            start, end = (min(max(0.0, at - self.first), self.seconds) for at in (phase.start, phase.end))
            if end <= start:
                continue
            axes.axvspan(start, end, facecolor=_PHASES.get(phase.name, "#dddddd"), edgecolor="white", linewidth=0.8)
            free = phases[place + 1].start - self.first if place + 1 < len(phases) else self.seconds
            name, width = printable(phase.name), width_of(phase.name) + 2 * _FLAG_PAD
            if width <= (end - start) * per_second:
                axes.text((start + end) / 2, 0.46, name, ha="center", va="center")
            elif width <= (free - end) * per_second:
                axes.annotate(name, (end, 0.46), (_FLAG_PAD, 0), textcoords="offset points", va="center")

    def _rates(self, axes: Axes) -> None:
        edges, series = rates(self.run)
        base = [0.0] * (len(edges) - 1)
        for name, values in series.items():
            if not any(values):
                continue
            top = [low + value for low, value in zip(base, values, strict=True)]
            axes.stairs(top, edges, baseline=base, fill=True, color=COLOURS[name], linewidth=0, zorder=2)
            label = f"{name} certificate" if name != OTHER else OTHER
            self._handles.append(Patch(facecolor=COLOURS[name], label=label))
            base = top
        axes.set_ylim(0, 1.12 * max(*base, self.run.rate, 1.0))
        axes.set_ylabel("requests per second")
        axes.yaxis.set_label_coords(-(_LEFT - 10) / (_WIDTH - _LEFT - self._right), 0.5)
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.tick_params(bottom=False, labelbottom=False, length=3)
        axes.grid(visible=True, axis="y", color="#d5dadd", linewidth=0.5, zorder=0)
        if not self.run.requests:
            axes.text(0.5, 0.5, "no request", transform=axes.transAxes, ha="center", size=14, color=LOUD, weight="bold")

    def _things_done(self, above: Axes, crossed: Sequence[Axes], flags: Sequence[int], depth: int) -> None:
        above.set_axis_off()
        above.set_ylim(0, depth * _LANE + _GAP)
        self._row_name(above, "done")
        spans = [event for event in self.run.events if event.kind == PULUMI]
        for span in spans:
            for axes in (above, *crossed):
                axes.axvspan(span.start - self.first, span.end - self.first, color=_SPAN, linewidth=0, zorder=0)
        if spans:
            self._handles.append(Patch(facecolor=_SPAN, edgecolor="#c4cacf", linewidth=0.6, label=PULUMI))
        for mark, lane in zip(self.marks, flags, strict=True):
            height = lane * _LANE + _GAP
            style, colour = _line(mark)
            for at in mark.at:
                above.plot((at, at), (0, height + _LANE - 3), ls=style, color=colour, lw=0.8, solid_capstyle="butt")
                for axes in crossed if mark.kind != PULUMI else ():
                    axes.axvline(at, ls=style, color=colour, lw=0.8, zorder=3)
            above.annotate(
                mark.text,
                (mark.at[-1], height + 2),
                (_FLAG_PAD, 0),
                textcoords="offset points",
                color=colour,
                annotation_clip=False,
            )
        for kind, says in (("PATCH", "gateway API call"), ("publish", "done to the backend")):
            if any(_line(mark) == _line_of(kind) for mark in self.marks):
                style, colour = _line_of(kind)
                self._handles.append(Line2D([], [], ls=style, color=colour, lw=1, label=says))

    def _failures(self, axes: Axes) -> None:
        rows = {shape: row for row, shape in enumerate(self.shapes)}
        axes.set_ylim(max(2, len(rows)) - 0.5, -0.5)
        axes.set_yticks(list(rows.values()), [shortened(printable(shape), 12) for shape in rows])
        axes.tick_params(length=3)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel("seconds since the first request", labelpad=3)
        axes.xaxis.set_major_locator(MaxNLocator(10, steps=[1, 2, 5, 10]))
        dots = failure_dots(self.run)
        axes.set_ylabel("failed")
        axes.yaxis.set_label_coords(-(_LEFT - 10) / (_WIDTH - _LEFT - self._right), 0.5)
        self._dots(axes, dots, rows)
        if not dots and self.run.requests:
            says = "incomplete: nothing is claimed about failures" if self.incomplete else "no request failed"
            axes.text(
                0.5,
                0.5,
                says,
                transform=axes.transAxes,
                ha="center",
                va="center",
                color=LOUD if self.incomplete else INK,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 3.0},
                zorder=5,
            )

    def _dots(self, axes: Axes, dots: Sequence[Dot], rows: dict[str, int]) -> None:
        """Four sizes, so that thousands of dots are references to four shapes."""
        low = 0
        for (most, size), says in zip(_SIZES, _SIZE_NAMES, strict=True):
            drawn = [dot for dot in dots if low < dot.count <= most]
            low = most
            if not drawn:
                continue
            # The golden ratio spreads neighbours evenly over the height of the row.
            spread = 0.5 if most == 1 else 0.0
            heights = [rows[dot.shape] + spread * (place * 0.618 % 1 - 0.5) for place, dot in enumerate(drawn)]
            (line,) = axes.plot(
                [dot.at for dot in drawn],
                heights,
                "o",
                markersize=size,
                markerfacecolor=FAILED,
                markeredgecolor="white",
                markeredgewidth=0.3,
                clip_on=False,
                zorder=4,
                label=f"failed: {says}",
            )
            line.set_gid(f"failed-{says.replace(' ', '-')}")
            self._handles.append(
                Line2D([], [], ls="", marker="o", ms=size, mfc=FAILED, mec="white", label=f"{says} failed")
            )

    def _row_name(self, axes: Axes, name: str) -> None:
        axes.annotate(
            name, (0, 0.5), (-8, 0), xycoords="axes fraction", textcoords="offset points", ha="right", va="center"
        )


def _line(mark: Mark) -> tuple[str, str]:
    return _line_of(mark.kind)


def _line_of(kind: str) -> tuple[str, str]:
    if kind == PULUMI:
        return "-", FAINT
    return ("--", "#00594a") if kind in _ON_BACKEND else ("-", INK)
