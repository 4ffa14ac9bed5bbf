"""A file target, and what must be so after a write to it was refused."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.gateway.connection import Connection
from apigw_client_cert.publish.targets import target_for
from tests.hostile.audit import audited_error

if TYPE_CHECKING:
    from pathlib import Path

    from apigw_client_cert import errors
    from apigw_client_cert.publish.interface import Target

OLD, NEW = "old\n" * 100, "new\n" * 5000


def target(path: Path | str) -> Target:
    """As the lifecycle makes it."""
    return target_for({"type": "file", "path": str(path)}, Connection())


def tree(folder: Path) -> dict[str, object]:
    """Every entry below a folder: where a link leads, what a file holds, and the mode."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        entry = path.lstat()
        readable = stat.S_ISREG(entry.st_mode) and entry.st_size < 1_000_000
        content = str(path.readlink()) if path.is_symlink() else path.read_bytes() if readable else None
        found[str(path.relative_to(folder))] = (stat.filemode(entry.st_mode), entry.st_uid, entry.st_gid, content)
    return found


def refused(kind: type[errors.RotationError], folder: Path, path: Path | str, content: str = NEW) -> str:
    """The message with which a write is refused; the folder is as it was, and the error names the target."""
    before = tree(folder)
    with pytest.raises(kind) as caught:
        target(path).write(content)
    assert tree(folder) == before
    error = audited_error(caught.value)
    assert error.subject == f"file {path}"
    assert f"file {path}" in str(error)
    return str(error)
