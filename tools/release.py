"""``python -m tools.release`` builds everything that a release consists of into dist/, with checksums and notes.

Wheels and sdists of the package and of the sandbox, the plugin's archive, the schema, ``SHA256SUMS`` and ``NOTES.md``,
which is the release's part of CHANGELOG.md. ``--version`` prints the version that all of them have, and builds nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from tools.plugin import __main__ as plugin
from tools.toolchain import ROOT

if TYPE_CHECKING:
    from pathlib import Path

DIST = ROOT / "dist"
SCHEMA = ROOT / "provider" / "apigw_client_cert" / "native" / "schema" / "schema.json"
_PACKAGE = ROOT / "provider" / "apigw_client_cert" / "__init__.py"
_SANDBOX = ROOT / "sandbox" / "pyproject.toml"


def version() -> str:
    """The release; raises ``SystemExit`` where package, sandbox and schema do not have the same."""
    found = {
        "package": _in(_PACKAGE, r'^__version__ = "(.+)"$'),
        "sandbox": _in(_SANDBOX, r'^version = "(.+)"$'),
        "schema": plugin.version(),
    }
    if len(set(found.values())) != 1:
        raise SystemExit(f"one release has one version, and these are {found}")
    return found["package"]


def notes(changelog: str, release: str) -> str:
    """What CHANGELOG.md says of the release; raises ``SystemExit`` where it says nothing."""
    part = re.search(rf"^## {re.escape(release)}(?= |$).*?\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    if part is None or not part[1].strip():
        raise SystemExit(f"CHANGELOG.md has no words for {release}: name the part below Unreleased so")
    return part[1].strip() + "\n"


def build(folder: Path) -> list[Path]:
    """Build into a folder that is emptied first; return its files, by name."""
    release = version()
    told = notes((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), release)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for project in (ROOT, ROOT / "sandbox"):
        command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder), "-t", "sdist", "-t", "wheel"]
        subprocess.run(command, cwd=project, check=True, stdout=subprocess.DEVNULL)
    plugin.write(folder)
    shutil.copy(SCHEMA, folder / "schema.json")
    made = sorted(folder.iterdir())
    sums = "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in made)
    (folder / "SHA256SUMS").write_text(sums, encoding="utf-8")
    (folder / "NOTES.md").write_text(told, encoding="utf-8")
    return sorted(folder.iterdir())


def _in(file: Path, pattern: str) -> str:
    found = re.search(pattern, file.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else ""


def main() -> None:
    """Build, or say the version."""
    arguments = argparse.ArgumentParser(prog="python -m tools.release", description=__doc__)
    arguments.add_argument("--version", action="store_true", help="print the version and build nothing")
    if arguments.parse_args().version:
        print(version())
        return
    for file in build(DIST):
        print(file.relative_to(ROOT))


if __name__ == "__main__":
    main()
