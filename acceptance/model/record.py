"""What the oracle is told of a run, and what it remembers: whose each certificate is, and what went wrong."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from acceptance.model.publication import Published

if TYPE_CHECKING:
    from datetime import timedelta

    from acceptance.model.seen import Certificate


@dataclass(frozen=True, kw_only=True)
class Run:
    """One CLI call of one stack as it was asked for, and what its state said before and after.

    ``listed``: the ids of the generations in state. ``asserted``: the stages (``api/stage``) that the program binds;
    ``bound``: those that some binding in state was for. ``written``: the targets that state says were written.
    ``clean``: nothing was made to go wrong.
    """

    stack: str
    kind: str
    refreshed: bool
    green: bool
    clean: bool
    killed: bool
    lead: timedelta
    activate_by: timedelta
    take_over: bool
    takes_targets: bool
    keeps: bool
    asserted: frozenset[str]
    bound: frozenset[str]
    targets: tuple[str, ...]
    written: frozenset[str]
    adopts: str | None
    listed: tuple[frozenset[str], frozenset[str]]
    active: tuple[str | None, str | None]
    trusted_too: frozenset[str]
    phase: str | None

    @property
    def scheduled(self) -> bool:
        """A clean and green ``up --refresh``, after which everything must be right."""
        return self.kind == "up" and self.green and self.clean and self.refreshed


@dataclass(kw_only=True)
class Record:
    """``known``: every certificate that ever was, as last seen. ``had``: what each stack's state ever listed.

    ``rotations``: the values of the tag that certificates of each stack's runs carried.
    """

    complaints: list[str] = field(default_factory=list)
    known: dict[str, Certificate] = field(default_factory=dict)
    rotations: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    had: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    published: Published = field(default_factory=Published)

    def owns(self, stack: str, one: Certificate) -> bool:
        """Whether the certificate carries a rotation id of the stack's."""
        return one.rotation is not None and one.rotation in self.rotations[stack]

    def made(self, stack: str) -> set[str]:
        """What the stack's state listed at some time, and what carries its rotation id in no state."""
        return self.had[stack] | {one.id for one in self.known.values() if self.owns(stack, one)}

    def claim(self, stack: str, one: Certificate) -> None:
        """The certificate's rotation is the stack's: it generated or adopted it."""
        if one.rotation is not None:
            self.rotations[stack].add(one.rotation)

    def complain(self, invariant: str, run: Run, what: str) -> None:
        """An invariant of docs/invariants.md is broken."""
        self.complaints.append(f"invariant {invariant}: {run.kind} of {run.stack}: {what}")
