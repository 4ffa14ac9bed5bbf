"""Which heavy packages the Python processes of a CLI call import."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.pulumi_stack import PulumiStack

# Runs at the start of every Python process of the CLI: the program's and the plugin's. Written as it happens, because
# the engine kills the plugin at the end. The command line tells them apart.
AUDIT = """
import os, sys

WATCHED = {"boto3", "botocore", "cryptography", "apigw_client_cert"}

def note(event, arguments):
    package = arguments[0].partition(".")[0] if event == "import" else ""
    if package in WATCHED:
        with open(os.environ["IMPORTS_SEEN"], "a") as file:
            file.write(f"{' '.join(sys.orig_argv)}\\t{package}\\n")

sys.addaudithook(note)
"""


class ImportAudit:
    """Which of the packages in question the processes of a stack's CLI calls import."""

    def __init__(self, stack: PulumiStack, folder: Path) -> None:
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(AUDIT)
        self._seen = folder / "seen.txt"
        self._seen.touch()
        stack.env.update({"PYTHONPATH": str(folder), "IMPORTS_SEEN": str(self._seen)})

    def taken(self) -> tuple[set[str], set[str]]:
        """(what the plugin imported, what the program imported) since the last time."""
        plugin: set[str] = set()
        program: set[str] = set()
        for line in self._seen.read_text().splitlines():
            command, _, package = line.partition("\t")
            (plugin if "pulumi.dynamic" in command else program).add(package)
        self._seen.write_text("")
        return plugin, program
