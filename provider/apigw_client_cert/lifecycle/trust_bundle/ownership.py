"""Whose trust a target holds: what a bundle may write over, and what it refuses (invariants 9 and 12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apigw_client_cert.lifecycle.inputs import connection_of, known
from apigw_client_cert.lifecycle.trust_bundle.messages import holds_trust, intruded, not_looked_up, taken
from apigw_client_cert.lifecycle.trust_bundle.outputs import (
    digest_of,
    digests_of,
    generations_of,
    load_entries,
    offers_of,
    texts_of,
)
from apigw_client_cert.publish.places import place_of
from apigw_client_cert.trust.contents import fingerprints_in, holds, known_by, render, trusts_nobody

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from apigw_client_cert.errors import TargetTaken
    from apigw_client_cert.lifecycle.environment import Environment
    from apigw_client_cert.lifecycle.trust_bundle.presenters import Presenters
    from apigw_client_cert.lifecycle.trust_bundle.targets import Place
    from apigw_client_cert.rotation.model import TrustedCertificate
    from apigw_client_cert.rotation.publication import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """What one bundle knows to be its own: from its state, its inputs and what it is about to write."""

    olds: Mapping[str, Any]
    news: Mapping[str, Any]
    also: Sequence[TrustedCertificate]
    environment: Environment

    def strange(self, place: Place, published: Sequence[Entry]) -> frozenset[str]:
        """The fingerprints that a target holds and that neither state nor an input knows."""
        if place.found is None:
            return frozenset()
        ours = {pin for one in (*published, *generations_of(self.news), *self.also) for pin in known_by(one)}
        return fingerprints_in(place.found) - ours

    def refusal(
        self, place: Place, strange: Collection[str], entries: Sequence[Entry], seen: Presenters, now: datetime
    ) -> TargetTaken | None:
        """Why the target is not written over: it holds trust that is somebody else's, or may be."""
        kept = {pin for entry in entries for pin in known_by(entry)}
        rotations = {offer.rotation_id for offer in offers_of(self.news)}
        take_over = self.takes_over(place)
        # Ours once, so an old copy is no stranger's; but whoever presents it by now is looked for all the same.
        withdrawn = self._known_for_ours(place, strange, entries)
        lost = frozenset(strange) - kept
        theirs = [
            one for one in seen.named(lost) if one.rotation_id not in rotations and not one.certificate.expired(now)
        ]
        for one in theirs:
            users, ours_once = seen.of(one.certificate), not one.known_by.isdisjoint(withdrawn)
            if users or (one.rotation_id is not None and not ours_once):
                return holds_trust(place.address, one, users)
            if not (ours_once or take_over):
                return self._taken(place, lost - withdrawn)
        unnamed = lost - withdrawn - {pin for one in seen.issued for pin in one.known_by}
        if unnamed and seen.gaps:
            return not_looked_up(place.address, seen.gaps)
        if not take_over and (unnamed or not self._may_be_replaced(place, entries)):
            return self._taken(place, unnamed)
        return None

    def _known_for_ours(self, place: Place, strange: Collection[str], entries: Sequence[Entry]) -> frozenset[str]:
        """What this bundle withdrew, so that an old copy of its own is written over.

        What somebody had asked to trust, and found again beside all that belongs there, is no old copy but a repair by
        hand; unless it is to the letter what was written last, where a target could not be written since.
        """
        withdrawn = frozenset(texts_of(self.olds, "withdrawn"))
        if digest_of(place.found) in self._digests_of(place):
            return withdrawn | frozenset(strange)
        if any(place.lacked(one) for one in entries):
            return withdrawn
        return withdrawn - frozenset(texts_of(self.olds, "withdrawnBesides"))

    def takes_over(self, place: Place) -> bool:
        """Whether ``take_over`` is said of what the place holds: when this bundle first takes it, or the word is new.

        Left on it says nothing of what appears there later: two stacks in one place, each with the other's certificate
        of today in ``also_trust``, would write over each other's next one in green runs, for ever.
        """
        if not self.news.get("takeOver"):
            return False
        return not self.olds.get("takeOver") or not self._digests_of(place)

    def last_written(self, place: Place, entries: Sequence[Entry]) -> str | None:
        """The digest of what this bundle wrote there last, also while the place was spelled otherwise.

        That is what the place holds, where only a run of ours that was killed could have written it so.
        """
        if place.holds is not None and self._ours_to_the_letter(place, place.holds, entries):
            return digest_of(place.holds)
        return next(iter(self._digests_of(place)), None)

    def is_new(self, place: Place) -> bool:
        """Whether a bundle that is not made by this run is not known to have written there, however it was spelled."""
        return bool(self.olds) and not self._digests_of(place)

    def _taken(self, place: Place, strange: Collection[str]) -> TargetTaken:
        return intruded(place.address, strange) if strange and self._digests_of(place) else taken(place.address)

    def _may_be_replaced(self, place: Place, entries: Sequence[Entry]) -> bool:
        """Whether what the target holds is nobody's, or ours: by state, or to the letter what this bundle writes.

        Nobody's is what a server needs to start before anything was published. Ours without a word of it in state is
        what a run left that ended after a write and before its state was saved; a rotation that went on meanwhile must
        not find it "taken" (invariant 5).
        """
        address, found = place.address, place.found
        if found is None or trusts_nobody(found) or address in digests_of(self.olds, "digests"):
            return True
        if digest_of(found) in {digests_of(self.olds, "formerDigests").get(address), *self._digests_of(place)}:
            return True
        return self._ours_to_the_letter(place, found, entries)

    def _ours_to_the_letter(self, place: Place, found: str, entries: Sequence[Entry]) -> bool:
        recognised = {one.sha256: one for one in (*load_entries(self.olds), *generations_of(self.news), *entries)}
        held = [one for one in recognised.values() if holds(found, one)]
        return found == render(place.content, entries) or (bool(held) and render(place.content, held) == found)

    def _digests_of(self, place: Place) -> list[str]:
        """What was written to the same place, however it was spelled; as it is spelled now first."""
        connection = connection_of(self.news)
        here, digests = place_of(place.spec, connection), digests_of(self.olds, "digests")
        same = [spec for spec in known(self.olds, "targets") or () if place_of(spec, connection) == here]
        addresses = [place.address, *(self.environment.looked_at_target(spec, connection).address for spec in same)]
        return [digests[address] for address in addresses if address in digests]
