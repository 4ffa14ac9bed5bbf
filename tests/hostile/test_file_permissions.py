"""File targets that cannot be written: the old text stays, nothing is left behind, and the message says what to do."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import stat
import struct
import subprocess
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.publish.file import _locked_out
from tests.hostile.audit import audited_error
from tests.hostile.file_targets import NEW, OLD, refused, target, tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")


@contextlib.contextmanager
def somebody() -> Iterator[None]:
    """Without root's privileges, where the tests have them."""
    if os.geteuid() != 0:
        yield
        return
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


@pytest.fixture
def open_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that somebody without privileges can reach and owns."""
    above = [tmp_path, *tmp_path.parents]
    opened = [one for one in above if one.stat().st_uid == os.geteuid() and not one.stat().st_mode & stat.S_IXOTH]
    modes = {one: stat.S_IMODE(one.stat().st_mode) for one in opened}
    for one in opened:
        one.chmod(modes[one] | stat.S_IXOTH)
    folder = tmp_path / "folder"
    folder.mkdir()
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    yield folder
    folder.chmod(0o755)
    for one, mode in modes.items():
        one.chmod(mode)


class TestPermissions:
    """What the process may not do is said, and nothing is done by halves."""

    def test_a_folder_that_may_not_be_written(self, open_folder: Path) -> None:
        """The file itself could be written in place, but a reader would see half of it."""
        (open_folder / "pins.pem").write_text(OLD)
        open_folder.chmod(0o555)
        with somebody():
            assert target(open_folder / "pins.pem").read() == OLD
            text = refused(errors.AccessDenied, open_folder, open_folder / "pins.pem")
        assert "Let the user that runs Pulumi write to the file and its folder" in text

    def test_a_folder_that_may_not_be_entered(self, open_folder: Path) -> None:
        """It is not called missing."""
        (open_folder / "inner").mkdir()
        (open_folder / "inner").chmod(0)
        with somebody(), pytest.raises(errors.AccessDenied) as caught:
            target(open_folder / "inner" / "pins.pem").write(NEW)
        (open_folder / "inner").chmod(0o755)
        assert "permission denied" in str(audited_error(caught.value))

    @as_root
    def test_a_file_that_may_not_be_read(self, open_folder: Path) -> None:
        """Whether it is ours cannot be known: a bundle reads before it writes, so it is not replaced."""
        (open_folder / "pins.pem").write_text(OLD)
        (open_folder / "pins.pem").chmod(0o600)
        with somebody(), pytest.raises(errors.AccessDenied):
            target(open_folder / "pins.pem").read()

    @as_root
    def test_a_file_of_another_group_that_nobody_else_may_read_stays(self, open_folder: Path) -> None:
        """A new one would have our group, and the backend could not read it any more."""
        (open_folder / "pins.pem").write_text(OLD)
        os.chown(open_folder / "pins.pem", NOBODY, 4711)
        (open_folder / "pins.pem").chmod(0o640)
        with somebody(), pytest.raises(errors.AccessDenied, match=r"chmod o\+r") as caught:
            target(open_folder / "pins.pem").write(NEW)
        audited_error(caught.value)
        assert tree(open_folder) == {"pins.pem": ("-rw-r-----", NOBODY, 4711, OLD.encode())}

    @as_root
    def test_a_file_of_another_owner_that_everybody_may_read_is_replaced(self, open_folder: Path) -> None:
        """Its readers lose nothing; the new one belongs to who runs Pulumi."""
        (open_folder / "pins.pem").write_text(OLD)
        (open_folder / "pins.pem").chmod(0o644)
        with somebody():
            target(open_folder / "pins.pem").write(NEW)
        assert tree(open_folder) == {"pins.pem": ("-rw-r--r--", NOBODY, NOBODY, NEW.encode())}

    @as_root
    def test_root_keeps_the_owner(self, open_folder: Path) -> None:
        """And the mode, so that the backend's user goes on reading."""
        (open_folder / "pins.pem").write_text(OLD)
        os.chown(open_folder / "pins.pem", NOBODY, 4711)
        (open_folder / "pins.pem").chmod(0o640)
        target(open_folder / "pins.pem").write(NEW)
        assert tree(open_folder) == {"pins.pem": ("-rw-r-----", NOBODY, 4711, NEW.encode())}

    @as_root
    def test_another_users_file_in_a_sticky_folder_stays(self, open_folder: Path) -> None:
        """The shared folder of a machine: only its owner may replace a file."""
        os.chown(open_folder, 0, 0)
        open_folder.chmod(0o1777)
        (open_folder / "pins.pem").write_text(OLD)
        with somebody():
            refused(errors.AccessDenied, open_folder, open_folder / "pins.pem")


def _status(mode: int, uid: int, gid: int) -> os.stat_result:
    return os.stat_result((mode, 0, 0, 1, uid, gid, 0, 0, 0, 0))


