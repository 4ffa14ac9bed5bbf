"""Which stages the bindings of this engine run assert: noted by check, asked by delete (invariant 9)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from apigw_client_cert.gateway.interface import StageRef


class Board(Protocol):
    """Where the processes of one engine run tell each other; entries are short words of letters and digits."""

    def note(self, entry: str) -> None:
        """Let every process of this run know."""
        ...

    def noted(self, entry: str) -> bool:
        """Whether any process of this run has noted it."""
        ...


class Assertions:
    """Endpoint and stage of every binding that was checked; in this process and, where there is a board, in all."""

    def __init__(self) -> None:
        self._own: set[str] = set()
        self._board: Board | None = None

    def add(self, assertion: tuple[str, StageRef]) -> None:
        """Note one."""
        entry = _entry(assertion)
        self._own.add(entry)
        if self._board is not None:
            self._board.note(entry)

    def __contains__(self, assertion: tuple[str, StageRef]) -> bool:
        entry = _entry(assertion)
        return entry in self._own or (self._board is not None and self._board.noted(entry))

    def clear(self) -> None:
        """Begin another run, which no board belongs to yet."""
        self._own.clear()
        self._board = None

    def share(self, board: Board) -> None:
        """Tell the other processes from now on, and ask them."""
        self._board = board


def _entry(assertion: tuple[str, StageRef]) -> str:
    # A digest: of one length, and it tells nobody else on this machine which stages there are.
    endpoint, stage = assertion
    return hashlib.sha256(f"{endpoint}\n{stage.api_id}/{stage.stage_name}".encode()).hexdigest()
