"""A WebSocket that was opened before its certificate was withdrawn, and what each server needs to have one."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

from acceptance.servers.apache import Apache, ApacheEvent
from acceptance.servers.application import HOST
from acceptance.servers.go import GoAskingEachRequest
from acceptance.servers.haproxy import Haproxy
from acceptance.servers.nginx import Nginx
from acceptance.servers.node import Node
from acceptance.servers.python import PythonAskingEachRequest
from tests.backends.client import TIMEOUT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from acceptance.servers.backend import Backend
    from tests.backends.client import Identity

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
OPENING = f"""GET /socket HTTP/1.1
Host: localhost
Connection: Upgrade
Upgrade: websocket
Sec-WebSocket-Version: 13
Sec-WebSocket-Key: {KEY}

""".replace("\n", "\r\n").encode("ascii")
# One masked frame of text, "on" (RFC 6455, section 5.2): it comes back as it is.
FRAME = bytes((0x81, 0x82, 0, 0, 0, 0)) + b"on"

_NODE = """server.on("upgrade", (request, socket) => {
  if (!fromApiGateway(request)) { socket.destroy(); return; }
  socket.write("HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n\\r\\n");
  socket.pipe(socket);
});
"""
_GO = """asking := server.Handler
server.Handler = http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
    if request.Header.Get("Upgrade") == "" || !fromApiGateway(request, current.Load().ClientCAs) {
        asking.ServeHTTP(response, request)
        return
    }
    connection, buffered, _ := response.(http.Hijacker).Hijack()
    connection.Write([]byte("HTTP/1.1 101 Switching Protocols\\r\\n"))
    connection.Write([]byte("Connection: Upgrade\\r\\nUpgrade: websocket\\r\\n\\r\\n"))
    buffered.WriteTo(connection)
})
"""
_APACHE = {"paths": "ProxyPass /socket http://@APPLICATION@/socket upgrade=websocket"}
_LIMIT = "2s"
#: What stands beside our lines so that the server has a WebSocket; every handler asks before it accepts one.
SERVERS: Mapping[type[Backend], Mapping[str, str]] = {
    Nginx: {
        "server": """location /socket {
            proxy_pass http://@APPLICATION@;
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection upgrade;
        }"""
    },
    Haproxy: {},
    Apache: _APACHE,
    ApacheEvent: _APACHE,
    Node: {"program": _NODE},
    PythonAskingEachRequest: {},
    GoAskingEachRequest: {"program": _GO},
}
#: What limits it after a reload, by the page.
LIMITS: Mapping[type[Backend], Mapping[str, str]] = {
    Nginx: {**SERVERS[Nginx], "main": f"worker_shutdown_timeout {_LIMIT};"},
    Haproxy: {"global": f"    hard-stop-after {_LIMIT}\n"},
}


@contextlib.contextmanager
def opened(server: Backend, identity: Identity) -> Iterator[socket.socket | None]:
    """An open WebSocket; None where it was refused."""
    context = identity.context()
    with (
        socket.create_connection((HOST, server.port), TIMEOUT_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        said = b""
        with contextlib.suppress(OSError):
            connection.sendall(OPENING)
            while b"\r\n\r\n" not in said and (more := connection.recv(4096)):
                said += more
        yield connection if said.startswith(b"HTTP/1.1 101 ") else None


def echoed(connection: socket.socket) -> bool:
    """Whether a frame comes back."""
    with contextlib.suppress(OSError):
        connection.sendall(FRAME)
        said = b""
        while len(said) < len(FRAME) and (more := connection.recv(4096)):
            said += more
        return said == FRAME
    return False


def ended(connection: socket.socket) -> bool:
    """Whether the server ends it, waited for."""
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True
