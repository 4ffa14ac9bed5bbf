"""A file, replaced as a whole: a reader sees the old text or the new one, never half of it."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from typing import TYPE_CHECKING, Final

from apigw_client_cert.errors import AccessDenied, BadInput, NeedsOperator

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A certificate is public, and the backend that reads it is seldom the user that runs Pulumi.
_MODE: Final = 0o644
# Who may read a file beside its mode: acl(5), selinux(8). With an access control list the group's bits are a mask.
_ACCESS: Final = ("system.posix_acl_access", "security.selinux")
#: How much of the name a temporary file bears: with the rest it must fit into the 255 bytes of a file name.
_SHOWN_NAME: Final = 40


class FileTarget:
    """One file, UTF-8, line ends as given.

    An existing file keeps its mode, its access control list, its SELinux label and, where the process may set it, its
    owner; a new one gets 0644. Where these cannot be kept and its readers would be locked out by that, the file is left
    as it is.
    A symbolic link stays: what it points to is replaced. A device, pipe or socket is refused. A relative path starts at
    the working directory, which for a Pulumi program is the project's folder. A process killed during ``write`` leaves
    a ``.NAME.*.tmp`` beside the file.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    @property
    def address(self) -> str:
        """``file PATH``, as the user wrote it."""
        return f"file {self._path}"

    def read(self) -> str | None:
        """The text; bytes that are no UTF-8 come as surrogates, which equal nothing that we ever wrote."""
        with (
            self._explained("read"),
            contextlib.suppress(FileNotFoundError),
        ):
            # Opening a pipe would wait for a writer for ever.
            self._guard_regular(self._path)
            with open(self._path, "rb") as file:  # noqa: PTH123 - paths stay text as the user wrote them
                return file.read().decode(errors="surrogateescape")
        return None

    def write(self, content: str) -> None:
        """Write beside it, flush to the disk, rename over it.

        Raises:
            BadInput: the folder is missing, or the path is a folder, a device, a pipe, a socket or a loop of links.
            AccessDenied: the process may not write there, or not in its owner's name.
            NeedsOperator: the disk is full or broken.
        """
        real = os.path.realpath(self._path)
        folder, name = os.path.split(real)
        with self._explained("written"):
            with contextlib.suppress(FileNotFoundError):
                # A loop of links comes out of realpath() as a link, which must not become a file: this raises ELOOP.
                self._guard_regular(real)
            try:
                descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name[:_SHOWN_NAME]}.", suffix=".tmp")
            except FileNotFoundError as error:
                raise BadInput(
                    f"the folder of {self.address} does not exist: {folder}",
                    means="Nothing was published there.",
                    remedy="Create the folder, or correct `path`.",
                    subject=self.address,
                ) from error
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content.encode())
                    file.flush()
                    self._dress(file.fileno(), real)
                    os.fsync(file.fileno())
                os.replace(temporary, real)  # noqa: PTH105 - as above
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)  # noqa: PTH108 - as above
                raise
            _sync_folder(folder)

    def _guard_regular(self, path: str) -> None:
        mode = os.stat(path).st_mode  # noqa: PTH116 - as above
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise BadInput(
                f"{self.address} is a device, a pipe or a socket, not a file",
                means="It is neither read nor written.",
                remedy="Correct `path`.",
                subject=self.address,
            )

    def _dress(self, descriptor: int, real: str) -> None:
        """Give the new file the mode and owner of the one that it replaces, or leave that one alone."""
        try:
            former = os.stat(real)  # noqa: PTH116 - as above
        except FileNotFoundError:
            os.fchmod(descriptor, _MODE)
            return
        # Before the mode: changing the owner clears set-id bits. Only root may give a file away; others may still
        # choose a group of theirs.
        for owner in (former.st_uid, -1):
            with contextlib.suppress(OSError):
                os.fchown(descriptor, owner, former.st_gid)
                break
        if _locked_out(former, os.fstat(descriptor)):
            raise AccessDenied(
                f"{self.address} belongs to another user or group, and its mode lets nobody else read it",
                means="A new file in its place would lock its readers out; nothing was published there.",
                remedy="Let the user that runs Pulumi own the file or belong to its group, or let everybody read it"
                " (chmod o+r): a certificate is public.",
                subject=self.address,
            )
        os.fchmod(descriptor, stat.S_IMODE(former.st_mode))
        self._keep_access(descriptor, real)

    def _keep_access(self, descriptor: int, real: str) -> None:
        """Copy what lets readers in beside the mode, and take off what the folder gave the new file by default."""
        wanted, made = _access_of(real), _access_of(descriptor)
        try:
            for name in made.keys() - wanted.keys():
                os.removexattr(descriptor, name)
            for name, value in wanted.items():
                if made.get(name) != value:
                    os.setxattr(descriptor, name, value)
        except OSError as error:
            raise AccessDenied(
                f"the access control list or the SELinux label of {self.address} cannot be kept: {error.strerror}",
                means="A new file in its place could lock its readers out; nothing was published there.",
                remedy="Let the user that runs Pulumi set them, or take them off (setfacl -b) and let everybody read"
                " the file (chmod o+r): a certificate is public.",
                subject=self.address,
            ) from error

    @contextlib.contextmanager
    def _explained(self, done: str) -> Iterator[None]:
        # A read comes before a write, and after it: what is there then is not known.
        means = "Nothing was published there." if done == "written" else "What it holds could not be seen."
        try:
            yield
        except (IsADirectoryError, NotADirectoryError) as error:
            raise BadInput(
                f"{self.address} cannot be {done}: a folder is where a file should be, or the reverse",
                means=means,
                remedy="Correct `path`.",
                subject=self.address,
            ) from error
        except PermissionError as error:
            raise AccessDenied(
                f"{self.address} cannot be {done}: permission denied",
                means=means,
                remedy="Let the user that runs Pulumi write to the file and its folder.",
                subject=self.address,
            ) from error
        except OSError as error:
            if error.errno in {errno.ELOOP, errno.ENAMETOOLONG}:
                raise BadInput(
                    f"{self.address} cannot be {done}: {error.strerror}",
                    means=means,
                    remedy="Correct `path`.",
                    subject=self.address,
                ) from error
            raise NeedsOperator(
                f"{self.address} cannot be {done}: {error.strerror}",
                means=means,
                remedy="Mend the file system, then run again.",
                subject=self.address,
            ) from error


def _access_of(file: str | int) -> dict[str, bytes]:
    """What lets readers in beside the mode; nothing where the platform or the file system has no such thing."""
    found: dict[str, bytes] = {}
    for name in _ACCESS if hasattr(os, "getxattr") else ():
        with contextlib.suppress(OSError):
            found[name] = os.getxattr(file, name)
    return found


def _locked_out(former: os.stat_result, made: os.stat_result) -> bool:
    """Whether the former file's owner (root reads everything) or its group could not read the one made for it."""
    if former.st_mode & stat.S_IROTH:
        return False
    group = made.st_gid != former.st_gid and bool(former.st_mode & stat.S_IRGRP)
    return group or former.st_uid not in {made.st_uid, 0}


def _sync_folder(folder: str) -> None:
    """Without it a power cut may undo the rename; some file systems cannot, and the content is safe anyway."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
