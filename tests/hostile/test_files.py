"""File targets in odd places: what is no file is refused, links stay, and nothing is left behind."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apigw_client_cert import errors
from tests.hostile.audit import audited_error
from tests.hostile.file_targets import NEW, OLD, refused, target, tree
from tests.hostile.odd import TEXTS, fewer, texts


def test_any_path_is_written_or_refused_without_a_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative paths of every kind: one file more and exactly this text in it, or a tree that is as it was."""
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    (deep / "file").write_text("x")
    (deep / "loop").symlink_to("loop")
    monkeypatch.chdir(deep)
    relative = (st.sampled_from([*TEXTS, "file/x", "loop", "loop/x", "c" * 255, "ü" * 127]) | texts).filter(
        lambda text: not text.startswith("/") and ".." not in text.replace("../../etc", "")
    )

    @fewer
    @given(relative)
    def holds(path: str) -> None:
        before = tree(tmp_path)
        try:
            place = target(path)
            found = place.read()
            place.write(NEW)
        except errors.RotationError as error:
            audited_error(error)
            assert tree(tmp_path) == before
        else:
            assert place.read() == NEW
            assert len(tree(tmp_path)) == len(before) + (found is None)

    holds()


@pytest.mark.parametrize("length", [200, 250, 255])
def test_a_name_as_long_as_the_file_system_takes_is_written(tmp_path: Path, length: int) -> None:
    """The temporary file beside it has a shorter one."""
    target(tmp_path / ("n" * length)).write(NEW)
    assert (tmp_path / ("n" * length)).read_text() == NEW


@pytest.mark.parametrize("name", ["n" * 256, "ü" * 128, "a/" * 2100 + "x"])
def test_a_name_too_long_for_the_file_system_is_the_paths_fault(tmp_path: Path, name: str) -> None:
    """Reading it is refused as writing is, and not with advice to mend a disk."""
    with pytest.raises(errors.BadInput) as caught:
        target(tmp_path / name).read()
    assert "`path`" in str(caught.value)
    assert tree(tmp_path) == {}


class TestLinks:
    """What a link points to is replaced, wherever that is: whoever made the link chose the layout."""

    @pytest.fixture
    def layout(self, tmp_path: Path) -> Path:
        """A release folder, and a link to its file through another link."""
        (tmp_path / "release-7").mkdir()
        (tmp_path / "release-7" / "pins.pem").write_text(OLD)
        (tmp_path / "current").symlink_to("release-7")
        (tmp_path / "pins.pem").symlink_to("current/pins.pem")
        return tmp_path

    def test_a_chain_of_links_stays_and_its_end_is_replaced(self, layout: Path) -> None:
        """Relative links, to a folder and to a file; no temporary file in either folder."""
        before = tree(layout)
        target(layout / "pins.pem").write(NEW)
        after = tree(layout)
        assert {key for key in before if before[key] != after[key]} == {"release-7/pins.pem"}
        assert after.keys() == before.keys()
        assert (layout / "pins.pem").read_text() == NEW

    def test_a_link_to_nothing_is_filled_where_it_points(self, layout: Path) -> None:
        """The first publication into a layout that was prepared for it."""
        (layout / "release-7" / "pins.pem").unlink()
        assert target(layout / "pins.pem").read() is None
        target(layout / "pins.pem").write(NEW)
        assert (layout / "release-7" / "pins.pem").read_text() == NEW
        assert (layout / "pins.pem").is_symlink()

    def test_a_link_into_a_missing_folder_names_that_folder(self, layout: Path) -> None:
        """Making it would hide that a release is gone."""
        (layout / "current").unlink()
        (layout / "current").symlink_to("release-8")
        assert "release-8" in refused(errors.BadInput, layout, layout / "pins.pem")

    def test_a_loop_of_links_is_refused_and_stays(self, layout: Path) -> None:
        """It resolves to itself, and must not become a file."""
        (layout / "a").symlink_to("b")
        (layout / "b").symlink_to("a")
        with pytest.raises(errors.BadInput, match="Correct `path`"):
            target(layout / "a").read()
        assert "Correct `path`" in refused(errors.BadInput, layout, layout / "a")

    def test_a_link_to_a_folder_is_refused(self, layout: Path) -> None:
        """As the folder itself is."""
        refused(errors.BadInput, layout, layout / "current")


def test_a_hard_link_is_left_with_the_old_text(tmp_path: Path) -> None:
    """A file is replaced, not rewritten: another name of it is another file from then on."""
    (tmp_path / "pins.pem").write_text(OLD)
    (tmp_path / "other").hardlink_to(tmp_path / "pins.pem")
    target(tmp_path / "pins.pem").write(NEW)
    assert (tmp_path / "other").read_text() == OLD


class TestNoFile:
    """A device, a pipe or a socket is refused, at once and before it is opened."""

    def test_a_pipe(self, tmp_path: Path) -> None:
        """Opening it would wait for a writer for ever."""
        os.mkfifo(tmp_path / "pins.pem")
        with pytest.raises(errors.BadInput, match="a device, a pipe or a socket"):
            target(tmp_path / "pins.pem").read()
        refused(errors.BadInput, tmp_path, tmp_path / "pins.pem")

    def test_a_device(self) -> None:
        """Root would replace /dev/null by a file, and break the machine."""
        for path in ("/dev/null", "/dev/zero", "/dev/full"):
            with pytest.raises(errors.BadInput, match="a device, a pipe or a socket"):
                target(path).read()
            with pytest.raises(errors.BadInput, match="a device, a pipe or a socket"):
                target(path).write(NEW)
            assert stat.S_ISCHR(Path(path).stat().st_mode)

    def test_a_socket_behind_a_link(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A link changes nothing."""
        monkeypatch.chdir(tmp_path)  # a socket's name may hold 107 bytes
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("socket")
            (tmp_path / "pins.pem").symlink_to("socket")
            refused(errors.BadInput, tmp_path, tmp_path / "pins.pem")

    def test_a_folder(self, tmp_path: Path) -> None:
        """With something in it, which stays."""
        (tmp_path / "pins.pem").mkdir()
        (tmp_path / "pins.pem" / "x").write_text("x")
        assert "a folder is where a file should be" in refused(errors.BadInput, tmp_path, tmp_path / "pins.pem")