@pytest.mark.parametrize(
    ("mode", "former", "made", "locked"),
    [
        (0o644, (5, 6), (7, 8), False),
        (0o640, (5, 6), (5, 6), False),
        (0o640, (5, 6), (5, 8), True),
        (0o640, (5, 6), (7, 6), True),
        (0o640, (0, 6), (7, 6), False),
        (0o600, (0, 6), (7, 8), False),
        (0o600, (5, 6), (7, 6), True),
    ],
)
def test_who_would_be_locked_out(mode: int, former: tuple[int, int], made: tuple[int, int], *, locked: bool) -> None:
    """The group by its right to read, the owner unless it is root, nobody where everybody may read."""
    assert _locked_out(_status(mode, *former), _status(mode, *made)) is locked


def mount(*arguments: str) -> None:
    """Mount something, or skip the test where this process may not."""
    done = subprocess.run(["mount", *arguments], capture_output=True, check=False)  # noqa: S607 - wherever it is
    if done.returncode != 0:
        pytest.skip("this process may not mount a file system of its own")


@contextlib.contextmanager
def no_room(folder: Path, way: str) -> Iterator[None]:
    """Within it, the folder takes a few kilobytes more and then fails, as a real file system does."""
    if way == "limit":
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        return
    options = "size=12k" if way == "blocks" else "nr_inodes=2"
    mount("-t", "tmpfs", "-o", options, "none", str(folder))
    try:
        (folder / "pins.pem").write_text(OLD)
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)  # noqa: S607 - as above


@pytest.mark.parametrize("way", ["limit", "blocks", "inodes"])
def test_a_full_disk_leaves_the_old_text_and_nothing_beside_it(tmp_path: Path, way: str) -> None:
    """Full of blocks, full of files, or a limit on the process: found while writing beside the file."""
    (tmp_path / "pins.pem").write_text(OLD)
    with no_room(tmp_path, way):
        text = refused(errors.NeedsOperator, tmp_path, tmp_path / "pins.pem")
        if way == "inodes":
            (tmp_path / "pins.pem").unlink()
        assert target(tmp_path / "pins.pem").read() == (None if way == "inodes" else OLD)
    assert "Mend the file system, then run again" in text
    target(tmp_path / "pins.pem").write(NEW)


@as_root
def test_a_file_that_is_mounted_by_itself_cannot_be_replaced(tmp_path: Path) -> None:
    """Containers do that with single files: mount the folder instead."""
    for name in ("pins.pem", "outside"):
        (tmp_path / name).write_text(OLD)
    mount("--bind", str(tmp_path / "outside"), str(tmp_path / "pins.pem"))
    try:
        text = refused(errors.NeedsOperator, tmp_path, tmp_path / "pins.pem")
    finally:
        subprocess.run(["umount", tmp_path / "pins.pem"], check=True)  # noqa: S607 - as above
    assert "busy" in text


def _acl(*entries: tuple[int, int, int]) -> bytes:
    """An access control list as Linux keeps it: version 2, then tag, rights and id of each entry."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *one) for one in entries)


NO_ID = 0xFFFFFFFF
# The owner may write, nobody (65534) may read, and others may not: the mode alone says 0640.
FOR_NOBODY = _acl((0x01, 6, NO_ID), (0x02, 4, NOBODY), (0x04, 0, NO_ID), (0x10, 4, NO_ID), (0x20, 0, NO_ID))
ACL = "system.posix_acl_access"


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A file that one user besides its owner may read, by its access control list."""
    file = tmp_path / "trust.pem"
    file.write_text(OLD)
    file.chmod(0o600)
    try:
        os.setxattr(file, ACL, FOR_NOBODY)
    except OSError:
        pytest.skip("this file system has no access control lists")
    return file


def test_an_access_control_list_stays(listed: Path) -> None:
    """Whoever it lets in reads the new text, and nobody else."""
    target(listed).write(NEW)
    assert (listed.read_text(), os.getxattr(listed, ACL)) == (NEW, FOR_NOBODY)


def test_a_list_that_the_folder_gives_to_new_files_changes_no_rights(tmp_path: Path, listed: Path) -> None:
    """The file that is replaced had none: its readers stay who they were."""
    os.removexattr(listed, ACL)
    listed.chmod(0o640)
    os.setxattr(tmp_path, "system.posix_acl_default", FOR_NOBODY)
    target(listed).write(NEW)
    assert (stat.S_IMODE(listed.stat().st_mode), ACL in os.listxattr(listed)) == (0o640, False)


def test_a_list_that_cannot_be_kept_leaves_the_file_as_it_is(listed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its readers would be locked out after a success; the error names the way out, which works."""

    def denied(*_arguments: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "setxattr", denied)
    with pytest.raises(errors.AccessDenied, match="access control list") as error:
        target(listed).write(NEW)
    audited_error(error.value)
    assert listed.read_text() == OLD
    assert [path.name for path in listed.parent.iterdir()] == [listed.name]
    os.removexattr(listed, ACL)
    listed.chmod(0o644)
    target(listed).write(NEW)
    assert listed.read_text() == NEW
