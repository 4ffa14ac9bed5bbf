"""``python -m tools.plugin_report``: write reports/plugin.json from what the tests of the plugin have seen.

Each test leaves its part in a file (``tests/native/report.py``). ``--clear`` removes the parts of an earlier run. Ends
with 1 if a run fell short of what it should show; a part that is missing, because its test was skipped, is named, and
counts as falling short with CI=true only.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

from tools.toolchain import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

PARTS = ROOT / "reports" / "plugin-parts"
REPORT = ROOT / "reports" / "plugin.json"
LANGUAGES = ("python", "typescript", "yaml", "go")


def merged(parts: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The report, and the parts that are missing; a name ends with ``-…`` where several tests add up."""
    rotations = {name: parts[f"rotations-{name}"] for name in LANGUAGES if f"rotations-{name}" in parts}
    report: dict[str, Any] = {
        "languages": [name for name, seen in rotations.items() if seen["ups"] and not seen["failed"]],
        "rotations": rotations,
    }
    missing = [f"rotations-{name}" for name in LANGUAGES if name not in rotations]
    for key, name in (
        ("partial_state", "partial-state"),
        ("imports", "imports-"),
        ("door_differences", "door-differences-"),
        ("bindings_listed_on_description_change", "bindings-listed-on-description-change"),
    ):
        seen = [part for found, part in parts.items() if found == name or (name[-1] == "-" and found.startswith(name))]
        if seen:
            report[key] = sum(seen) if name[-1] == "-" else seen[0]
        else:
            missing.append(name.rstrip("-"))
    return report, missing


def shortfalls(report: Mapping[str, Any]) -> list[str]:
    """What a complete report would say and this one does not."""
    wrong = [f"a rotation in {name} failed" for name, seen in report["rotations"].items() if seen["failed"]]
    for key, good in (
        ("partial_state", report.get("partial_state", True) is True),
        ("imports", report.get("imports", 1) > 0),
        ("door_differences", report.get("door_differences", 0) == 0),
        ("bindings_listed_on_description_change", report.get("bindings_listed_on_description_change", 0) == 0),
    ):
        if not good:
            wrong.append(f"{key} is {report[key]}")
    return wrong


def main(arguments: Sequence[str] | None = None, *, parts: Path = PARTS, report: Path = REPORT) -> int:
    """Clear, or merge; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clear", action="store_true", help="remove the parts of an earlier run, and its report")
    if parser.parse_args(arguments).clear:
        shutil.rmtree(parts, ignore_errors=True)
        report.unlink(missing_ok=True)
        return 0
    found = {one.stem: json.loads(one.read_text(encoding="utf-8")) for one in sorted(parts.glob("*.json"))}
    written, missing = merged(found)
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(written))
    wrong = shortfalls(written)
    if missing:
        print(f"not seen, as the tests were skipped: {', '.join(missing)}", file=sys.stderr)
        wrong += missing if os.environ.get("CI") == "true" else []
    for one in wrong:
        print(f"reports/plugin.json falls short: {one}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
