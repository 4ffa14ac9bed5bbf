"""Since when backends have been told of each certificate, as the targets' contents show it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from acceptance.model.seen import fingerprints

if TYPE_CHECKING:
    from datetime import datetime

    from acceptance.model.seen import Certificate, Snapshot


@dataclass(kw_only=True)
class Published:
    """Per target and fingerprint: since when it has been there without a break."""

    _held: dict[str, dict[str, datetime]] = field(default_factory=lambda: defaultdict(dict))
    _offered: dict[str, dict[str, datetime]] = field(default_factory=lambda: defaultdict(dict))

    def look(self, seen: Snapshot) -> None:
        """All targets as they are at an instant."""
        for address, content in seen.targets.items():
            self.written(address, content, seen.now)

    def written(self, address: str, content: str | None, at: datetime) -> None:
        """What one target holds from here on."""
        before = self._held[address]
        self._held[address] = {one: before.get(one, at) for one in fingerprints(content)}

    def offered(self, stack: str, certificate_id: str, at: datetime) -> None:
        """State lists a generation for the first time: without targets, its wait begins here."""
        self._offered[stack].setdefault(certificate_id, at)

    def since(self, stack: str, one: Certificate, targets: tuple[str, ...]) -> datetime | None:
        """Since when all targets hold it, None where one does not."""
        if not targets:
            return self._offered[stack].get(one.id)
        found = [self._held[address].get(one.sha256) for address in targets]
        return None if None in found else max(date for date in found if date is not None)

    def worse(self, stack: str, left: Certificate, taken: Certificate, targets: tuple[str, ...]) -> bool:
        """Whether backends lose by going back: one target holds only what is left, or all have held it for longer."""
        held = [self._held[address] for address in targets]
        since, before = self.since(stack, taken, targets), self.since(stack, left, targets)
        longer = before is not None and (since is None or since > before)
        return longer or any(left.sha256 in one and taken.sha256 not in one for one in held)
