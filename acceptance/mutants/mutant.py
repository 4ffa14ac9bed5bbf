"""A deliberately wrong version of the package: what is wrong with it, and the tests that must notice."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "provider" / "apigw_client_cert"


class DoesNotApply(Exception):  # noqa: N818 - says what the edit does not do
    """The text that an edit replaces is not in its file exactly once: the code has moved on, the edit must follow."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement in one file of the package.

    ``old`` must occur exactly once: unlike a line number or a diff's context it survives edits elsewhere in the file.
    """

    file: str
    old: str
    new: str

    def apply(self, package: Path) -> None:
        """Replace the text in a copy of the package; raises ``DoesNotApply`` with the copy unchanged."""
        path = package / self.file
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        found = text.count(self.old)
        if found != 1:
            raise DoesNotApply(f"{self.file} holds this text {found} times, and an edit needs it once:\n{self.old}")
        changed = text.replace(self.old, self.new)
        try:
            compile(changed, self.file, "exec")
        except SyntaxError as error:
            raise DoesNotApply(f"{self.file} is no Python after the edit: {error}") from error
        path.write_text(changed, encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One wrong version.

    ``invariant`` is the number (``tools/invariants.py``) that it breaks, ``wrong`` says how. Each test of
    ``killed_by`` (path::name, without parameters) must fail on it by an assertion.
    """

    name: str
    invariant: int
    wrong: str
    edits: Edit | tuple[Edit, ...]
    killed_by: tuple[str, ...]

    @property
    def all_edits(self) -> tuple[Edit, ...]:
        """What makes it wrong; most need one edit."""
        return self.edits if isinstance(self.edits, tuple) else (self.edits,)

    @property
    def modules(self) -> frozenset[str]:
        """The modules that differ, by dotted name."""
        return frozenset(
            "apigw_client_cert." + edit.file.removesuffix(".py").replace("/", ".") for edit in self.all_edits
        )

    def write(self, folder: Path) -> Path:
        """Copy the package below a folder and make it wrong; returns the copy's own folder."""
        package = copy_of_package(folder)
        for edit in self.all_edits:
            edit.apply(package)
        return package


def copy_of_package(folder: Path) -> Path:
    """The package as it is, copied below a folder without compiled files."""
    package = folder / PACKAGE.name
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    return package
