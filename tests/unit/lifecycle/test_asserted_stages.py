"""What the plugin processes of one run tell each other; two boards stand for two processes: their locks exclude."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.lifecycle import asserted_stages
from apigw_client_cert.lifecycle.asserted_stages import AssertedStages

if TYPE_CHECKING:
    from collections.abc import Callable

HERE, ELSEWHERE = "127.0.0.1:43585", "127.0.0.1:43586"
MINUTE, DAY = 60, 86_400
NOTING = """
import sys
from apigw_client_cert.lifecycle.asserted_stages import AssertedStages
AssertedStages(sys.argv[1], print).note("theirs")
"""


@pytest.fixture
def said() -> list[str]:
    """The warnings."""
    return []


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: list[str]) -> Callable[..., AssertedStages]:
    """Boards in a temporary folder of this test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    return lambda address=HERE: AssertedStages(address, said.append)


def read(board: AssertedStages) -> frozenset[str]:
    """What a process reads that can."""
    noted = board.noted()
    assert noted is not None
    return noted


def folder() -> Path:
    """Where the files are."""
    return Path(tempfile.gettempdir(), f"apigw-client-cert-{os.getuid()}")


def aged(seconds: float) -> None:
    """Nobody has touched any file for so long."""
    for path in folder().iterdir():
        then = path.stat().st_mtime - seconds
        os.utime(path, (then, then))


def test_the_processes_of_one_run_read_what_each_of_them_noted(board: Callable[..., AssertedStages]) -> None:
    """And nobody else's: another run has another address."""
    one, other, stranger = board(), board(), board(ELSEWHERE)
    one.note("a")
    other.note("b")
    assert [[entry in read(each) for entry in ("a", "b", "c")] for each in (one, other, stranger)] == [
        [True, True, False],
        [True, True, False],
        [False, False, False],
    ]


def test_many_threads_note_at_once(board: Callable[..., AssertedStages]) -> None:
    """No entry is lost or torn."""
    boards, entries = [board(), board()], [f"{number:064}" for number in range(200)]
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda number: boards[number % 2].note(entries[number]), range(200)))
    assert all(entry in read(board()) for entry in entries)


def test_the_file_is_this_users_alone_and_the_last_process_removes_it(board: Callable[..., AssertedStages]) -> None:
    """Nothing is left of a run that ended; nothing is opened by one that never asked."""
    one, other, idle = board(), board(), board()
    one.note("a")
    assert "a" in read(other)
    (file,) = folder().iterdir()
    assert [oct(path.stat().st_mode & 0o777) for path in (folder(), file)] == ["0o700", "0o600"]
    one.close()
    assert ("a" in read(other), file.exists()) == (True, True)
    idle.close()
    other.close()
    assert (folder().exists(), other.noted()) == (False, None)


def test_the_folder_stays_while_another_run_has_a_file_in_it(board: Callable[..., AssertedStages]) -> None:
    """Whose next process must find it."""
    theirs, mine = board(ELSEWHERE), board()
    theirs.note("a")
    mine.note("b")
    mine.close()
    assert "a" in read(board(ELSEWHERE))


