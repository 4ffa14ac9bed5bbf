"""A file is replaced as a whole, and stays what it was otherwise."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.gateway.connection import Connection
from apigw_client_cert.publish.targets import target_for

if TYPE_CHECKING:
    from pathlib import Path

    from apigw_client_cert.publish.interface import Target


def target(path: Path | str) -> Target:
    """As the lifecycle makes it."""
    return target_for({"type": "file", "path": str(path)}, Connection())


def mode(path: Path) -> int:
    """Permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("content", ["", "one\n", "CRLF\r\nkept\r\n", "no newline", "ü\n"])
def test_what_is_written_is_read_to_the_byte(tmp_path: Path, content: str) -> None:
    """No line end is translated; nothing else is left in the folder."""
    place = target(tmp_path / "pins.pem")
    assert place.read() is None
    place.write("before")
    place.write(content)
    assert place.read() == content
    assert (tmp_path / "pins.pem").read_bytes() == content.encode()
    assert os.listdir(tmp_path) == ["pins.pem"]  # noqa: PTH208 - names are enough


def test_a_new_file_may_be_read_by_the_backend(tmp_path: Path) -> None:
    """Whatever the umask: a certificate is public."""
    former = os.umask(0o077)
    try:
        target(tmp_path / "pins.pem").write("x")
    finally:
        os.umask(former)
    assert mode(tmp_path / "pins.pem") == 0o644


def test_an_existing_file_keeps_its_mode(tmp_path: Path) -> None:
    """Somebody chose it."""
    file = tmp_path / "pins.pem"
    file.write_text("old")
    file.chmod(0o640)
    target(file).write("new")
    assert mode(file) == 0o640


def test_a_reader_that_has_it_open_keeps_the_old_text(tmp_path: Path) -> None:
    """The file is replaced, not rewritten."""
    file = tmp_path / "pins.pem"
    file.write_text("old")
    with file.open() as reader:
        target(file).write("new")
        assert reader.read() == "old"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """Making it would hide a typing error."""
    with pytest.raises(errors.BadInput, match=r"folder .* does not exist"):
        target(tmp_path / "nowhere" / "pins.pem").write("x")
    assert target(tmp_path / "nowhere" / "pins.pem").read() is None


def test_a_file_where_a_folder_should_be_is_named(tmp_path: Path) -> None:
    """NotADirectory is the user's path, not the disk's fault."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(errors.BadInput):
        target(tmp_path / "file" / "pins.pem").read()


def test_bytes_that_are_no_text_equal_nothing_we_wrote(tmp_path: Path) -> None:
    """Somebody else's file is read, not choked on."""
    (tmp_path / "pins.pem").write_bytes(b"\xff\xfe")
    content = target(tmp_path / "pins.pem").read()
    assert content is not None
    assert content not in {"", "\ufffd\ufffd"}


def test_an_unreadable_place_is_not_said_to_be_unpublished(tmp_path: Path) -> None:
    """A read comes after each write, too: what the place holds then is not known (invariant 13)."""
    with pytest.raises(errors.BadInput) as refused:
        target_for({"type": "file", "path": str(tmp_path)}, Connection()).read()
    assert refused.value.means == "What it holds could not be seen."
