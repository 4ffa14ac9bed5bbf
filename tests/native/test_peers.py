"""Other users of the machine and the plugin's port: whom the platform shows is refused, and nobody else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import grpc  # type: ignore[import-untyped]  # grpcio ships no types
import pytest
from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]  # protobuf ships no types
from pulumi.runtime.proto import provider_pb2_grpc

from apigw_client_cert.native.peers import stranger
from apigw_client_cert.native.server import serve
from apigw_client_cert.native.servicer import Servicer

if TYPE_CHECKING:
    from collections.abc import Iterator

SOMEBODY = 54321
OURS = os.geteuid()
HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
# Ours is 0BB8 (3000), the peer's 1F90 (8080), as a little-endian machine writes them.
LISTENING = ("0100007F:0BB8", "00000000:0000", "0A", OURS)
ACCEPTED = ("0100007F:0BB8", "0100007F:1F90", "01", OURS)
PEER = "ipv4:127.0.0.1:8080"
WORDS = "0000000000000000FFFF0000"
CALL = """
import os
import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2_grpc

def call(port):
    with grpc.insecure_channel(f"127.0.0.1:{{port}}") as channel:
        try:
            return provider_pb2_grpc.ResourceProviderStub(channel).GetPluginInfo(Empty()).version
        except grpc.RpcError as error:
            return f"{{error.code().name}} {{error.details()}}"

call(1)  # gRPC loads the rest of itself, which a clone in a folder of root's own shows nobody else
os.setuid({uid})
print(call({port}))
"""

little_endian = pytest.mark.skipif(sys.byteorder != "little", reason="the table's addresses are the machine's")
linux = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells whose a socket is")


def table(folder: Path, *rows: tuple[str, str, str, int], name: str = "tcp") -> Path:
    """A table of sockets, as proc(5) has it."""
    lines = [f"   0: {here} {there} {state} 0:0 00:0 0 {uid:8d} 0 1 1\n" for here, there, state, uid in rows]
    (folder / name).write_text(HEAD + "".join(lines))
    return folder


@little_endian
@pytest.mark.parametrize(
    ("state", "uid", "refused"),
    [("01", SOMEBODY, SOMEBODY), ("01", OURS, None), ("01", 0, None), ("06", SOMEBODY, None)],
    ids=["somebody", "ourselves", "root", "a socket that nobody holds any more"],
)
def test_only_another_user_who_is_seen_is_a_stranger(tmp_path: Path, state: str, uid: int, refused: int | None) -> None:
    """By the other end's own line, not by ours."""
    folder = table(tmp_path, LISTENING, ACCEPTED, ("0100007F:1F90", "0100007F:0BB8", state, uid))
    assert stranger(PEER, 3000, folder) == refused


@little_endian
def test_a_socket_of_ipv6_that_calls_over_ipv4_is_seen_too(tmp_path: Path) -> None:
    """It stands in the other table; so does the port itself, which gRPC opens so."""
    table(tmp_path, ACCEPTED)
    rows = [LISTENING, ("0100007F:1F90", "0100007F:0BB8", "01", SOMEBODY)]
    folder = table(tmp_path, *((WORDS + here, WORDS + there, *more) for here, there, *more in rows), name="tcp6")  # type: ignore[arg-type]  # a star's length
    assert stranger(PEER, 3000, folder) == SOMEBODY


@little_endian
@pytest.mark.parametrize("listening", [None, (*LISTENING[:3], OURS + 1)], ids=["hidden", "another's"])
def test_a_table_that_does_not_show_our_own_socket_as_ours_accuses_nobody(
    tmp_path: Path, listening: tuple[str, str, str, int] | None
) -> None:
    """Some kernels' emulators know no owners, and a container's table may speak of other numbers."""
    rows = [one for one in (listening, ACCEPTED, ("0100007F:1F90", "0100007F:0BB8", "01", SOMEBODY)) if one]
    assert stranger(PEER, 3000, table(tmp_path, *rows)) is None


@pytest.mark.parametrize("peer", ["ipv4:127.0.0.1:8080", "unix:", "ipv6:[::1]:8080", ""])
def test_where_nothing_tells_nobody_is_refused(tmp_path: Path, peer: str) -> None:
    """macOS, Windows, no /proc."""
    assert stranger(peer, 3000, tmp_path) is None


@pytest.fixture
def port() -> Iterator[int]:
    """A plugin's."""
    servicer = Servicer()
    server, port = serve(servicer)
    yield port
    server.stop(None).wait()
    servicer.close()


@linux
def test_whoever_runs_pulumi_is_served(port: int) -> None:
    """Over a real connection."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        assert provider_pb2_grpc.ResourceProviderStub(channel).GetPluginInfo(Empty()).version


@linux
@pytest.mark.skipif(OURS != 0, reason="only root may become somebody else")
def test_another_user_of_the_machine_is_refused(port: int) -> None:
    """By the real table; the words name both."""
    program = CALL.format(uid=SOMEBODY, port=port)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.startswith(f"PERMISSION_DENIED This plugin serves the user who runs Pulumi (uid {OURS})"), done
