"""The bundle's rule, one scenario each."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.rotation.publication import Entry, Look, Offer, bundle_due, next_entries, restart, unwanted
from tests.unit.rotation.builders import DAY, NOW, PENDING, PREVIOUS, SECOND, certificate, generation

if TYPE_CHECKING:
    from apigw_client_cert.rotation.model import TrustedCertificate

OLD, NEW, NEWER = certificate(1, left=20 * DAY), certificate(2), certificate(3, left=301 * DAY)


def entry(of: TrustedCertificate, owner: str | None = "r1", since: datetime | None = NOW - 9 * DAY) -> Entry:
    """What the bundle holds of this certificate."""
    return Entry(
        sha256=of.sha256,
        sha1=of.sha1,
        spki_sha256=of.spki_sha256,
        pem=of.pem,
        not_after=of.not_after,
        rotation_id=owner,
        since=since,
    )


def offer(*trusted: TrustedCertificate, owner: str = "r1", active: str | None = "gen1") -> Offer:
    """What one rotation wants to be trusted."""
    return Offer(rotation_id=owner, trusted=trusted, active_id=active)


def saw(*stages: str, of: TrustedCertificate = OLD) -> Look:
    """A look that found these stages presenting it."""
    return Look(presenters={of.sha256: stages}, again_at=NOW + DAY)


def held(entries: tuple[Entry, ...]) -> list[int]:
    """The serials that the entries were built from, in their order."""
    return [int(one.sha256, 16) for one in entries]


def test_the_first_bundle_holds_what_is_offered_oldest_first() -> None:
    """Whoever lists it."""
    after = next_entries((), [offer(OLD, NEW)], [NEWER], NOW)
    assert held(after) == [1, 2, 3]
    assert [one.rotation_id for one in after] == ["r1", "r1", None]
    assert [one.since for one in after] == [None, None, None]


def test_a_first_text_puts_what_a_stage_may_present_already_before_the_certificate_made_for_it() -> None:
    """Taken over with ``also_trust``: a backend that tries only the first match keeps accepting it."""
    after = next_entries((), [offer(NEW)], [OLD], NOW)
    assert held(after) == [1, 2]
    assert [one.rotation_id for one in after] == [None, "r1"]
    assert held(next_entries(after, [offer(NEW)], [OLD], NOW)) == [1, 2]


def test_an_entry_carries_the_facts_of_a_generation_and_nothing_of_its_role() -> None:
    """A generation is offered as it is."""
    one = generation(1, PENDING)
    (after,) = next_entries((), [offer(one)], (), NOW)
    assert (after.sha256, after.sha1, after.spki_sha256) == (one.sha256, one.sha1, one.spki_sha256)
    assert (after.pem, after.not_after) == (one.pem, one.not_after)


def test_a_successor_is_added_behind_and_what_is_there_keeps_its_place_and_date() -> None:
    """A backend that tries only the first match keeps accepting what is presented now."""
    published = (entry(NEW), entry(OLD))
    after = next_entries(published, [offer(OLD, NEW, NEWER)], (), NOW)
    assert held(after) == [2, 1, 3]
    assert after[:2] == published
    assert after[2].since is None


def test_the_order_of_the_offers_never_re_sorts_a_bundle() -> None:
    """Another rotation listed first changes nothing that is published."""
    published = (entry(OLD, "r1"), entry(NEW, "r2"))
    offers = [offer(NEW, owner="r2", active="gen2"), offer(OLD)]
    assert next_entries(published, offers, (), NOW) == published
    assert bundle_due(published, offers, (), ["gen1", "gen2"], NOW) is None


def test_what_no_input_lists_leaves_when_a_look_found_nobody() -> None:
    """Invariant 12: that its own rotation lists it no more is a wish; only the look is a fact."""
    published = (entry(OLD), entry(NEW))
    assert next_entries(published, [offer(NEW)], (), NOW) == published
    assert held(next_entries(published, [offer(NEW)], (), NOW, saw(of=NEW))) == [1, 2]
    assert held(next_entries(published, [offer(NEW)], (), NOW, saw())) == [2]


def test_what_a_stage_presents_is_kept_for_it_in_its_place_and_looked_at_again() -> None:
    """Quiet until then; asked for again, it is kept for nobody."""
    published = (entry(OLD), entry(NEW))
    kept = next_entries(published, [offer(NEW)], (), NOW, saw("api/prod"))
    assert kept == (replace(entry(OLD), kept_for=("api/prod",), look_again_at=NOW + DAY), entry(NEW))
    assert [bundle_due(kept, [offer(NEW)], (), ["gen1"], NOW + passed) for passed in (DAY - SECOND, DAY)] == [
        None,
        "look",
    ]
    assert unwanted(kept, [offer(NEW)], (), NOW) == kept[:1]
    assert next_entries(kept, [offer(OLD, NEW)], (), NOW) == published
    assert held(next_entries(kept, [offer(NEW)], (), NOW + 20 * DAY, saw("api/prod"))) == [2]


@pytest.mark.parametrize(("left", "kept"), [(SECOND, [1, 2]), (timedelta(0), [2])])
def test_what_has_expired_is_dropped_even_while_it_is_offered(left: timedelta, kept: list[int]) -> None:
    """Nobody accepts it any more; it is not added either."""
    dying = certificate(1, left=left)
    assert held(next_entries((entry(dying), entry(NEW)), [offer(dying, NEW)], (), NOW, saw())) == kept
    assert held(next_entries((), [offer(dying, NEW)], (), NOW)) == kept


@pytest.mark.parametrize("look", [None, replace(saw(), answered=False)])
def test_what_has_expired_by_this_clock_alone_stays(look: Look | None) -> None:
    """A runner whose clock is months ahead would empty a file that nobody but it looks at; it asks in each run."""
    after = next_entries((entry(OLD), entry(NEW)), [offer(OLD, NEW)], (), NOW + 20 * DAY, look)
    assert held(after) == [1, 2]
    assert bundle_due(after, [offer(OLD, NEW)], (), ["gen1"], NOW + 20 * DAY) == "drop"


def test_a_rotation_that_is_no_longer_an_input_has_retired_nothing() -> None:
    """Invariant 12: removing a resource withdraws no trust; expiry does."""
    published = (entry(OLD, "gone"), entry(NEW))
    assert held(next_entries(published, [offer(NEW)], (), NOW)) == [1, 2]
    assert held(next_entries(published, [offer(NEW)], (), NOW + 20 * DAY, saw())) == [2]


def test_what_the_user_no_longer_asks_to_trust_is_dropped() -> None:
    """also_trust belongs to the user, but a stage may present it."""
    published = (entry(OLD, None), entry(NEW))
    assert held(next_entries(published, [offer(NEW)], [OLD], NOW)) == [1, 2]
    assert held(next_entries(published, [offer(NEW)], (), NOW, saw("api/prod"))) == [1, 2]
    assert held(next_entries(published, [offer(NEW)], (), NOW, saw())) == [2]


def test_what_a_removed_rotation_published_is_not_the_users_to_withdraw() -> None:
    """Asked for besides and no longer asked for: it is its own rotation's still (invariant 12)."""
    published = (entry(OLD, "gone"), entry(NEW))
    asked = next_entries(published, [offer(NEW)], [OLD], NOW)
    assert asked == published
    assert next_entries(asked, [offer(NEW)], (), NOW) == published


