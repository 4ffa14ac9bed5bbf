"""The plugin process: a port number on stdout, then calls until the engine is gone."""

from __future__ import annotations

import os
import signal
import sys
import threading
from concurrent import futures
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final

import grpc  # type: ignore[import-untyped]  # grpcio ships no types
from pulumi.runtime.proto import provider_pb2_grpc

from apigw_client_cert.native.engine import EngineLog
from apigw_client_cert.native.peers import Refusing

if TYPE_CHECKING:
    from collections.abc import Callable

    from apigw_client_cert.native.servicer import Servicer

# Threads are made as they are needed. Each component of a program holds one until all of its children are done, whose
# calls come here as well: with as many components as threads none of them would ever end.
THREADS: Final = 10_000
# State holds whole PEMs, and a bundle may name many rotations: the engine's own limit (sdk/go/common/util/rpcutil).
_MESSAGE_BYTES: Final = 400 * 1024 * 1024
_WATCH_SECONDS: Final = 1.0
# botocore's read timeout and some: a call that was begun may end (cancel stops between AWS calls, never inside one).
_GRACE_SECONDS: Final = 40.0


def main() -> None:
    """Serve until the engine ends this process, or is gone itself; answer a person who asks what this is."""
    if not {"-h", "--help", "--version"}.isdisjoint(sys.argv[1:]):
        from apigw_client_cert.native.command_line import answer  # noqa: PLC0415 - the engine never asks

        answer(sys.argv[1:])
        return
    parent = os.getppid()
    # No threading.Event: its lock is not reentrant, and a handler that interrupts wait() could wait for it for ever.
    # SimpleQueue.put may interrupt anything (https://docs.python.org/3/library/queue.html#simplequeue-objects).
    stopping: SimpleQueue[None] = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.put(None))
    log = EngineLog()
    if len(sys.argv) > 1:
        # Flags such as --logtostderr may come first; the address is the last (docs/pulumi.md §3.1).
        log.connect(sys.argv[-1])
    loading = _Loading(log)
    server, port = serve(loading)
    # Any other line before this one would end the plugin.
    print(port, flush=True)  # noqa: T201 - how the engine learns the port
    # While the engine connects.
    servicer = loading.servicer()
    # Killing the CLI leaves its plugins alive (docs/pulumi.md §3.1).
    while os.getppid() == parent and not _arrived(stopping):
        pass
    servicer.cancel()
    server.stop(_GRACE_SECONDS).wait()
    servicer.close()


def _arrived(signals: SimpleQueue[None]) -> bool:
    """Whether a signal came before the parent has to be looked for again."""
    try:
        signals.get(timeout=_WATCH_SECONDS)
    except Empty:
        return False
    return True


def serve(servicer: Servicer | _Loading) -> tuple[grpc.Server, int]:
    """Start to answer on a free port of this machine; the caller stops it."""
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=THREADS),
        options=[("grpc.max_receive_message_length", _MESSAGE_BYTES), ("grpc.max_send_message_length", _MESSAGE_BYTES)],
    )
    port = server.add_insecure_port("127.0.0.1:0")
    answering: Any = Refusing(servicer, port)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(answering, server)
    server.start()
    return server, port


class _Loading:
    """Stands for the servicer, which is imported while the engine connects; the first calls wait for it."""

    def __init__(self, log: EngineLog) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._servicer: Servicer | None = None

    def servicer(self) -> Servicer:
        """The one servicer of this process."""
        with self._lock:
            if self._servicer is None:
                from apigw_client_cert.native.servicer import Servicer  # noqa: PLC0415 - after the port is printed

                self._servicer = Servicer(log=self._log)
            return self._servicer

    def __getattr__(self, name: str) -> Callable[[Any, Any], Any]:
        return lambda request, context: getattr(self.servicer(), name)(request, context)  # noqa: PLW0108 - not before the call


if __name__ == "__main__":
    main()
