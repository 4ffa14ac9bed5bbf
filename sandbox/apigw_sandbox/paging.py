"""Pages that stay right while items come and go between them."""

from __future__ import annotations

import base64
import binascii
import itertools
from typing import TYPE_CHECKING, TypeVar

from apigw_sandbox.api_errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DEFAULT_LIMIT = 25
MAX_LIMIT = 500

Item = TypeVar("Item")


class Pager:
    """Numbers items in the order first seen; a position is the number of the last item already returned.

    One that is deleted between two pages neither hides nor repeats another.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._next = itertools.count(1)

    def page(
        self, items: Sequence[Item], key: Callable[[Item], str], *, position: str | None, limit: str | None
    ) -> tuple[list[Item], str | None]:
        """One page and the position of the next, or None; raises ``BadRequest`` for a bad position or limit."""
        size = _size(limit)
        after = _decoded(position)
        rest = [item for item in items if self._number(key(item)) > after]
        here = rest[:size]
        more = len(rest) > size
        return here, _encoded(self._number(key(here[-1]))) if more else None

    def _number(self, name: str) -> int:
        if name not in self._numbers:
            self._numbers[name] = next(self._next)
        return self._numbers[name]


def _size(limit: str | None) -> int:
    if limit is None:
        return DEFAULT_LIMIT
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= MAX_LIMIT:
        # UNVERIFIED: AWS documents the maximum, not what it answers beyond it (docs/aws.md §1.1).
        raise BadRequest(f"limit must be between 1 and {MAX_LIMIT}, not {limit!r}")
    return int(limit)


def _encoded(number: int) -> str:
    return base64.urlsafe_b64encode(f"after:{number}".encode()).decode()


def _decoded(position: str | None) -> int:
    if position is None:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(position.encode()).decode().partition(":")
    except (binascii.Error, UnicodeError):
        word, number = "", ""
    if word != "after" or not number.isdigit():
        raise BadRequest("Invalid position parameter")
    return int(number)
