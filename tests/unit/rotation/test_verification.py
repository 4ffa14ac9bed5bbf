"""What trial calls and probes prove, one pair each."""

from __future__ import annotations

from itertools import product

import pytest

from apigw_client_cert.rotation.verdict import Outcome, Standing, Why, outcome
from apigw_client_cert.rotation.verification import (
    Beside,
    Expected,
    Proof,
    Sighting,
    Trial,
    confirmed,
    fingerprints_in,
    sighting,
    standing,
)

OLD, NEW, OTHER = "a1" * 32, "b2" * 32, "c3" * 32
ECHO, STATUS = Expected(), Expected(proof=Proof.STATUS)
GOOD_OLD, GOOD_NEW = Trial(status=200, seen=frozenset({OLD})), Trial(status=200, seen=frozenset({NEW}))
MUTE, REFUSED = Trial(status=200), Trial(status=403)


def both(
    desired: Trial, presented: Trial, expected: Expected = ECHO, former: str | None = OLD
) -> tuple[Standing, Standing]:
    """What a pair of trials says of the new certificate, and of the one that is presented."""
    return (
        standing(expected, desired, NEW, Beside(trial=presented, sha256=former)),
        standing(expected, presented, former, Beside(trial=desired, sha256=NEW)),
    )


@pytest.mark.parametrize(
    ("desired", "presented", "new", "old"),
    [
        (GOOD_NEW, GOOD_OLD, Standing.ACCEPTED, Standing.ACCEPTED),
        (GOOD_NEW, REFUSED, Standing.ACCEPTED, Standing.REFUSED),
        (GOOD_NEW, GOOD_NEW, Standing.UNPROVEN, Standing.UNPROVEN),
        (GOOD_NEW, MUTE, Standing.ACCEPTED, Standing.UNPROVEN),
        (GOOD_OLD, GOOD_OLD, Standing.UNPROVEN, Standing.UNPROVEN),
        (MUTE, MUTE, Standing.UNPROVEN, Standing.UNPROVEN),
        (MUTE, REFUSED, Standing.UNPROVEN, Standing.REFUSED),
        (REFUSED, GOOD_OLD, Standing.REFUSED, Standing.ACCEPTED),
        (REFUSED, REFUSED, Standing.REFUSED, Standing.REFUSED),
        (GOOD_NEW, Trial(status=403, seen=frozenset({NEW})), Standing.ACCEPTED, Standing.REFUSED),
    ],
)
def test_a_pair_of_trials_says_one_thing_of_each(
    desired: Trial, presented: Trial, new: Standing, old: Standing
) -> None:
    """An echo that names the new certificate where the old one was shown proves nothing of either."""
    assert both(desired, presented) == (new, old)


@pytest.mark.parametrize(
    ("desired", "presented", "new", "old"),
    [
        (MUTE, MUTE, Standing.ACCEPTED, Standing.ACCEPTED),
        (MUTE, REFUSED, Standing.ACCEPTED, Standing.REFUSED),
        (REFUSED, MUTE, Standing.REFUSED, Standing.ACCEPTED),
        (GOOD_NEW, GOOD_NEW, Standing.ACCEPTED, Standing.ACCEPTED),
    ],
)
def test_a_status_is_proof_enough_where_the_user_says_so(
    desired: Trial, presented: Trial, new: Standing, old: Standing
) -> None:
    """Of a backend that refuses what it does not trust and echoes nothing."""
    assert both(desired, presented, STATUS) == (new, old)


def test_a_certificate_whose_fingerprint_is_unknown_is_believed() -> None:
    """ACM's; what it is moved away to has to be proven all the same."""
    assert both(GOOD_NEW, MUTE, former=None) == (Standing.ACCEPTED, Standing.ACCEPTED)
    assert both(MUTE, MUTE, former=None) == (Standing.UNPROVEN, Standing.ACCEPTED)


def test_an_echo_of_the_new_certificate_for_one_of_unknown_fingerprint_is_a_constant() -> None:
    """Whatever ACM's fingerprint is, it is not that; a status says nothing about it."""
    assert both(GOOD_NEW, GOOD_NEW, former=None)[0] is Standing.UNPROVEN
    assert both(GOOD_NEW, GOOD_NEW, STATUS, former=None)[0] is Standing.ACCEPTED


def test_a_stage_never_leaves_a_good_certificate_for_one_that_is_not_proven() -> None:
    """Invariant 8, over every pair."""
    trials = [GOOD_OLD, GOOD_NEW, MUTE, REFUSED, Trial(status=200, seen=frozenset({OTHER})), Trial(status=500)]
    for desired, presented, expected in product(trials, trials, (ECHO, STATUS)):
        new, old = both(desired, presented, expected)
        if outcome(Why.ROTATION, old, new) is Outcome.MOVE:
            assert desired.proves(expected, NEW) or not presented.accepted(expected)


@pytest.mark.parametrize(
    "text",
    [
        NEW,
        NEW.upper(),
        ":".join(NEW[start : start + 2] for start in range(0, 64, 2)).upper(),
        f'{{"seen": "{NEW}", "other": "{OLD}"}}',
        f"sha256={NEW};",
    ],
)
def test_a_fingerprint_is_found_in_any_case_with_or_without_colons(text: str) -> None:
    """In a header or in the body."""
    assert NEW in fingerprints_in([text])


@pytest.mark.parametrize("text", ["", NEW[:-1], NEW + "a", NEW[:62] + "zz", NEW[:40]])
def test_what_is_no_sha256_fingerprint_is_none(text: str) -> None:
    """A SHA-1 or a part of a longer digest proves nothing."""
    assert fingerprints_in([text]) == frozenset()


@pytest.mark.parametrize(
    ("trial", "met"),
    [
        (GOOD_NEW, Sighting.DESIRED),
        (GOOD_OLD, Sighting.FORMER),
        (MUTE, Sighting.UNPROVEN),
        (Trial(status=200, seen=frozenset({OTHER})), Sighting.UNPROVEN),
        (REFUSED, Sighting.REFUSED),
        (Trial(status=200, seen=frozenset({OLD, NEW})), Sighting.DESIRED),
    ],
)
def test_an_answer_through_the_stage_is_one_sighting(trial: Trial, met: Sighting) -> None:
    """By status first, then by what it names."""
    assert sighting(ECHO, trial, NEW, {OLD}) is met


D, F, U, R = Sighting.DESIRED, Sighting.FORMER, Sighting.UNPROVEN, Sighting.REFUSED


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ([], None),
        ([D, D], None),
        ([D, D, D], True),
        ([F, D, D, F, D, D, D], True),
        ([D, D, F], None),
        ([U] * 9, None),
        ([D, R], None),
        ([R, D, R], None),
        ([D, R, R], False),
        ([R, R], False),
    ],
)
def test_so_many_in_a_row_confirm_and_two_refusals_in_a_row_end_it(row: list[Sighting], outcome: object) -> None:
    """While a switch propagates old and new come in any order; one refusal may be a blip."""
    assert confirmed(row, 3) is outcome
