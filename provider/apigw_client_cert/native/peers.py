"""Who is at the other end of a connection on this machine, as far as Linux tells: the engine, or another user.

The plugin's port is open to everybody on the machine, and Pulumi's protocol has no password: another user could have
files written and calls signed as whoever runs Pulumi. Linux names the owner of each TCP socket in /proc/net/tcp. Only a
stranger that is seen there is refused. Elsewhere, without /proc, and where the table does not even show our own socket
with our own uid, nobody is.
"""

from __future__ import annotations

import math
import os
import re
import socket
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import grpc  # type: ignore[import-untyped]  # grpcio ships no types

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PEER: Final = re.compile(r"ipv4:(\d+\.\d+\.\d+\.\d+):(\d+)")
# Of one connection: the engine keeps its own for the whole run, and while it does nobody else has its port.
_KNOWN_SECONDS: Final = 1.0
_HOST: Final = "127.0.0.1"
_ROOT: Final = 0
# include/net/tcp_states.h. The owner of a closing one may be gone already: it then shows as root's.
_ESTABLISHED: Final = "01"
_LISTENING: Final = "0A"
# What an IPv4 address looks like in a table of IPv6 sockets (::ffff:0:0/96), on this machine.
_MAPPED: Final = "0" * 16 + f"{struct.unpack('=I', bytes((0, 0, 255, 255)))[0]:08X}"
# A user namespace shows the sockets of all users that it does not map as this one's.
_WHOLE: Final = ["0", "0", "4294967295"]


class Refusing:
    """A servicer whose methods no other user of this machine reaches.

    Args:
        servicer: Answers.
        port: Where it does.
    """

    def __init__(self, servicer: Any, port: int) -> None:  # noqa: ANN401 - gRPC takes anything with the methods
        self._servicer = servicer
        self._port = port
        self._known: dict[str, float] = {}

    def __getattr__(self, name: str) -> Callable[[Any, Any], Any]:
        method = getattr(self._servicer, name)

        def answer(request: Any, context: Any) -> Any:  # noqa: ANN401 - gRPC ships no types
            uid = self._stranger(context.peer())
            if uid is not None:
                context.abort(
                    grpc.StatusCode.PERMISSION_DENIED,
                    f"This plugin serves the user who runs Pulumi (uid {os.geteuid()}), not uid {uid}.",
                )
            return method(request, context)

        return answer

    def _stranger(self, peer: str) -> int | None:
        """Who it is, looked up once a second: the table costs milliseconds, and the engine calls hundreds of times."""
        from apigw_client_cert.clock import monotonic  # noqa: PLC0415 - not before the port is printed

        now = monotonic()
        if now - self._known.get(peer, -math.inf) < _KNOWN_SECONDS:
            return None
        uid = stranger(peer, self._port)
        if uid is None:
            self._known[peer] = now
        return uid


def stranger(peer: str, port: int, tables: Path = Path("/proc/net")) -> int | None:
    """The uid of another user at the far end; None for our own, for root, and for whom the platform does not show.

    Args:
        peer: As gRPC names it.
        port: Ours.
        tables: Where ``tcp`` and ``tcp6`` are.
    """
    found = _PEER.fullmatch(peer)
    if found is None or not hasattr(os, "geteuid"):
        return None
    here, there = _address(_HOST, port), _address(found[1], int(found[2]))
    ours = os.geteuid()
    uids = {_ROOT, ours}
    if not _all_users_are_shown():
        uids.add(_overflow())
    # Either end may be a socket of IPv6 that speaks IPv4, as gRPC's own are.
    sockets = [*_sockets(tables / "tcp"), *_sockets(tables / "tcp6")]
    if (here, _LISTENING, ours) not in {(local, state, uid) for local, _, state, uid in sockets}:
        return None
    ends = (there, here, _ESTABLISHED)
    seen = [uid for local, remote, state, uid in sockets if (local, remote, state) == ends]
    return next((uid for uid in seen if uid not in uids), None)


def _address(host: str, port: int) -> str:
    return f"{struct.unpack('=I', socket.inet_aton(host))[0]:08X}:{port:04X}"


def _sockets(table: Path) -> Iterator[tuple[str, str, str, int]]:
    """Local address, remote address, state and uid of each, an IPv4 address as such; none where there is no table."""
    try:
        lines = table.read_text(encoding="ascii").splitlines()[1:]
    except (OSError, ValueError):
        return
    for line in lines:
        words = line.split()
        if len(words) > 7 and words[7].isdigit():  # noqa: PLR2004 - the columns of proc(5)
            yield words[1].removeprefix(_MAPPED), words[2].removeprefix(_MAPPED), words[3], int(words[7])


def _all_users_are_shown() -> bool:
    try:
        return Path("/proc/self/uid_map").read_text(encoding="ascii").split() == _WHOLE
    except (OSError, ValueError):
        return False


def _overflow() -> int:
    try:
        return int(Path("/proc/sys/kernel/overflowuid").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 65534
