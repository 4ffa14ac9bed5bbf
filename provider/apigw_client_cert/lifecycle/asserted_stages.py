"""What the plugin processes of one engine run tell each other: a file that only this user can read.

One run may have several: an explicit provider has a process of its own, so has another release that state names, and
so has the dynamic form beside the plugin. They run on one machine, as one user, with one environment, and each was told
the same address of the engine. ``pulumi up`` previews and updates at two addresses, with processes of their own (seen
on CLI 3.259.0), so what a preview notes is not read by the update.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows, where age alone tells what is stale
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A run that was killed leaves its file behind, and another run may be given the same port some day. Nobody holds such
# a file; but a run whose only other process has just died must find what that one noted. So both: unheld, and old.
_STALE_SECONDS: Final = 600
_FORGOTTEN_SECONDS: Final = 86_400
_FOLDER: Final = "apigw-client-cert"
_FLAGS: Final = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class AssertedStages:
    """The board of one engine run. Thread-safe; nothing is opened before the first use.

    Where the file cannot be had, ``warn`` is told once, and nobody can tell what other processes note.

    Args:
        engine_address: ``127.0.0.1:43585``; the same for all processes of a run, and for no other run meanwhile.
        warn: Takes the one line.
    """

    def __init__(self, engine_address: str, warn: Callable[[str], None]) -> None:
        self._name = hashlib.sha256(engine_address.encode()).hexdigest()[:32]
        self._warn = warn
        self._lock = threading.Lock()
        self._path = Path()
        self._file: int | None = None
        self._given_up = False

    def note(self, entry: str) -> None:
        """Let every process of this run know; ``entry`` is one word."""
        with self._lock, self._explained():
            if not self._given_up:
                os.write(self._opened(), f"{entry}\n".encode())

    def noted(self) -> frozenset[str] | None:
        """All that any process of this run has noted; None where that cannot be told."""
        with self._lock, self._explained():
            if not self._given_up:
                file = self._opened()
                os.lseek(file, 0, os.SEEK_SET)
                return frozenset(os.read(file, os.fstat(file).st_size).decode().split())
        return None

    def close(self) -> None:
        """Leave the run; the last process takes the file with it, and the folder with the last file."""
        with self._lock:
            if self._file is not None:
                _leave(self._path, self._file)
            self._file, self._given_up = None, True

    def _opened(self) -> int:
        if self._file is None:
            self._path, self._file = _held(self._name)
            _tidy(self._path.parent, os.fstat(self._file).st_mtime)
        return self._file

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._given_up = True
            why = ": ".join(str(one) for one in (error.strerror or error, error.filename) if one)
            self._warn(
                f"The plugin's processes cannot tell each other which stages this run's bindings assert ({why})."
                " So a stage whose binding is deleted in this run is not cleared, as another process may bind it: clear"
                " it by hand where none does. Make XDG_RUNTIME_DIR or the temporary folder (TMPDIR) one that this user"
                " can write to, and remove what is in the way there."
            )


def _above() -> Path:
    """Where the folder is: where nobody else can make it first, or the temporary folder.

    ``XDG_RUNTIME_DIR`` has to be the user's alone (XDG Base Directory Specification 0.8); another user's, as after
    ``sudo``, is not used.
    """
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR", ""))
    with contextlib.suppress(OSError):
        if runtime.is_absolute() and hasattr(os, "getuid") and runtime.stat().st_uid == os.geteuid():
            return runtime
    return Path(tempfile.gettempdir())


def _own_folder() -> Path:
    """The folder, which nobody else can read or write; raises ``PermissionError`` for any other."""
    folder = Path(_above(), f"{_FOLDER}-{os.getuid()}" if hasattr(os, "getuid") else _FOLDER)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    with contextlib.suppress(FileNotFoundError):
        _guard(folder, folder.lstat(), stat.S_ISDIR)
    return folder


def _held(name: str) -> tuple[Path, int]:
    """The file's path, and the file, open and held until this process ends; empty if it was stale."""
    while True:
        path = _own_folder() / name
        try:
            file = os.open(path, _FLAGS, 0o600)
        except FileNotFoundError:
            # The last process of another run took the folder away meanwhile.
            continue
        try:
            found = os.fstat(file)
            _guard(path, found, stat.S_ISREG)
            alone = _hold(file)
            os.utime(path)
            # The file system's own clock, both times.
            if alone and os.fstat(file).st_mtime - found.st_mtime > _STALE_SECONDS:
                os.ftruncate(file, 0)
            _share(file)
            if _still_there(path, found):
                return path, file
        except BaseException:
            os.close(file)
            raise
        # The last process of another run took it away meanwhile.
        os.close(file)


def _still_there(path: Path, found: os.stat_result) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_ino == found.st_ino
    return False


def _guard(path: Path, found: os.stat_result, is_kind: Callable[[int], bool]) -> None:
    if not is_kind(found.st_mode):
        raise PermissionError(0, "something else is there", str(path))
    if hasattr(os, "getuid") and (found.st_uid != os.geteuid() or found.st_mode & _OTHERS):
        raise PermissionError(0, "others can write to it", str(path))


def _hold(file: int) -> bool:
    """Whether no other process holds it; then this one does, alone."""
    if fcntl is None:  # pragma: no cover - Windows
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _share(file: int) -> None:
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_SH)


def _tidy(folder: Path, now: float) -> None:
    """Remove what runs left that were killed long ago."""
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            if now - path.lstat().st_mtime > _FORGOTTEN_SECONDS:
                _leave(path, os.open(path, _FLAGS & ~os.O_CREAT))


def _leave(path: Path, file: int) -> None:
    if fcntl is None:  # pragma: no cover - Windows itself refuses to remove what another process has open
        os.close(file)
        with contextlib.suppress(OSError):
            path.unlink()
            path.parent.rmdir()
        return
    with contextlib.suppress(OSError):
        if _hold(file):
            path.unlink()
            # Refused while another run has a file there.
            path.parent.rmdir()
    os.close(file)
