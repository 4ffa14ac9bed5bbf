"""Standard output, whatever it is connected to."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys


def say(text: str) -> None:
    """Write text, with its line ends. Whoever has read enough closes the pipe: the rest goes nowhere, and is no error.

    What the encoding of the output does not have comes out escaped.

    Raises:
        OSError: it cannot be written: a disk that is full, or a standard output that is closed.
    """
    if sys.stdout is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        forget()


def forget() -> None:
    """Let what is still to be written go nowhere: the interpreter writes it when it ends, and would fail once more."""
    if sys.stdout is None:
        return
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(line: str) -> None:
    """A line on standard error, where that takes it."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"apigw-client-cert: {line}\n")
