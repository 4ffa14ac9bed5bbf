"""How long one request may take in all, through every socket operation that it makes."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

    from typing_extensions import Buffer


class Deadline:
    """So many seconds from now."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds that are left; raises ``TimeoutError`` when there are none."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return left


class TimedStream:
    """What ``http.client`` uses of a socket, under a deadline that each request sets anew.

    A socket's own timeout is per operation; a backend that drips one byte a second would never meet it.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.deadline = Deadline(0)

    def sendall(self, data: bytes) -> None:
        """Send everything."""
        self._sock.settimeout(self.deadline.remaining())
        self._sock.sendall(data)

    def recv_into(self, buffer: Buffer) -> int:
        """Receive at least one byte, or 0 at the end."""
        self._sock.settimeout(self.deadline.remaining())
        return self._sock.recv_into(buffer)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """A reader of one answer; closing it leaves the socket open."""
        return io.BufferedReader(_Raw(self))

    def close(self) -> None:
        """Leave the socket open: ``http.client`` closes early, while the answer is still to be read."""


class _Raw(io.RawIOBase):
    def __init__(self, stream: TimedStream) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        return self._stream.recv_into(buffer)
