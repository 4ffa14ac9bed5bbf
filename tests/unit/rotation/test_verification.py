"""What trial calls and probes prove, one pair each."""

from __future__ import annotations

from itertools import product

import pytest

from apigw_client_cert.rotation.verification import (
    Before,
    Expected,
    Proof,
    Sighting,
    Trial,
    Verdict,
    confirmed,
    fingerprints_in,
    judge,
    sighting,
)

OLD, NEW, OTHER = "a1" * 32, "b2" * 32, "c3" * 32
ECHO, STATUS = Expected(), Expected(proof=Proof.STATUS)
GOOD_OLD, GOOD_NEW = Trial(status=200, seen=frozenset({OLD})), Trial(status=200, seen=frozenset({NEW}))
MUTE, REFUSED = Trial(status=200), Trial(status=403)


def live(trial: Trial) -> Before:
    """A live certificate whose trial went so."""
    return Before(trial=trial, sha256=OLD)


@pytest.mark.parametrize(
    ("desired", "before", "verdict"),
    [
        (GOOD_NEW, live(GOOD_OLD), Verdict.PROVEN),
        (GOOD_NEW, live(REFUSED), Verdict.PRESENTED_REFUSED),
        (GOOD_NEW, live(GOOD_NEW), Verdict.CONSTANT_ECHO),
        (GOOD_NEW, live(MUTE), Verdict.CONSTANT_ECHO),
        (GOOD_NEW, Before(), Verdict.PROVEN),
        (GOOD_NEW, Before(trial=REFUSED, bare=True), Verdict.PROVEN),
        (GOOD_NEW, Before(trial=MUTE, bare=True), Verdict.PROVEN),
        (GOOD_OLD, live(GOOD_OLD), Verdict.OTHER_PROOF),
        (MUTE, live(MUTE), Verdict.NO_PROOF),
        (MUTE, Before(trial=MUTE, bare=True), Verdict.NO_PROOF),
        (MUTE, Before(), Verdict.NO_PROOF),
        (REFUSED, live(GOOD_OLD), Verdict.REFUSED_ALONE),
        (REFUSED, live(MUTE), Verdict.REFUSED_ALONE),
        (REFUSED, live(REFUSED), Verdict.REFUSED_WITH_PRESENTED),
        (REFUSED, Before(trial=MUTE, bare=True), Verdict.REFUSED_ALONE),
        (REFUSED, Before(trial=REFUSED, bare=True), Verdict.NOTHING_TO_LOSE),
        (REFUSED, Before(), Verdict.NOTHING_TO_LOSE),
    ],
)
def test_a_pair_of_trials_has_one_verdict(desired: Trial, before: Before, verdict: Verdict) -> None:
    """Old green and new green lets move; any doubt does not; where nothing works there is nothing to lose."""
    assert judge(ECHO, desired, NEW, before) is verdict


@pytest.mark.parametrize(
    ("desired", "before", "verdict"),
    [
        (MUTE, live(MUTE), Verdict.PROVEN),
        (MUTE, live(REFUSED), Verdict.PRESENTED_REFUSED),
        (REFUSED, live(MUTE), Verdict.REFUSED_ALONE),
        (REFUSED, live(REFUSED), Verdict.REFUSED_WITH_PRESENTED),
    ],
)
def test_a_status_is_proof_enough_where_the_user_says_so(desired: Trial, before: Before, verdict: Verdict) -> None:
    """Of a backend that refuses what it does not trust and echoes nothing."""
    assert judge(STATUS, desired, NEW, before) is verdict


def test_a_certificate_whose_fingerprint_is_unknown_is_believed() -> None:
    """ACM's; what it is moved away to has to be proven all the same."""
    assert judge(ECHO, GOOD_NEW, NEW, Before(trial=MUTE)) is Verdict.PROVEN
    assert judge(ECHO, MUTE, NEW, Before(trial=MUTE)) is Verdict.NO_PROOF


def test_an_echo_of_the_new_certificate_for_one_of_unknown_fingerprint_is_a_constant() -> None:
    """Whatever ACM's fingerprint is, it is not that; a status says nothing about it."""
    assert judge(ECHO, GOOD_NEW, NEW, Before(trial=GOOD_NEW)) is Verdict.CONSTANT_ECHO
    assert judge(STATUS, GOOD_NEW, NEW, Before(trial=GOOD_NEW)) is Verdict.PROVEN


def test_a_live_certificate_that_could_not_be_tried_is_not_left_for_one_that_is_refused() -> None:
    """It is not one that serves nobody."""
    assert judge(ECHO, REFUSED, NEW, Before(untried=True)) is Verdict.REFUSED_UNTRIED
    assert not Verdict.REFUSED_UNTRIED.lets_move
    assert judge(ECHO, GOOD_NEW, NEW, Before(untried=True)) is Verdict.PROVEN


def test_a_stage_never_leaves_a_good_certificate_for_one_that_is_not_proven() -> None:
    """Invariant 8, over every pair."""
    trials = [GOOD_OLD, GOOD_NEW, MUTE, REFUSED, Trial(status=200, seen=frozenset({OTHER})), Trial(status=500)]
    for desired, presented, expected in product(trials, trials, (ECHO, STATUS)):
        if judge(expected, desired, NEW, live(presented)).lets_move:
            assert desired.proves(expected, NEW)


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
