"""The components that one engine run constructs now: one that failed waits with its error for the others.

The engine begins nothing more once it knows of an error, and the others may still have stages to look after: in this
process or, where a provider is explicit, in another one.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apigw_client_cert.lifecycle.engine_run import Board

_BEGUN: Final = "constructing."
_ENDED: Final = "constructed."
# Between two looks at what other processes note.
_PAUSE_SECONDS: Final = 0.2


class UnderWay:
    """How many there are. Thread-safe."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0
        self._board: Board | None = None

    def share(self, board: Board) -> None:
        """Tell the other processes of this engine run from now on, and ask them."""
        self._board = board

    @contextlib.contextmanager
    def one_more(self) -> Iterator[None]:
        """Until the end of the block, in which a component registers its children and learns what became of them."""
        entry = f"{os.getpid()}.{secrets.token_hex(8)}"
        with self._changed:
            self._count += 1
        try:
            self._note(f"{_BEGUN}{entry}")
            yield
        finally:
            self._note(f"{_ENDED}{entry}")
            with self._changed:
                self._count -= 1
                self._changed.notify_all()

    def wait_for_others(self, stop: threading.Event) -> None:
        """Until none is under way, or the run is cancelled.

        Whoever waits is not under way, so two that failed do not wait for each other.
        """
        while not stop.is_set():
            with self._changed:
                self._changed.wait_for(lambda: self._count == 0)
            if not self._elsewhere():
                return
            stop.wait(_PAUSE_SECONDS)

    def _note(self, entry: str) -> None:
        if self._board is not None:
            self._board.note(entry)

    def _elsewhere(self) -> bool:
        """Whether another process that lives has begun one and not ended it; where that cannot be told, no."""
        noted = (self._board.noted() if self._board is not None else None) or ()
        ended = {one.removeprefix(_ENDED) for one in noted if one.startswith(_ENDED)}
        begun = {one.removeprefix(_BEGUN) for one in noted if one.startswith(_BEGUN)}
        return any(_lives(int(one.partition(".")[0])) for one in begun - ended)


def _lives(process: int) -> bool:
    if os.name == "nt":  # pragma: no cover - there the question itself would end it
        return True
    try:
        os.kill(process, 0)
    except OSError:  # gone, or somebody else's by now
        return False
    return True


UNDER_WAY: Final = UnderWay()