def test_a_folder_that_is_taken_away_before_the_file_is_opened_is_made_again(
    board: Callable[..., AssertedStages], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last process of another run ends whenever it does."""
    guard = asserted_stages._guard  # noqa: SLF001 - the instants around the folder's making
    taken: list[Path] = []

    def taking(path: Path, found: os.stat_result, is_kind: Callable[[int], bool]) -> None:
        guard(path, found, is_kind)
        if path == folder() and not taken:
            taken.append(path)
            path.rmdir()

    monkeypatch.setattr(asserted_stages, "_guard", taking)
    board().note("a")
    assert "a" in read(board())
    assert (taken, said) == ([folder()], [])


@pytest.mark.parametrize(("minutes", "kept"), [(1, True), (11, False)])
def test_what_a_killed_run_left_is_emptied_once_it_is_old(
    board: Callable[..., AssertedStages],
    minutes: int,
    kept: bool,  # noqa: FBT001 - a parametrised case
) -> None:
    """The next run at this port must not believe it; a process that was late in the same run must."""
    subprocess.run(
        [sys.executable, "-c", NOTING, HERE], env={**os.environ, "TMPDIR": tempfile.gettempdir()}, check=True
    )
    aged(minutes * MINUTE)
    assert ("theirs" in read(board())) is kept


def test_what_is_held_is_never_stale(board: Callable[..., AssertedStages]) -> None:
    """A run may wait for an hour between its first check and its last delete."""
    board().note("a")
    one = board()
    one.note("b")
    aged(2 * DAY)
    board(ELSEWHERE).note("c")
    assert "b" in read(board())
    assert len(list(folder().iterdir())) == 2
    one.close()


def test_files_of_yesterday_are_tidied_away(board: Callable[..., AssertedStages]) -> None:
    """By any run, whatever its port."""
    subprocess.run(
        [sys.executable, "-c", NOTING, HERE], env={**os.environ, "TMPDIR": tempfile.gettempdir()}, check=True
    )
    aged(2 * DAY)
    (old,) = folder().iterdir()
    board(ELSEWHERE).note("a")
    assert not old.exists()


def _as_link(path: Path) -> None:
    path.symlink_to(path.parent.parent if path == folder() else __file__)


def _as_file(path: Path) -> None:
    path.touch()


def _open_to_others(path: Path) -> None:
    path.mkdir(mode=0o755) if path == folder() else path.touch(mode=0o644)


@pytest.mark.parametrize("arrange", [_as_link, _as_file, _open_to_others])
@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_others_could_have_written_is_not_used(
    board: Callable[..., AssertedStages], said: list[str], arrange: Callable[[Path], None], what: str
) -> None:
    """It is said once, with what to do; the process goes on by itself."""
    if what == "folder":
        arrange(folder())
    else:
        board().close()
        one = board()
        one.note("a")
        (file,) = folder().iterdir()
        one.close()
        folder().mkdir(mode=0o700)
        if arrange is _as_file:
            file.mkdir()
        else:
            arrange(file)
    mine = board()
    for _ in range(2):
        mine.note("a")
        assert mine.noted() is None
    (line,) = said
    assert str(folder()) in line
    assert "TMPDIR" in line


def test_what_belongs_to_another_user_is_not_used(
    board: Callable[..., AssertedStages], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever made the folder first could read the entries, and forge them."""
    folder().mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert board().noted() is None
    assert "others can write to it" in said[0]


def test_a_neighbour_cannot_be_there_first_where_the_user_has_a_folder_of_his_own(
    board: Callable[..., AssertedStages], said: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whoever makes ours in the temporary folder switches nothing off; a folder of somebody else's is not used."""
    _open_to_others(folder())
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    one, other = board(), board()
    one.note("a")
    assert "a" in read(other)
    assert (said, len(list(runtime.glob("*/*")))) == ([], 1)
    one.close()
    other.close()
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert board().noted() is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_runtime_folder_of_another_user_is_not_used(
    board: Callable[..., AssertedStages], said: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As sudo leaves it: he could take the board away from under the run."""
    runtime = tmp_path / "run"
    runtime.mkdir()
    os.chown(runtime, 4711, 4711)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    board().note("a")
    assert "a" in read(board())
    assert (said, list(runtime.iterdir()), folder().exists()) == ([], [], True)


def test_a_full_disk_is_said(
    board: Callable[..., AssertedStages], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no reason to fail a check."""

    def full(_file: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    board().note("a")
    assert "No space left on device" in said[0]


def test_a_machine_without_a_temporary_folder_is_said(
    board: Callable[..., AssertedStages], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read-only container may have none."""

    def none() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    assert board().noted() is None
    assert "(No usable temporary directory found)" in said[0]


def test_a_file_that_is_taken_away_while_it_is_opened_is_made_again(
    board: Callable[..., AssertedStages], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else this process would write where nobody reads."""
    taken: list[Path] = []
    share = asserted_stages._share  # noqa: SLF001 - the instant between opening and holding

    def taking(file: int) -> None:
        if not taken:
            taken.extend(folder().iterdir())
            taken[0].unlink()
        share(file)

    monkeypatch.setattr(asserted_stages, "_share", taking)
    board().note("a")
    assert taken[0].exists()
    assert "a" in read(board())