def test_one_certificate_offered_twice_is_held_once() -> None:
    """By two rotations, or by one and the user: the first offer owns it."""
    after = next_entries((), [offer(OLD, OLD), offer(OLD, NEW, owner="r2")], [NEW], NOW)
    assert held(after) == [1, 2]
    assert [one.rotation_id for one in after] == ["r1", "r2"]


def test_what_was_missing_from_a_target_is_published_from_now() -> None:
    """Backends that re-read the target in between have forgotten it."""
    entries = (entry(OLD), entry(NEW), entry(NEWER, since=None))
    after = restart(entries, [NEW.sha256], NOW)
    assert [one.since for one in after] == [NOW - 9 * DAY, NOW, NOW]


def test_a_publication_in_the_future_proves_nothing() -> None:
    """A clock was put back: what is there now is published from now."""
    assert [one.since for one in restart((entry(OLD, since=NOW + DAY),), (), NOW)] == [NOW]
    assert [one.since for one in restart((entry(OLD, since=NOW),), (), NOW)] == [NOW]


def test_what_not_every_target_was_seen_to_hold_is_not_dated_anew() -> None:
    """Never written, missing or of the future; what was published before keeps its date while nobody can look."""
    entries = (entry(OLD), entry(NEW), entry(NEWER, since=None), entry(certificate(4), since=NOW + DAY))
    everything = [one.sha256 for one in entries]
    after = restart(entries, [NEW.sha256], NOW, unheld=everything)
    assert [one.since for one in after] == [NOW - 9 * DAY, None, None, None]
    assert [one.since for one in restart(entries, (), NOW, unpublished=everything)] == [None] * 4


