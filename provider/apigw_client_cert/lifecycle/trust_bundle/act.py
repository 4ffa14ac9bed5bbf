"""One pass over a bundle's targets: look, decide what stays, write, read back, date.

Nothing live leaves a target without a look at who presents it, neither what an input no longer lists nor what a target
holds that state does not know; live trust of somebody else's is never written over (invariant 12). A target that fails
keeps the others from nothing but withdrawals, and nothing is dated that not every target was seen to hold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from apigw_client_cert.lifecycle.failed_step import FAILED_STEP, Failure, Unfinished, recorded
from apigw_client_cert.lifecycle.findings import say_findings
from apigw_client_cert.lifecycle.inputs import changed, connection_of, known
from apigw_client_cert.lifecycle.trust_bundle.drift import drift_of
from apigw_client_cert.lifecycle.trust_bundle.messages import (
    UNLISTED,
    kept,
    left_undone,
    not_handed_on,
    not_published_yet,
    stays_expired,
)
from apigw_client_cert.lifecycle.trust_bundle.outputs import (
    LACKED,
    bundle_outputs,
    certificates_of,
    digest_of,
    digests_of,
    former_rotations,
    generations_of,
    ids_of,
    load_entries,
    offers_of,
    reach_of,
    texts_of,
)
from apigw_client_cert.lifecycle.trust_bundle.ownership import Ownership
from apigw_client_cert.lifecycle.trust_bundle.presenters import Presenters, presenters
from apigw_client_cert.lifecycle.trust_bundle.report import done
from apigw_client_cert.lifecycle.trust_bundle.targets import look_at, written
from apigw_client_cert.lifecycle.unset import without_none
from apigw_client_cert.rotation.decide import LONGEST_SCAN_PAUSE
from apigw_client_cert.rotation.durations import parse_duration, served
from apigw_client_cert.rotation.publication import Entry, Look, entry_of, next_entries, restart, unwanted
from apigw_client_cert.trust.contents import known_by, render
from apigw_client_cert.trust.findings import reader_findings
from apigw_client_cert.trust.x509 import made_by_api_gateway

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime, timedelta

    from apigw_client_cert import errors
    from apigw_client_cert.lifecycle.environment import Environment
    from apigw_client_cert.lifecycle.looks import LookedAtTarget
    from apigw_client_cert.lifecycle.trust_bundle.account import TargetsAccount
    from apigw_client_cert.lifecycle.trust_bundle.targets import Place
    from apigw_client_cert.rotation.model import TrustedCertificate

# What a bundle remembers of what it withdrew, so that an old copy of a target is known for what it is: fingerprints of
# ten certificates, four each (``trust.known_by``).
_MOST_WITHDRAWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One create or update of one bundle."""

    olds: Mapping[str, Any]
    news: Mapping[str, Any]
    targets: Sequence[LookedAtTarget]
    also: Sequence[TrustedCertificate]
    account: TargetsAccount | None
    environment: Environment

    def perform(self) -> dict[str, Any]:
        """Bring every target to the bundle's next content; returns the complete state.

        Raises ``Unfinished`` where that could not be done for all of them, after all were tried. A creation raises
        ``TargetTaken`` before any target is written, and the failure itself where it could write none.
        """
        now, offers = self.environment.now(), offers_of(self.news)
        places = [look_at(*one) for one in zip(self.targets, self.news["targets"], strict=True)]
        published = load_entries(self.olds)
        if self.account is not None:
            rotations = [one for one in published if one.rotation_id is not None]
            places = self.account.guarded(places, [*rotations, *generations_of(self.news)])
        strange = {place.address: self._ownership.strange(place, published) for place in places}
        expired = any(entry.expired(now) for entry in published)
        answered = self._by_others or any(place.answered for place in places)
        asked = (expired and not answered) or any(strange.values()) or unwanted(published, offers, self.also, now)
        seen = self._presenters() if asked else Presenters(ids={})
        published = (*published, *self._ours(seen, published, strange.values(), now))
        look = self._look(seen, unwanted(published, offers, self.also, now), now)
        look = replace(look, answered=answered or bool(seen.usages))
        entries = next_entries(published, offers, self.also, now, look)
        places = self._guarded(places, strange, entries, seen, now)
        if any(place.failure is not None for place in places):
            # Nothing leaves any target while one is not seen, or holds what may be somebody else's.
            entries = next_entries(published, offers, self.also, now)
        self._say_kept(published, entries, seen)
        self._say_expired(entries, look, now)
        return self._write(places, published, entries, now)

    def _presenters(self) -> Presenters:
        default = connection_of({**self.news, "region": known(self.news, "region") or self.olds.get("region")})
        return presenters(self._rotations(), default, self.environment)

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
        may_go = {one.sha256 for one in certificates_of(self.news, "withdraw")} if candidates else set()
        users = {
            one.sha256: (*seen.of(one), *_out_of_sight(one, looked_at), *_unlisted(one, seen, may_go))
            for one in candidates
        }
        return Look(presenters=users, again_at=now + pause)

    def _guarded(
        self,
        places: Sequence[Place],
        strange: Mapping[str, Collection[str]],
        entries: Sequence[Entry],
        seen: Presenters,
        now: datetime,
    ) -> list[Place]:
        """The places, with a refusal for each that holds somebody else's trust; a creation is refused as a whole."""
        guarded = []
        for place in places:
            failure = place.failure
            if failure is None:
                failure = self._ownership.refusal(place, strange[place.address], entries, seen, now)
                if failure is not None and not self.olds:
                    raise failure
            guarded.append(replace(place, failure=failure))
        return guarded

    def _say_expired(self, entries: Sequence[Entry], look: Look, now: datetime) -> None:
        expired = [one for one in entries if one.expired(now)]
        if expired and not look.answered:
            self.environment.say(stays_expired(self.news["name"], expired, self._ids()))

    def _say_kept(self, published: Sequence[Entry], entries: Sequence[Entry], seen: Presenters) -> None:
        if self._by_others:
            return  # nothing is kept there: the run fails with it
        said = {entry.sha256: entry.kept_for for entry in published}
        for entry in entries:
            if entry.kept_for and entry.look_again_at and said.get(entry.sha256) != entry.kept_for:
                ids = [one.id for one in seen.named({entry.sha256})]
                self.environment.say(kept(self.news["name"], entry, ids))

    def _write(
        self, places: Sequence[Place], published: Sequence[Entry], entries: Sequence[Entry], now: datetime
    ) -> dict[str, Any]:
        places = [written(place, render(place.content, entries)) for place in places]
        # What other resources publish to is not seen here: others than before have told their readers nothing yet.
        unseen = bool(known(self.news, "publishedBy")) and bool(changed(self.olds, self.news, ["publishedBy"]))
        # A place that state does not know may hold it since a minute ago, by a run that was killed before it said so.
        unseen = unseen or any(place.failure is None and self._ownership.is_new(place) for place in places)
        lacked = texts_of(self.olds, LACKED)
        missing = {
            one.sha256
            for one in entries
            if unseen or one.sha256 in lacked or any(place.lacked(one) for place in places)
        }
        unheld = {one.sha256 for one in entries if not all(place.has(one) for place in places)}
        entries = restart(entries, missing, now, unpublished=self._unpublished(entries), unheld=unheld)
        for place in places:
            findings = reader_findings(place.content, place.spec.get("backend"), entries)
            say_findings(self.news["name"], findings, self.environment)
        self._say_done(places, published, entries)
        failed = [place for place in places if place.failure is not None]
        lost = [one for one in entries if one.kept_for] if self._by_others else []
        if lost:
            error: errors.RotationError = not_handed_on(self.news["name"], lost, self._ids())
        elif failed:
            error = left_undone(places, entries, self._ids(), self._staying(entries, now))
        else:
            return self._state(places, published, entries, {})
        if not self.olds and len(failed) == len(places):
            raise error
        undone = {FAILED_STEP: recorded(self.olds, [Failure("publish", error)], now), **drift_of(failed)}
        raise Unfinished(self._state(places, published, entries, undone), error)

    def _say_done(self, places: Sequence[Place], published: Sequence[Entry], entries: Sequence[Entry]) -> None:
        before = {entry.sha256 for entry in published}
        added = [entry for entry in entries if entry.sha256 not in before]
        line = done(self.news["name"], self.olds, places, added, self._ids())
        if line is not None:
            self.environment.say(line)

    def _state(
        self, places: Sequence[Place], published: Sequence[Entry], entries: Sequence[Entry], undone: Mapping[str, Any]
    ) -> dict[str, Any]:
        """``digests`` says what this bundle wrote last, also where it may be gone: so a place stays its own."""
        written_last = {place.address: self._digest(place, entries) for place in places}
        digests = {address: digest for address, digest in written_last.items() if digest is not None}
        read_for = {offer.active_id for offer in offers_of(self.news) if offer.active_id}
        if any(place.unread is not None for place in places):
            read_for = set(texts_of(self.olds, "readFor"))
        remembered = {**self._remembered(published, entries, digests), **undone}
        return bundle_outputs(self.news, entries, digests, read_for, remembered)

    def _digest(self, place: Place, entries: Sequence[Entry]) -> str | None:
        if place.failure is not None:
            # What was asked to be taken over, and is not yet, is a new place until it is.
            return None if self._ownership.takes_over(place) else self._ownership.last_written(place, entries)
        return digest_of(render(place.content, entries))

    def _staying(self, entries: Sequence[Entry], now: datetime) -> list[Entry]:
        """What a look might have let go, had nothing stood in its way."""
        return [one for one in unwanted(entries, offers_of(self.news), self.also, now) if not one.kept_for]

    @property
    def _by_others(self) -> bool:
        """Whether other resources alone publish, which are given what the inputs ask for, and nothing that is kept."""
        return not self.news["targets"]

    def _unpublished(self, entries: Sequence[Entry]) -> set[str]:
        """What other resources publish, and do not hold: they did not run, or were not told."""
        lacking = {entry.sha256 for entry in entries} & set(known(self.news, "unpublished") or ())
        if lacking:
            ids = [one for sha256, one in self._ids().items() if sha256 in lacking]
            self.environment.say(not_published_yet(self.news["name"], ids, self.news["publishedBy"]))
        return lacking | {entry.sha256 for entry in entries if self._by_others and entry.kept_for}

    def _remembered(
        self, published: Sequence[Entry], entries: Sequence[Entry], digests: Mapping[str, str]
    ) -> dict[str, Any]:
        kept = {entry.sha256 for entry in entries}
        leaving = [entry for entry in published if entry.sha256 not in kept]
        gone, besides = _pins(leaving), _pins(one for one in leaving if one.rotation_id is None)
        former = {**digests_of(self.olds, "formerDigests"), **digests_of(self.olds, "digests")}
        return without_none(
            {
                "accountId": known(self.olds, "accountId") if self.account is None else self.account.account,
                "formerRotations": self._still_kept(entries) or None,
                "withdrawn": [*texts_of(self.olds, "withdrawn"), *gone][-_MOST_WITHDRAWN:] or None,
                "withdrawnBesides": [*texts_of(self.olds, "withdrawnBesides"), *besides][-_MOST_WITHDRAWN:] or None,
                "formerDigests": {address: one for address, one in former.items() if address not in digests} or None,
            }
        )

    def _still_kept(self, entries: Sequence[Entry]) -> list[dict[str, Any]]:
        """The rotations that no input names any more and whose certificates are kept: how to look at them again."""
        wanted = {one["rotationId"] for one in self.news["rotations"]}
        owners = {entry.rotation_id for entry in entries} - wanted
        gone = {one["rotationId"]: reach_of(one) for one in reversed(self._rotations()) if one["rotationId"] in owners}
        return [gone[rotation_id] for rotation_id in sorted(gone)]

    def _ids(self) -> dict[str, str]:
        """SHA-256 -> id of every generation that the inputs name, or did."""
        return {sha256: min(ids) for sha256, ids in ids_of(self._rotations()).items()}

    @property
    def _ownership(self) -> Ownership:
        return Ownership(olds=self.olds, news=self.news, also=self.also, environment=self.environment)


def _pins(entries: Iterable[Entry]) -> list[str]:
    return [pin for entry in entries for pin in sorted(known_by(entry))]


def _out_of_sight(entry: Entry, looked_at: Collection[str]) -> tuple[str, ...]:
    """Where the certificate's own rotation lives is not known any more: nobody looked there."""
    if entry.rotation_id is None or entry.rotation_id in looked_at:
        return ()
    return (f"unknown: where rotation {entry.rotation_id} lives is not known here",)


def _unlisted(entry: Entry, seen: Presenters, may_go: Collection[str]) -> tuple[str, ...]:
    """That it may be another region's, or another account's: a stage there may present it, and nobody looked."""
    if entry.rotation_id is not None or seen.knows(entry) or entry.sha256 in may_go:
        return ()
    if seen.gaps:  # a reason of its own, and what was not read may have it
        return ()
    return (UNLISTED,) if made_by_api_gateway(entry) else ()
