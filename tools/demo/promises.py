"""What the journal must show about a rotation, whatever the programs said about themselves.

Pure: a ledger in, statements out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from tools.demo.ledger import DELETE, GENERATE, PATCH
from tools.demo.life import life_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from apigw_sandbox.journal import JournalEntry
    from tools.demo.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Promise:
    """One statement about the whole story; ``broken`` says what contradicts it, "" when nothing does."""

    text: str
    broken: str

    @property
    def held(self) -> bool:
        """Whether nothing contradicts it."""
        return not self.broken


def promises(ledger: Ledger) -> list[Promise]:
    """Every statement with what contradicts it."""
    return [Promise(text, "; ".join(contradictions(ledger))) for text, contradictions in _PROMISES.items()]


def _strays(ledger: Ledger) -> Iterator[str]:
    if not ledger.complete:
        yield "the CLI calls and the updates of the history differ in number"
    for call in ledger.calls:
        if call.mutates and sum(update.holds(call) for update in ledger.updates) != 1:
            yield f"call {call.number}, {call.action} {call.resource}, does not"


def _disorder(ledger: Ledger) -> Iterator[str]:
    lives = [life_of(call, ledger.calls) for call in ledger.calls if call.action == GENERATE and call.succeeded]
    for life in lives:
        yield from life.disorder()
    for old, new in pairwise(lives):
        published, bound, deleted = (ledger.versions(calls) for calls in (new.published, new.bound, old.deleted))
        if not published < bound < deleted:
            yield (f"{new.id} was published in update {published} and bound in {bound}, {old.id} deleted in {deleted}")


def _together(ledger: Ledger) -> Iterator[str]:
    for update in ledger.updates:
        if {GENERATE, DELETE} <= {call.action for call in ledger.of(update)}:
            yield f"update {update.version} does both"


def _noisy_previews(ledger: Ledger) -> Iterator[str]:
    for call in ledger.at_preview():
        yield f"call {call.number}, {call.action}"


def _left(ledger: Ledger) -> Iterator[str]:
    generated = Counter(call.resource for call in ledger.calls if call.action == GENERATE and call.succeeded)
    deleted = Counter(call.resource for call in ledger.calls if call.action == DELETE and call.succeeded)
    if generated != deleted:
        yield f"generated {sorted(generated)}, deleted {sorted(deleted)}"


def _create(ledger: Ledger) -> Iterator[str]:
    calls = ledger.at_step("create")
    yield from _counted(calls, {GENERATE: 1, "GetClientCertificates": 1, DELETE: 0})
    # The certificate's creation looks at each stage before it makes anything, and the binding when it binds.
    yield from _per_stage(ledger, calls, reads=1 + 1)


def _rotation(ledger: Ledger) -> Iterator[str]:
    calls = ledger.at_step("issue", "activate", "confirm", "retire")
    yield from _counted(calls, {GENERATE: 1, PATCH: len(ledger.stages), DELETE: 1})


def _switch(ledger: Ledger) -> Iterator[str]:
    # The journal cannot tell whose GET it is: one per stage is --refresh's, which belongs to every scheduled run.
    yield from _per_stage(ledger, ledger.at_step("activate"), reads=1 + 1)


def _scans(ledger: Ledger) -> Iterator[str]:
    apis = {stage.partition("/")[0] for stage in ledger.stages}
    # The demo's account has one REST API and no other, so each list is one page.
    scan = {"GetRestApis": 1, "GetStages": len(apis), "GetApis": 1}
    for step in ("confirm", "retire", "destroy"):
        for problem in _counted(ledger.at_step(step), scan):
            yield f"{step}: {problem}"


def _counted(calls: Iterable[JournalEntry], expected: dict[str, int]) -> Iterator[str]:
    found = Counter(call.action for call in calls)
    for action, count in expected.items():
        if found[action] != count:
            yield f"{found[action]} {action} instead of {count}"


def _per_stage(ledger: Ledger, calls: list[JournalEntry], *, reads: int) -> Iterator[str]:
    for stage in ledger.stages:
        found = Counter(call.action for call in calls if call.resource == stage)
        if found["GetStage"] > reads or found[PATCH] != 1:
            yield f"{found['GetStage']} GET and {found[PATCH]} PATCH of {stage}"


_PROMISES: dict[str, Callable[[Ledger], Iterator[str]]] = {
    "every changing call lies inside one update of `pulumi stack history`": _strays,
    "over the updates: generate < publish < PATCH < delete": _disorder,
    "no update generates and deletes": _together,
    "previews make no AWS call at all": _noisy_previews,
    "every certificate that was generated is deleted": _left,
    "creation: 1 POST after 1 list; per stage at most 2 GET (before the POST, and to bind), and 1 PATCH": _create,
    "rotation: 1 POST, 1 PATCH per stage, 1 DELETE": _rotation,
    "switch: per stage at most 1 GET (besides the refresh's), and 1 PATCH": _switch,
    "in-use scan: 1 page of GetRestApis, GetStages once per API, 1 page of GetApis": _scans,
}
