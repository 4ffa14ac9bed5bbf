"""The bundle over arbitrary entries, offers and nows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from apigw_client_cert.rotation.publication import Look, bundle_due, next_entries, restart, unwanted
from tests.strategies import certificates, entries, nows, offers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from apigw_client_cert.rotation.model import TrustedCertificate
    from apigw_client_cert.rotation.publication import Entry, Offer

ALSO = st.lists(certificates(), max_size=3)
ACTIVE_IDS = st.sets(st.sampled_from(["gen1", "gen2"]))
DUE = {None, "add", "drop", "adopt", "look", "read-again"}
SEEN = st.dictionaries(certificates().map(lambda one: one.sha256), st.sampled_from([(), ("api/prod",)]), max_size=4)


@given(entries(), offers(), ALSO, nows(), SEEN)
def test_a_live_certificate_leaves_only_when_nobody_asks_for_it_and_a_look_found_nobody(
    published: tuple[Entry, ...],
    offered: Sequence[Offer],
    also: list[TrustedCertificate],
    now: datetime,
    seen: dict[str, tuple[str, ...]],
) -> None:
    """Invariant 12: whatever inputs and state say, what is missing afterwards is expired or was looked at."""
    look = Look(presenters=seen, again_at=now)
    after = {one.sha256 for one in next_entries(published, offered, also, now, look)}
    listed = {offer.rotation_id: {one.sha256 for one in offer.trusted} for offer in offered}
    for entry in published:
        if entry.sha256 in after or entry.not_after <= now:
            continue
        assert all(entry.sha256 not in trusted for trusted in listed.values())
        assert all(entry.sha256 != one.sha256 for one in also)
        assert seen[entry.sha256] == ()
    for unseen in (None, replace(look, presenters={}, answered=False)):
        held = {one.sha256 for one in next_entries(published, offered, also, now, unseen)}
        assert held >= {one.sha256 for one in published}


@given(entries(), offers(), ALSO, nows())
def test_everything_live_that_is_offered_is_held_once(
    published: tuple[Entry, ...], offered: Sequence[Offer], also: list[TrustedCertificate], now: datetime
) -> None:
    """It adds freely, and never twice; nothing expired is held."""
    after = [one.sha256 for one in next_entries(published, offered, also, now)]
    wanted = [*also, *(one for offer in offered for one in offer.trusted)]
    assert {one.sha256 for one in wanted if one.not_after > now} <= set(after)
    assert len(after) == len(set(after))
    looked = next_entries(published, offered, also, now, Look(presenters={}, again_at=now))
    assert all(one.not_after > now for one in looked)


@given(entries(), offers(), ALSO, nows())
def test_what_stays_keeps_its_order_and_its_date_and_comes_before_what_is_new(
    published: tuple[Entry, ...], offered: Sequence[Offer], also: list[TrustedCertificate], now: datetime
) -> None:
    """Never re-sorted."""
    after = next_entries(published, offered, also, now)
    stays = {one.sha256 for one in after}
    kept = [(one.sha256, one.since) for one in published if one.sha256 in stays]
    assert [(one.sha256, one.since) for one in after[: len(kept)]] == kept
    assert all(one.since is None for one in after[len(kept) :])


@given(entries(), offers(), ALSO, nows(), ACTIVE_IDS)
def test_it_answers_the_same_to_the_same_question(
    published: tuple[Entry, ...],
    offered: Sequence[Offer],
    also: list[TrustedCertificate],
    now: datetime,
    read_for: set[str],
) -> None:
    """Total and deterministic."""
    due = bundle_due(published, offered, also, read_for, now)
    assert due == bundle_due(published, offered, also, read_for, now)
    assert due in DUE


@given(entries(), offers(), ALSO, nows(), st.sets(certificates().map(lambda one: one.sha256)))
def test_once_written_and_read_for_nothing_is_due(
    published: tuple[Entry, ...],
    offered: Sequence[Offer],
    also: list[TrustedCertificate],
    now: datetime,
    missing: set[str],
) -> None:
    """No perpetual difference; each entry is published since some instant that is not in the future."""
    again_at = now + timedelta(days=1)
    seen = {one.sha256: ("api/prod",) for one in unwanted(published, offered, also, now)}
    looked = next_entries(published, offered, also, now, Look(presenters=seen, again_at=again_at))
    written = restart(looked, missing, now)
    read_for = [offer.active_id for offer in offered if offer.active_id]
    assert bundle_due(written, offered, also, read_for, now) is None
    assert all(one.since is not None and one.since <= now for one in written)
    assert all(one.since == now for one in written if one.sha256 in missing)
