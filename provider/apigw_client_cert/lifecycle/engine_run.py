"""What the resources of one engine run know of each other: who claims which place, and what was looked at.

The engine calls check for every registered resource before it deletes anything (docs/pulumi.md §2.4): a
binding that was renamed, re-parented or replaced must not clear what its successor claims (invariant 9), and of two
that claim one place the second is refused at preview.
"""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection


_DECLARED: Final = ".declared"


class Board(Protocol):
    """Where the processes of one engine run tell each other; entries are short words of letters, digits and dots."""

    def note(self, entry: str) -> None:
        """Let every process of this run know."""
        ...

    def noted(self) -> Collection[str] | None:
        """All that any process of this run has noted; None where that cannot be told."""
        ...


class Claims:
    """Who claims which place in this run: in this process and, where there is a board, in all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._own: set[str] = set()
        self._owners: dict[str, str] = {}
        self._board: Board | None = None

    def claim(self, place: str, owner: str, *, declared: bool = False) -> str | None:
        """Note that a resource claims a place, and say who else does, if anybody.

        Args:
            place: ``stage_place(…)``, or what ``publish.places.place_of`` says of a target.
            owner: The resource's URN; empty where it is not known, which clashes with nobody.
            declared: Whether a program says so, which may run for a destroy; the engine's check never does.

        Returns:
            The other one's URN, or words for it where another process knows it; None for nobody.
        """
        with self._lock:
            entry = f"{_digest(place)}.{_digest(owner)}"
            self._owners[entry] = owner
            word = f"{entry}{_DECLARED}" if declared else entry
            self._own.add(word)
            if self._board is not None:
                self._board.note(word)
            unknown = f"{_digest(place)}.{_digest('')}"
            claims = {one.removesuffix(_DECLARED) for one in _of(place, self._known() or self._own)}
            others = sorted(claims - {entry, unknown}) if owner else []
            return self._owners.get(others[0], "another provider's resource") if others else None

    def claimed(self, place: str, owner: str = "") -> bool:
        """Whether some resource of this run claims it; where that cannot be told, yes.

        That the program has declared ``owner``, which is to be deleted, is no claim: ``destroy --run-program``. What is
        replaced was checked in this run.
        """
        with self._lock:
            noted = self._known()
            return noted is None or bool(_of(place, noted) - {f"{_digest(place)}.{_digest(owner)}{_DECLARED}"})

    def forget(self) -> None:
        """Begin another run, which no board belongs to yet."""
        with self._lock:
            self._own.clear()
            self._owners.clear()
            self._board = None

    def share(self, board: Board) -> None:
        """Tell the other processes from now on, and ask them."""
        with self._lock:
            self._board = board

    def _known(self) -> set[str] | None:
        if self._board is None:
            return self._own
        noted = self._board.noted()
        return None if noted is None else {*self._own, *noted}


class Reads:
    """What this process has read and not checked since: a refresh's, as the program's inputs are not known yet.

    The engine asks for a difference of the *old* inputs after each read (docs/pulumi.md §2.5), and checks those of the
    program before it asks for theirs.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: set[object] = set()

    def read(self, resource: object) -> None:
        """Note that a resource was read."""
        with self._lock:
            self._found.add(resource)

    def checked(self, resource: object) -> None:
        """Note that the program's inputs for it are known from now on."""
        with self._lock:
            self._found.discard(resource)

    def unchecked(self, resource: object) -> bool:
        """Whether a difference that is asked for now is a refresh's."""
        with self._lock:
            return resource in self._found

    def forget(self) -> None:
        """Begin another run."""
        with self._lock:
            self._found.clear()


class Activations:
    """Which certificates an update of this run has made the ones to present: what comes after it is no preview."""

    def __init__(self) -> None:
        self._made: set[str] = set()

    def note(self, certificate_id: str) -> None:
        """Note that an update did so, and has said which stages move."""
        self._made.add(certificate_id)

    def noted(self, certificate_id: str) -> bool:
        """Whether one of this process did."""
        return certificate_id in self._made

    def forget(self) -> None:
        """Begin another run."""
        self._made.clear()


class Needed:
    """Which certificates may have to be presented again, and why, as the reads of this run saw: none is retired.

    A refresh reads everything before the first update; a certificate comes before its bindings and its bundle, and has
    no other way to know.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._why: dict[str, set[str]] = {}
        self._board: Board | None = None

    def note(self, certificate_id: str, why: str) -> None:
        """Note that it has to be kept, in words that follow "in use: "."""
        with self._lock:
            self._why.setdefault(certificate_id, set()).add(why)
            if self._board is not None:
                self._board.note(_needed(certificate_id, why))

    def why(self, certificate_id: str) -> tuple[str, ...]:
        """What it has to be kept for; empty for nothing that this run has seen."""
        with self._lock:
            own = self._why.get(certificate_id, set())
            noted = self._board.noted() if self._board is not None else None
            others = _of(_place_of_need(certificate_id), noted or ()) - {_needed(certificate_id, one) for one in own}
            return (*sorted(own), *(["kept for what another provider's resource may need"] if others else []))

    def share(self, board: Board) -> None:
        """Tell the other processes, also what was noted before, and ask them."""
        with self._lock:
            self._board = board
            for certificate_id, reasons in self._why.items():
                for why in reasons:
                    board.note(_needed(certificate_id, why))

    def forget(self) -> None:
        """Begin another run, which no board belongs to yet."""
        with self._lock:
            self._why.clear()
            self._board = None


# One process serves one run at a time; ``forget`` begins the next where it serves several.
CLAIMS: Final = Claims()
NEEDED: Final = Needed()
READS: Final = Reads()
ACTIVATIONS: Final = Activations()


def share(board: Board) -> None:
    """Let the other processes of this engine run know what is claimed here: a host knows how to reach them."""
    CLAIMS.share(board)
    NEEDED.share(board)


def forget() -> None:
    """Begin a new engine run in a process that serves several (tests, a plugin under a debugger)."""
    from apigw_client_cert.lifecycle.looks import LOOKS  # noqa: PLC0415 - a program looks at nothing

    CLAIMS.forget()
    LOOKS.forget()
    NEEDED.forget()
    READS.forget()
    ACTIVATIONS.forget()


def stage_place(api_id: str, stage_name: str) -> str:
    """A stage as a place: without region, endpoint or role, which are ways to it; API ids are random."""
    return f"stage {api_id}/{stage_name}"


def _place_of_need(certificate_id: str) -> str:
    return f"need of {certificate_id}"


def _needed(certificate_id: str, why: str) -> str:
    return f"{_digest(_place_of_need(certificate_id))}.{_digest(why)}"


def _of(place: str, noted: Collection[str]) -> set[str]:
    prefix = f"{_digest(place)}."
    return {entry for entry in noted if entry.startswith(prefix)}


def _digest(text: str) -> str:
    # Of one length, and it tells nobody else on this machine which stages there are.
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()
