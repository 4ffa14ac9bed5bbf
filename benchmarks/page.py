"""``python -m benchmarks.page``: docs/performance.md and its pictures from docs/performance.json, of a full run."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Final

from benchmarks.figures import save
from benchmarks.pictures import PREVIEW, SPREAD, drawn
from tools.toolchain import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

FILE: Final = ROOT / "docs" / "performance.json"
PAGE: Final = ROOT / "docs" / "performance.md"
_TEMPLATE: Final = ROOT / "benchmarks" / "page.md"

_COLUMNS: Final = {
    "cpu_ours": "CPU, s",
    "cpu_floor": "floor",
    "cpu_ratio": "ratio",
    "wall_ours": "wall, s",
    "wall_floor": "floor",
    "peak_ours": "memory, MiB",
    "peak_floor": "floor",
    "aws_calls": "AWS calls",
}
_CAPTIONS: Final = {
    PREVIEW: "Processor seconds of a preview against the number of certificates, ours and the floor, both logarithmic",
    SPREAD: "The share of all steps that each day has, with jitter and without",
}
_NOT_YET: Final = "Not measured in this run."
_STEPS: Final = ("create", "issue", "activate", "confirm", "retire")
# What has a table or a picture of its own.
_SECTIONS: Final = {"preview", "calls", "spread", "limit"}
_LIMIT: Final = {
    "calls": "calls",
    "bucket": "the limit needs, s",
    "noop": "a no-op `up`, s",
    "wall": "wall, s",
    "ratio": "ratio",
    "failed": "failed",
    "retries": "retries",
    "first_call": "first call at, s",
    "last_call": "last at, s",
}


def enter(report: Mapping[str, Any]) -> None:
    """Keep a report, and write the page of it, with its pictures."""
    save(report, FILE)
    PAGE.write_text(written(report), encoding="utf-8")
    pictures = drawn(report["figures"])
    for name in (PREVIEW, SPREAD):
        (PAGE.parent / name).unlink(missing_ok=True)
    for name, picture in pictures.items():
        (PAGE.parent / name).write_text(picture, encoding="utf-8")


def written(report: Mapping[str, Any]) -> str:
    """The page of a report."""
    figures: Sequence[Mapping[str, Any]] = report["figures"]
    of = {one["name"]: one for one in figures}
    sizes = sorted({int(one["name"].split(".")[1]) for one in figures if one["name"].startswith("preview.")})
    stages = sorted({int(one["name"].split(".")[2]) for one in figures if one["name"].startswith("calls.")})
    rest = [one for one in figures if one["name"].partition(".")[0] not in _SECTIONS]
    spread, limit = _of_section(figures, "spread"), _of_section(figures, "limit")
    pictures = drawn(figures)
    return _TEMPLATE.read_text(encoding="utf-8").format(
        measured=_measured(report),
        preview="\n".join([*_shown(pictures, PREVIEW), *_preview(of, sizes)]) if sizes else _NOT_YET,
        calls="\n".join(_calls(of, stages)) if stages else _NOT_YET,
        spread="\n".join([*_shown(pictures, SPREAD), *_table(spread)]) if spread else _NOT_YET,
        limit="\n".join(_limit(limit)) if limit else _NOT_YET,
        rest="\n".join(_table(rest)),
        missed="\n".join(_missed(figures)) or "None.",
    )


def _measured(report: Mapping[str, Any]) -> str:
    one = report["figures"][0]
    extent = " A short run (`BENCH=quick`): fewer sizes, rounds and sections." if report["quick"] else ""
    return f"Measured on {one['date']} at commit {one['commit']}: {one['machine']}.{extent}"


def _of_section(figures: Iterable[Mapping[str, Any]], section: str) -> list[Mapping[str, Any]]:
    return [one for one in figures if one["name"].partition(".")[0] == section]


def _shown(pictures: Iterable[str], name: str) -> Iterator[str]:
    """The picture, where the run has measured what it shows."""
    if name in pictures:
        yield from (f"![{_CAPTIONS[name]}]({name})", "")


def _preview(of: Mapping[str, Mapping[str, Any]], sizes: Iterable[int]) -> Iterator[str]:
    yield f"| certificates | {' | '.join(_COLUMNS.values())} |"
    yield f"|---{'|---' * len(_COLUMNS)}|"
    for size in sizes:
        cells = [_value(of[f"preview.{size}.{column}"]) for column in _COLUMNS]
        yield f"| {size} | {' | '.join(cells)} |"


def _calls(of: Mapping[str, Mapping[str, Any]], stages: Sequence[int]) -> Iterator[str]:
    yield f"| step | {' | '.join(f'{size} stages: changes | reads' for size in stages)} |"
    yield f"|---{'|---|---' * len(stages)}|"
    for step in _STEPS:
        cells = [
            f"{_value(one)} ({str(one['target']).rpartition(' ')[2]})"
            for size in stages
            for one in (of[f"calls.{step}.{size}.changing"], of[f"calls.{step}.{size}.reading"])
        ]
        yield f"| {step} | {' | '.join(cells)} |"


def _limit(figures: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    of = {one["name"]: one for one in figures}
    yield f"| host | bindings | {' | '.join(_LIMIT.values())} |"
    yield f"|---|---{'|---' * len(_LIMIT)}|"
    for name in sorted({one.rpartition(".")[0] for one in of}):
        _, host, size = name.split(".")
        yield f"| {host} | {int(size):,} | {' | '.join(_value(of[f'{name}.{one}']) for one in _LIMIT)} |"


def _table(figures: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield "| | value | target | |"
    yield "|---|---|---|---|"
    for one in figures:
        yield f"| `{one['name']}` | {_value(one)} {one['unit']} | {one['target'] or ''} | {_ok(one)} |"


def _missed(figures: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for one in (one for one in figures if one["ok"] is False):
        yield f"- `{one['name']}`: {_value(one)} {one['unit']}, {one['target']}"


def _ok(figure: Mapping[str, Any]) -> str:
    words: dict[bool | None, str] = {None: "", True: "ok", False: "missed"}
    return words[figure["ok"]]


def _value(figure: Mapping[str, Any]) -> str:
    value = figure["value"]
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"  # noqa: PLR2004 - three digits are enough


def main() -> int:
    """Write the page and its pictures anew; returns the exit status."""
    enter(json.loads(FILE.read_text(encoding="utf-8")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
