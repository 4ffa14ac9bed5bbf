"""The components that this process constructs now: one that failed waits with its error for the others.

The engine begins nothing more once it knows of an error, and the others may still have stages to look after.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator


class UnderWay:
    """How many there are. Thread-safe."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0

    @contextlib.contextmanager
    def one_more(self) -> Iterator[None]:
        """Until the end of the block, in which a component registers its children and learns what became of them."""
        with self._changed:
            self._count += 1
        try:
            yield
        finally:
            with self._changed:
                self._count -= 1
                self._changed.notify_all()

    def wait_for_others(self) -> None:
        """Until none is under way; whoever waits is not, so two that failed do not wait for each other."""
        with self._changed:
            self._changed.wait_for(lambda: self._count == 0)


UNDER_WAY: Final = UnderWay()
