"""What is measured: one value each, with what it should be."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value.

    Attributes:
        name: The section, what is measured and of how many, such as ``preview.100.cpu_ratio``.
        value: Whole where it is a count.
        unit: Of the value; ``ratio`` and ``exponent`` have none.
        at_most: The target where less is better.
        at_least: The target where more is better; a figure with neither is for reading alone.
        series: What the value was taken from, where a picture shows it: place -> value.
    """

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    series: Mapping[int, float] = field(default_factory=dict)

    @property
    def target(self) -> str | None:
        """The target in words."""
        if self.at_most is not None:
            return f"at most {self.at_most:g}"
        return None if self.at_least is None else f"at least {self.at_least:g}"

    @property
    def ok(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.at_most is not None:
            return self.value <= self.at_most
        return None if self.at_least is None else self.value >= self.at_least


def report_of(figures: Iterable[Figure], measured: Mapping[str, str], *, quick: bool) -> dict[str, Any]:
    """Every figure with its target, commit, date and machine, as JSON values."""
    return {"quick": quick, "figures": [{**_told(figure), **measured} for figure in figures]}


def save(report: Mapping[str, Any], file: Path) -> None:
    """Write a report."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def _told(figure: Figure) -> dict[str, Any]:
    told = {"name": figure.name, "value": figure.value, "unit": figure.unit, "target": figure.target, "ok": figure.ok}
    return told | ({"series": figure.series} if figure.series else {})
