"""``python -m acceptance.measured proof``: put what a measuring command wrote into docs/measured.json and the pages.

``make proof``, ``rollout``, ``crash-matrix``, ``test-long`` and ``mutants`` end with it. A figure stands with the
commit and the day it was measured at; ``--age`` says how many commits have changed the package since.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from acceptance import measured_pages as pages
from acceptance.load import clock as wall
from tools.toolchain import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

FILE = ROOT / "docs" / "measured.json"
README = ROOT / "README.md"
PICTURE = ROOT / "docs" / "proof.svg"
_PACKAGE = ("provider/apigw_client_cert", ":!provider/apigw_client_cert/native/schema/schema.json")


class Page(NamedTuple):
    """A page that shows more of a report than the README's line."""

    path: Path
    figures: Callable[[Mapping[str, Any]], dict[str, Any]]
    text: Callable[[Mapping[str, Any]], str]


PAGES = {
    "proof": Page(ROOT / "docs" / "proof.md", pages.proof_figures, pages.proof_page),
    "rollout": Page(ROOT / "docs" / "rollout.md", pages.rollout_figures, pages.rollout_page),
}

# What the README needs of each report.
KEPT: dict[str, tuple[str, ...]] = {
    "proof": ("requests", "failed", "incomplete", "seconds"),
    "rollout": ("requests", "failed", "failed_before_a_run", "completed", "seconds"),
    "crash-matrix": ("points", "completed", "violations", "orphans_after"),
    "model": ("steps", "violations", "seed"),
    "mutants": ("mutants", "killed"),
}


def entered(known: Mapping[str, Any], name: str, report: Mapping[str, Any], measured: Mapping[str, str]) -> Any:  # noqa: ANN401
    """``docs/measured.json`` with one command's figures replaced."""
    figures = {key: report[key] for key in KEPT[name]}
    if name in PAGES:
        figures |= PAGES[name].figures(report)
    return dict(sorted({**known, name: {**figures, **measured}}.items()))


def _proof(one: Mapping[str, Any]) -> str:
    wrong = [control["failed"] for control in one["controls"]]
    return (
        f"{one['requests']:,} requests through whole rotations on nginx, HAProxy, Apache, Node, Python, Go and Java:"
        f" {one['failed']} failed; {len(wrong)} wrong orders: each failed for its own reason"
        f" ({', '.join(map(str, wrong))} requests)"
    )


def _rollout(one: Mapping[str, Any]) -> str:
    return (
        f"{one['requests']:,} requests while a gate refuses the same-subject trap, a wave fails, is rolled back, mended"
        f" and completed: {one['failed']} failed, {one['failed_before_a_run']} more before a run could know; the same"
        f" without the gate: {one['scenarios'][-1]['failed']} failed"
    )


def _crash_matrix(one: Mapping[str, Any]) -> str:
    return (
        f"{one['points']:,} crash points (every AWS call with all that can happen to it, real SIGKILLs among them):"
        f" {one['completed']:,} completed, {one['violations']} violations, {one['orphans_after']} orphans left"
    )


def _model(one: Mapping[str, Any]) -> str:
    return (
        f"{one['steps']:,} steps of anything in any order (runs, kills, faults, hand edits; seed {one['seed']}):"
        f" {one['violations']} violations"
    )


def _mutants(one: Mapping[str, Any]) -> str:
    return f"{one['mutants']} deliberately wrong versions: {one['killed']} killed by the tests named for them"


ROWS: tuple[tuple[str, str, Callable[[Mapping[str, Any]], str], str], ...] = (
    ("proof", "make proof", _proof, "docs/proof.md"),
    ("rollout", "make rollout", _rollout, "docs/rollout.md"),
    ("crash-matrix", "make crash-matrix", _crash_matrix, "docs/crash-matrix.md"),
    ("model", "make test-long", _model, "docs/invariants.md"),
    ("mutants", "make mutants", _mutants, "docs/invariants.md"),
)


def written(text: str, known: Mapping[str, Any]) -> str:
    """The README with its table of figures."""
    lines = [
        f"| `{command}` | {row(known[name])} | {known[name]['commit']}, {known[name]['date']} | [{page}]({page}) |"
        for name, command, row, page in ROWS
        if name in known
    ]
    return pages.between_marks(text, "\n".join(["| | | measured at | |", "|---|---|---|---|", *lines]))


def ages(known: Mapping[str, Any], changes: Callable[[str], str]) -> list[str]:
    """A line for each figure; ``changes`` counts the commits that changed the package since a commit."""
    return [f"{name}: {changes(one['commit'])} commits of the package ago" for name, one in sorted(known.items())]


def main(arguments: Sequence[str] | None = None) -> int:
    """Enter a report, or say how old the figures are; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m acceptance.measured", description=__doc__)
    parser.add_argument("report", nargs="?", choices=[*KEPT], help="whose reports/….json to enter")
    parser.add_argument("--age", action="store_true", help="how many commits have changed the package since")
    chosen = parser.parse_args(arguments)
    known = json.loads(FILE.read_text(encoding="utf-8"))
    if chosen.report:
        report = json.loads((ROOT / "reports" / f"{chosen.report}.json").read_text(encoding="utf-8"))
        known = entered(known, chosen.report, report, here())
        FILE.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
        README.write_text(written(README.read_text(encoding="utf-8"), known), encoding="utf-8")
    if chosen.report in PAGES:
        page = PAGES[chosen.report]
        text = pages.between_marks(page.path.read_text(encoding="utf-8"), page.text(known[chosen.report]))
        page.path.write_text(text, encoding="utf-8")
    if chosen.report == "proof":
        shutil.copy(ROOT / "reports" / PICTURE.name, PICTURE)
    if chosen.age:
        print("\n".join(ages(known, _changes)))
    return 0


def here() -> dict[str, str]:
    """What is measured, on which day and machine; the commit with a "+" where the tree holds more than that."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    return {"commit": _git("describe", "--always", "--dirty=+"), "date": f"{wall.now():%Y-%m-%d}", "machine": machine}


def _changes(commit: str) -> str:
    return _git("rev-list", "--count", f"{commit.rstrip('+')}..HEAD", "--", *_PACKAGE)


def _git(*arguments: str) -> str:
    git = shutil.which("git") or "git"
    said = subprocess.run([git, "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
    return said.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())
