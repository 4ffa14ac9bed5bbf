"""Parts of reports/plugin.json: each test writes what it saw, under a name of its own."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tools.toolchain import ROOT


def record(name: str, value: object) -> None:
    """Write one part as JSON into the folder that PLUGIN_REPORT names, else reports/plugin-parts."""
    folder = Path(os.environ.get("PLUGIN_REPORT") or ROOT / "reports" / "plugin-parts")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
