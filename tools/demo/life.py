"""One certificate's way through the journal. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from tools.demo.ledger import DELETE, PUBLISH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apigw_sandbox.journal import JournalEntry


@dataclass(frozen=True, slots=True)
class Life:
    """The successful calls about one certificate.

    ``published`` is the first publication after it was generated (the journal has no contents; the story looks at
    those). ``bound`` are the patches by which stages came to present it, ``released`` those by which the same stages
    went on to something else or nothing; ``deleted`` has one call, or none.
    """

    id: str
    generated: JournalEntry
    published: Sequence[JournalEntry]
    bound: Sequence[JournalEntry]
    released: Sequence[JournalEntry]
    deleted: Sequence[JournalEntry]

    def disorder(self) -> Iterator[str]:
        """What is missing, and what is not in the order generate, publish, bind, release, delete."""
        steps = {
            "generated": [self.generated],
            "published": self.published,
            "bound": self.bound,
            "released": self.released,
            "deleted": self.deleted,
        }
        missing = [name for name, calls in steps.items() if not calls]
        if missing:
            yield f"{self.id} was never {' nor '.join(missing)}"
            return
        if len(self.released) != len(self.bound):
            yield f"{self.id} was bound {len(self.bound)} times and released {len(self.released)} times"
        for (name, calls), (later_name, later_calls) in pairwise(steps.items()):
            if max(call.number for call in calls) > min(call.number for call in later_calls):
                yield f"{self.id} was {later_name} before it was {name}"


def life_of(generated: JournalEntry, calls: Sequence[JournalEntry]) -> Life:
    """The life of the certificate that this call generated; ``calls`` is the journal, oldest first."""
    later = [call for call in calls if call.number > generated.number and call.succeeded]
    patches = [call for call in later if call.bound is not None]
    bound = [call for call in patches if call.bound == generated.resource]
    following = [[after for after in patches if _follows(after, call)] for call in bound]
    return Life(
        id=generated.resource,
        generated=generated,
        published=[call for call in later if call.action == PUBLISH][:1],
        bound=bound,
        released=[after[0] for after in following if after],
        deleted=[call for call in later if call.action == DELETE and call.resource == generated.resource],
    )


def _follows(after: JournalEntry, call: JournalEntry) -> bool:
    return after.number > call.number and after.resource == call.resource
