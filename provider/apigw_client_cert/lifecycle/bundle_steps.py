"""One pass over a bundle's targets: look, decide what stays, write, read back, date.

Nothing live leaves a target without a look at who presents it, neither what an input no longer lists nor what a target
holds that state does not know; live trust of somebody else's is refused before anything is written (invariant 12).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apigw_client_cert.lifecycle.bundle_state import (
    bundle_outputs,
    digest_of,
    digests_of,
    former_rotations,
    load_entries,
    offers_of,
    reach_of,
    texts_of,
)
from apigw_client_cert.lifecycle.bundle_wording import holds_trust, kept, not_looked_up, not_published_yet, taken
from apigw_client_cert.lifecycle.findings import say_findings
from apigw_client_cert.lifecycle.inputs import changed, connection_of, known
from apigw_client_cert.lifecycle.presenters import Presenters, presenters
from apigw_client_cert.lifecycle.state import load_generation, without_none
from apigw_client_cert.publish.places import place_of
from apigw_client_cert.rotation.decide import LONGEST_SCAN_PAUSE
from apigw_client_cert.rotation.durations import parse_duration, served
from apigw_client_cert.rotation.publication import Entry, Look, entry_of, next_entries, restart, unwanted
from apigw_client_cert.trust import fingerprints_in, holds, known_by, render, trusts_nobody
from apigw_client_cert.trust_findings import reader_findings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime, timedelta

    from apigw_client_cert.lifecycle.looks import LookedAtTarget
    from apigw_client_cert.lifecycle.world import World
    from apigw_client_cert.rotation.model import Generation, TrustedCertificate

# What a bundle remembers of what it withdrew, so that an old copy of a target is known for what it is: fingerprints of
# ten certificates, four each (``trust.known_by``).
_MOST_WITHDRAWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """One target, what is asked for there, and what it held when this pass began."""

    target: LookedAtTarget
    spec: Mapping[str, Any]
    found: str | None

    @property
    def content(self) -> str:
        return str(self.spec.get("content") or "pem")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One create or update of one bundle."""

    olds: Mapping[str, Any]
    news: Mapping[str, Any]
    targets: Sequence[LookedAtTarget]
    also: Sequence[TrustedCertificate]
    account_id: str | None
    world: World

    def perform(self) -> dict[str, Any]:
        """Bring every target to the bundle's next content; returns the complete state.

        Raises ``TargetTaken`` before any target is written.
        """
        now, offers = self.world.now(), offers_of(self.news)
        places = [
            _Place(target=target, spec=spec, found=target.read())
            for target, spec in zip(self.targets, self.news["targets"], strict=True)
        ]
        published = load_entries(self.olds)
        strange = {place.target.address: self._strange(place, published) for place in places}
        asked = bool(unwanted(published, offers, self.also, now)) or any(strange.values())
        seen = self._presenters() if asked else Presenters(ids={})
        published = (*published, *self._ours(seen, published, strange.values(), now))
        look = self._look(seen, unwanted(published, offers, self.also, now), now)
        entries = next_entries(published, offers, self.also, now, look)
        self._guard(places, strange, entries, seen, now)
        self._say_kept(published, entries, seen)
        return self._write(places, published, entries, now)

    def _strange(self, place: _Place, published: Sequence[Entry]) -> frozenset[str]:
        """The fingerprints that a target holds and that neither state nor an input knows."""
        if place.found is None:
            return frozenset()
        ours = {pin for one in (*published, *self._generations(), *self.also) for pin in known_by(one)}
        return fingerprints_in(place.found) - ours

    def _presenters(self) -> Presenters:
        default = connection_of({**self.news, "region": known(self.news, "region") or self.olds.get("region")})
        return presenters(self._rotations(), default, self.world)

    def _rotations(self) -> list[Mapping[str, Any]]:
        """All that are asked for, were before, and once were and are still kept: how each is looked at."""
        return [*self.news["rotations"], *(self.olds.get("rotations") or ()), *former_rotations(self.olds)]

    def _ours(
        self, seen: Presenters, published: Sequence[Entry], strange: Iterable[Collection[str]], now: datetime
    ) -> list[Entry]:
        """Entries for what a target holds of our own rotations and state does not know: one of the two was put back."""
        rotations = {offer.rotation_id for offer in offers_of(self.news)}
        held = {one.certificate.sha256: one for pins in strange for one in seen.named(pins)}
        return [
            entry_of(one.certificate, one.rotation_id)
            for sha256, one in sorted(held.items())
            if one.rotation_id in rotations
            and not one.certificate.expired(now)
            and sha256 not in {entry.sha256 for entry in published}
        ]

    def _look(self, seen: Presenters, candidates: Sequence[Entry], now: datetime) -> Look:
        overlaps = [parse_duration(one["overlap"]) for one in self.news["rotations"] if known(one, "overlap")]
        pause: timedelta = served(min([LONGEST_SCAN_PAUSE, *overlaps]))
        looked_at = {one["rotationId"] for one in self._rotations()}
        users = {one.sha256: (*seen.of(one), *_out_of_sight(one, looked_at)) for one in candidates}
        return Look(presenters=users, again_at=now + pause)

    def _guard(
        self,
        places: Sequence[_Place],
        strange: Mapping[str, Collection[str]],
        entries: Sequence[Entry],
        seen: Presenters,
        now: datetime,
    ) -> None:
        """Refuse to write over trust that is somebody else's, before any target is written."""
        kept = {pin for entry in entries for pin in known_by(entry)}
        rotations = {offer.rotation_id for offer in offers_of(self.news)}
        take_over = bool(self.news.get("takeOver"))
        # Ours once, so an old copy is no stranger's; but whoever presents it by now is looked for all the same.
        withdrawn = frozenset(texts_of(self.olds, "withdrawn"))
        for place in places:
            lost = frozenset(strange[place.target.address]) - kept
            theirs = [
                one for one in seen.named(lost) if one.rotation_id not in rotations and not one.certificate.expired(now)
            ]
            for one in theirs:
                users, ours_once = seen.of(one.certificate), not one.known_by.isdisjoint(withdrawn)
                if users or (one.rotation_id is not None and not ours_once):
                    raise holds_trust(place.target.address, one, users)
                if not (ours_once or take_over):
                    raise taken(place.target.address)
            unnamed = lost - withdrawn - {pin for one in seen.issued for pin in one.known_by}
            if unnamed and seen.gaps:
                raise not_looked_up(place.target.address, seen.gaps)
            if not take_over and (unnamed or not self._may_be_replaced(place, entries)):
                raise taken(place.target.address)

    def _may_be_replaced(self, place: _Place, entries: Sequence[Entry]) -> bool:
        """Whether what the target holds is nobody's, or ours: by state, or to the letter what this bundle writes.

        Nobody's is what a server needs to start before anything was published. Ours without a word of it in state is
        what a run left that ended after a write and before its state was saved; a rotation that went on meanwhile must
        not find it "taken" (invariant 5).
        """
        address, found = place.target.address, place.found
        if found is None or trusts_nobody(found) or address in digests_of(self.olds, "digests"):
            return True
        if digest_of(found) in {digests_of(self.olds, "formerDigests").get(address), *self._written_there(place)}:
            return True
        recognised = {one.sha256: one for one in (*load_entries(self.olds), *self._generations(), *entries)}
        held = [one for one in recognised.values() if holds(found, one)]
        return found == render(place.content, entries) or (bool(held) and render(place.content, held) == found)

    def _written_there(self, place: _Place) -> list[str]:
        """What was written to the same place while it was spelled otherwise."""
        connection = connection_of(self.news)
        here, digests = place_of(place.spec, connection), digests_of(self.olds, "digests")
        same = [spec for spec in known(self.olds, "targets") or () if place_of(spec, connection) == here]
        addresses = [self.world.looked_at_target(spec, connection).address for spec in same]
        return [digests[address] for address in addresses if address in digests]

    def _say_kept(self, published: Sequence[Entry], entries: Sequence[Entry], seen: Presenters) -> None:
        said = {entry.sha256: entry.kept_for for entry in published}
        for entry in entries:
            if entry.kept_for and entry.look_again_at and said.get(entry.sha256) != entry.kept_for:
                ids = [one.id for one in seen.named({entry.sha256})]
                self.world.say(kept(self.news["name"], entry, ids, handed_on=not self._by_others))

    def _write(
        self, places: Sequence[_Place], published: Sequence[Entry], entries: Sequence[Entry], now: datetime
    ) -> dict[str, Any]:
        contents = [render(place.content, entries) for place in places]
        for place, content in zip(places, contents, strict=True):
            if place.found != content:
                place.target.write(content)
        # What other resources publish to is not seen here: others than before have told their readers nothing yet.
        unseen = bool(known(self.news, "publishedBy")) and bool(changed(self.olds, self.news, ["publishedBy"]))
        missing = {one.sha256 for one in entries if unseen or not _held_by_all(one, places)}
        entries = restart(entries, missing, now, unpublished=self._unpublished(entries))
        for place in places:
            findings = reader_findings(place.content, place.spec.get("backend"), entries)
            say_findings(self.news["name"], findings, self.world)
        digests = {place.target.address: digest_of(content) for place, content in zip(places, contents, strict=True)}
        return bundle_outputs(self.news, entries, digests, self._remembered(published, entries, digests))

    @property
    def _by_others(self) -> bool:
        """Whether other resources alone publish, which are given what the inputs ask for, and nothing that is kept."""
        return not self.news["targets"]

    def _unpublished(self, entries: Sequence[Entry]) -> set[str]:
        """What other resources publish, and do not hold: they did not run, or were not told."""
        lacking = {entry.sha256 for entry in entries} & set(known(self.news, "unpublished") or ())
        if lacking:
            generations = [one for several in self.news["rotations"] for one in several["generations"]]
            ids = [one["id"] for one in generations if one["sha256"] in lacking]
            self.world.say(not_published_yet(self.news["name"], ids, self.news["publishedBy"]))
        return lacking | {entry.sha256 for entry in entries if self._by_others and entry.kept_for}

    def _remembered(
        self, published: Sequence[Entry], entries: Sequence[Entry], digests: Mapping[str, str | None]
    ) -> dict[str, Any]:
        kept = {entry.sha256 for entry in entries}
        gone = [pin for entry in published if entry.sha256 not in kept for pin in sorted(known_by(entry))]
        former = {**digests_of(self.olds, "formerDigests"), **digests_of(self.olds, "digests")}
        return without_none(
            {
                "accountId": self.account_id,
                "formerRotations": self._still_kept(entries) or None,
                "withdrawn": [*texts_of(self.olds, "withdrawn"), *gone][-_MOST_WITHDRAWN:] or None,
                "formerDigests": {address: one for address, one in former.items() if address not in digests} or None,
            }
        )

    def _still_kept(self, entries: Sequence[Entry]) -> list[dict[str, Any]]:
        """The rotations that no input names any more and whose certificates are kept: how to look at them again."""
        wanted = {one["rotationId"] for one in self.news["rotations"]}
        owners = {entry.rotation_id for entry in entries} - wanted
        gone = {one["rotationId"]: reach_of(one) for one in reversed(self._rotations()) if one["rotationId"] in owners}
        return [gone[rotation_id] for rotation_id in sorted(gone)]

    def _generations(self) -> list[Generation]:
        return [load_generation(state) for one in self.news["rotations"] for state in one["generations"]]


def _held_by_all(entry: Entry, places: Sequence[_Place]) -> bool:
    return all(place.found is not None and holds(place.found, entry) for place in places)


def _out_of_sight(entry: Entry, looked_at: Collection[str]) -> tuple[str, ...]:
    """Where the certificate's own rotation lives is not known any more: nobody looked there."""
    if entry.rotation_id is None or entry.rotation_id in looked_at:
        return ()
    return (f"unknown: where rotation {entry.rotation_id} lives is not known here",)
