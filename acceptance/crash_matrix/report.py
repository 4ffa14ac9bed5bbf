"""``reports/crash-matrix.json`` and the tables of ``docs/crash-matrix.md``."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from acceptance.crash_matrix.kinds import MEANINGS, Kind
from acceptance.crash_matrix.points import IN_PROCESS, REAL_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from acceptance.crash_matrix.points import Point
    from acceptance.crash_matrix.verdict import Verdict


@dataclass(slots=True)
class Row:
    """One line: a scenario and a method of the lifecycle (the second layer knows none)."""

    layer: str
    scenario: str
    operation: str
    calls: int = 0
    kinds: Counter[Kind] = field(default_factory=Counter)
    completed: int = 0
    violations: int = 0

    @property
    def points(self) -> int:
        """Of all kinds."""
        return self.kinds.total()

    def to_json(self) -> dict[str, object]:
        """The figures."""
        kinds = {kind.value: self.kinds[kind] for kind in Kind if self.kinds[kind]}
        figures = {"points": self.points, "completed": self.completed, "violations": self.violations}
        return {"calls": self.calls, **figures, "kinds": kinds}

    def cells(self) -> list[str]:
        """The table's cells."""
        kinds = list(Kind) if self.layer == IN_PROCESS else list(REAL_KINDS)
        named = [self.scenario, f"`{self.operation}`"] if self.layer == IN_PROCESS else [self.scenario]
        figures = [self.calls, *(self.kinds[kind] for kind in kinds), self.points, self.completed, self.violations]
        return [*named, *(str(one) if one else "·" for one in figures[:-3]), *map(str, figures[-3:])]


def rows(judged: Iterable[tuple[Point, Verdict | None]]) -> list[Row]:
    """The lines, in the order of the points; None is a point that is yet to be judged, and counts as good."""
    found: dict[tuple[str, str, str], Row] = {}
    calls: set[tuple[str, str, int]] = set()
    for point, verdict in judged:
        key = (point.layer, point.scenario, point.call.operation)
        row = found.setdefault(key, Row(*key))
        if (call := (point.layer, point.scenario, point.call.seen.number)) not in calls:
            calls.add(call)
            row.calls += 1
        row.kinds[point.kind] += 1
        row.completed += verdict is None or verdict.completed
        row.violations += 0 if verdict is None else len(verdict.violations)
    return list(found.values())


def report(judged: list[tuple[Point, Verdict]], **facts: object) -> dict[str, Any]:
    """The whole report; ``facts`` are put in as they are."""
    verdicts = [verdict for _point, verdict in judged]
    return {
        "points": len(verdicts),
        "completed": sum(verdict.completed for verdict in verdicts),
        "violations": sum(len(verdict.violations) for verdict in verdicts),
        "orphans_after": sum(verdict.orphans_after for verdict in verdicts),
        "max_orphans_during": max((verdict.max_orphans_during for verdict in verdicts), default=0),
        "by_operation": {f"{row.layer}:{row.scenario}:{row.operation}": row.to_json() for row in rows(judged)},
        **facts,
        "failures": [
            {
                "point": verdict.point,
                "violations": verdict.violations,
                "unfinished": verdict.unfinished,
                "trouble": verdict.trouble,
                "orphans_after": verdict.orphans_after,
                "max_orphans_during": verdict.max_orphans_during,
            }
            for verdict in verdicts
            if not verdict.passed
        ],
    }


def table(layer: str, lines: Iterable[Row]) -> str:
    """The Markdown table of one layer."""
    kinds = [kind.value for kind in (Kind if layer == IN_PROCESS else REAL_KINDS)]
    named = ["run", "method"] if layer == IN_PROCESS else ["run"]
    head = [*named, "calls", *kinds, "points", "completed", "violations"]
    ruler = ["---"] * len(named) + ["--:"] * (len(head) - len(named))
    own = [row for row in lines if row.layer == layer]
    body = [row.cells() for row in own]
    total = Row(layer, "**all**", "every method")
    for row in own:
        total.calls += row.calls
        total.kinds += row.kinds
        total.completed += row.completed
        total.violations += row.violations
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ruler, *body, total.cells()))


def legend() -> str:
    """What each column of kinds means."""
    return "\n".join(f"| `{kind.value}` | {MEANINGS[kind]} |" for kind in Kind)
