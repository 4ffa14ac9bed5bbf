"""Parts of reports/plugin.json: each test writes what it saw, under a name of its own."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from tools.toolchain import ROOT


def record(name: str, value: object) -> None:
    """Write one part as JSON into the folder that PLUGIN_REPORT names, else reports/plugin-parts."""
    folder = Path(os.environ.get("PLUGIN_REPORT") or ROOT / "reports" / "plugin-parts")
    folder.mkdir(parents=True, exist_ok=True)
    # Names of tests have brackets and quotes in them.
    (folder / f"{re.sub(r'[^A-Za-z0-9_.-]+', '-', name)}.json").write_text(json.dumps(value), encoding="utf-8")


def imported(shown: str) -> int:
    """How many resources a run has imported, in the CLI's own words."""
    return sum(int(number) for number in re.findall(r"^ +[=~] (\d+) imported", shown, re.MULTILINE))
