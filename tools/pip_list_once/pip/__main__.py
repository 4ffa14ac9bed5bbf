"""``python -m pip``, which answers a repeated ``list`` from pip's own first answer.

Pulumi's Python language host asks ``pip list -v --format json`` for plugins at every ``preview`` and ``up``: 0.6 s of
CPU, a third of what such a run costs. The suite has a thousand of them over one unchanging environment. Whatever else
pip is asked, and whatever is installed since, goes to pip itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[3]
_ANSWERS = _ROOT / ".tools" / "pip-list"
_METADATA = (".dist-info", ".egg-info", ".egg-link", ".pth")


def _installed() -> list[tuple[str, str, int]]:
    """What pip's answer depends on: every package's metadata on the path, with the time of its last change."""
    found = []
    for folder in sys.path:
        with contextlib.suppress(OSError):
            entries = sorted(os.scandir(folder or "."), key=lambda entry: entry.name)
            found += [(folder, one.name, one.stat().st_mtime_ns) for one in entries if one.name.endswith(_METADATA)]
    return found


def _answer(arguments: list[str]) -> str:
    asked = json.dumps([sys.prefix, sys.version, arguments, _installed()])
    file = _ANSWERS / f"{hashlib.sha256(asked.encode()).hexdigest()}.txt"
    with contextlib.suppress(OSError):
        return file.read_text(encoding="utf-8")
    # The child's path is the caller's without this folder.
    real = subprocess.run(
        [sys.executable, "-m", "pip", *arguments], env=_without_us(), stdout=subprocess.PIPE, text=True, check=False
    )
    if real.returncode:
        sys.exit(real.returncode)
    with contextlib.suppress(OSError):
        _ANSWERS.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(f".{os.getpid()}")
        draft.write_text(real.stdout, encoding="utf-8")
        draft.replace(file)
    return real.stdout


def _without_us() -> dict[str, str]:
    ours = str(Path(__file__).resolve().parents[1])
    kept = [one for one in os.environ.get("PYTHONPATH", "").split(os.pathsep) if one and one != ours]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(kept)}


if sys.argv[1:2] == ["list"]:
    sys.stdout.write(_answer(sys.argv[1:]))
else:
    ours = Path(__file__).resolve().parents[1]
    sys.path[:] = [one for one in sys.path if Path(one or ".").resolve() != ours]
    os.environ.update(_without_us())
    sys.modules.pop("pip", None)
    runpy.run_module("pip", run_name="__main__", alter_sys=True)