def test_something_new_is_a_reason_to_write() -> None:
    """A successor was issued."""
    assert bundle_due((entry(OLD),), [offer(OLD, NEW)], (), ["gen1"], NOW) == "add"


def test_what_was_never_written_everywhere_is_a_reason_to_write() -> None:
    """The last write did not reach every target."""
    assert bundle_due((entry(OLD, since=None),), [offer(OLD)], (), ["gen1"], NOW) == "add"


def test_something_retired_or_expired_is_a_reason_to_write() -> None:
    """What is retired calls for a look."""
    published = (entry(OLD), entry(NEW))
    assert bundle_due(published, [offer(NEW)], (), ["gen1"], NOW) == "look"
    assert bundle_due(published, [offer(OLD, NEW)], (), ["gen1"], NOW + 20 * DAY) == "drop"


def test_before_a_stage_may_move_the_targets_are_read_again() -> None:
    """Another active certificate than the one that they were last read for."""
    published = (entry(OLD), entry(NEW))
    assert bundle_due(published, [offer(OLD, NEW, active="gen2")], (), ["gen1"], NOW) == "read-again"
    assert bundle_due(published, [offer(OLD, NEW, active="gen2")], (), ["gen1", "gen2"], NOW) is None


def test_a_rotation_without_an_active_certificate_asks_for_no_reading() -> None:
    """There is nothing that a stage could move to."""
    assert bundle_due((entry(OLD),), [offer(OLD, active=None)], (), (), NOW) is None


def test_each_rotations_active_certificate_is_read_for() -> None:
    """One bundle may serve several."""
    published = (entry(OLD, "r1"), entry(NEW, "r2"))
    offers = [offer(OLD), offer(NEW, owner="r2", active="gen2")]
    assert bundle_due(published, offers, (), ["gen1"], NOW) == "read-again"


def test_the_trust_of_a_previous_generation_survives_a_full_rotation() -> None:
    """Issue, activate, retire: the bundle holds one, two, two, one."""
    one, two = generation(1), generation(2, PENDING)
    first = restart(next_entries((), [offer(one)], (), NOW), (), NOW)
    both = restart(next_entries(first, [offer(one, two)], (), NOW + DAY), (), NOW + DAY)
    switched = next_entries(both, [offer(replace(one, role=PREVIOUS), two, active="gen2")], (), NOW + 2 * DAY)
    assert switched == both
    nobody = Look(presenters={one.sha256: ()}, again_at=NOW + 6 * DAY)
    assert held(next_entries(switched, [offer(two, active="gen2")], (), NOW + 5 * DAY, nobody)) == [2]


def test_a_certificate_that_another_rotation_adopted_is_its_to_retire() -> None:
    """The entry keeps its place and date and changes hands at once; retired by the new owner, it goes."""
    published = (entry(OLD, owner="former"),)
    adopted = [offer(OLD, owner="r1")]
    assert bundle_due(published, adopted, (), ["gen1"], NOW) == "adopt"
    after = next_entries(published, adopted, (), NOW)
    assert after == (entry(OLD, owner="r1"),)
    assert bundle_due(after, adopted, (), ["gen1"], NOW) is None
    assert held(next_entries(after, [offer(NEW, owner="r1")], (), NOW, saw())) == [2]
