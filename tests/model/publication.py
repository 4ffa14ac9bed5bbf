"""Since when backends have been told of each certificate, as the targets' contents show it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.model.seen import fingerprints

if TYPE_CHECKING:
    from datetime import datetime

    from tests.model.seen import Certificate, Snapshot

Since = dict[str, "datetime"]


@dataclass(kw_only=True)
class Published:
    """Per target and fingerprint: since when it has been there without a break.

    ``real`` is what backends could read. ``believed`` is what runs could know that did not look at the target since
    somebody else changed it: hand edits are seen by ``--refresh`` (invariant 1).
    """

    real: dict[str, Since] = field(default_factory=dict)
    believed: dict[str, Since] = field(default_factory=dict)
    _offered: dict[str, Since] = field(default_factory=lambda: defaultdict(dict))

    def by_hand(self, seen: Snapshot) -> None:
        """Somebody may have changed targets."""
        for address, content in seen.targets.items():
            self.real[address] = _merged(self.real.get(address, {}), content, seen.now)

    def by_run(self, targets: tuple[str, ...], before: Snapshot, after: Snapshot, *, refreshed: bool) -> None:
        """A run with these targets is over: it looked at what it refreshed or wrote."""
        for address, content in after.targets.items():
            self.real[address] = _merged(self.real.get(address, {}), content, after.now)
            if (refreshed and address in targets) or content != before.targets[address]:
                self.believed[address] = dict(self.real[address])

    def offered(self, stack: str, certificate_id: str, at: datetime) -> None:
        """State lists a generation for the first time: without targets, its wait begins here."""
        self._offered[stack].setdefault(certificate_id, at)

    def since(self, stack: str, one: Certificate, targets: tuple[str, ...], *, believed: bool) -> datetime | None:
        """Since when all targets hold it, None where one does not."""
        if not targets:
            return self._offered[stack].get(one.id)
        found = [self._since(address, one.sha256, believed=believed) for address in targets]
        known = [since for since in found if since is not None]
        return max(known) if len(known) == len(found) else None

    def _since(self, address: str, sha256: str, *, believed: bool) -> datetime | None:
        real = self.real.get(address, {}).get(sha256)
        thought = self.believed.get(address, {}).get(sha256) if believed else None
        dates = [date for date in (real, thought) if date is not None]
        return min(dates, default=None)


def _merged(before: Since, content: str | None, now: datetime) -> Since:
    return {one: before.get(one, now) for one in fingerprints(content)}
