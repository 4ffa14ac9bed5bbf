"""The table of gate, confirmation and way back: every row against the sentences that it follows from."""

from __future__ import annotations

from itertools import product

import pytest

from apigw_client_cert.rotation.verdict import (
    COMING,
    PRESENTED,
    TABLE,
    Outcome,
    Standing,
    Why,
    leads_to_the_one_before,
    outcome,
)

ROWS = list(product(Why, PRESENTED, COMING))
LOST = {Standing.NOTHING, Standing.DEAD}
KNOWN_BAD = {Standing.DEAD, Standing.REFUSED}
LEAVES = {Outcome.MOVE, Outcome.GO_BACK}


def test_the_table_is_total() -> None:
    """Each reason, each row, each column; only the way back goes back."""
    assert set(TABLE) == set(Why)
    for why, rows in TABLE.items():
        assert tuple(rows) == PRESENTED
        for outcomes in rows.values():
            assert len(outcomes) == len(COMING)
            assert set(outcomes) <= (
                {Outcome.STAY, Outcome.GO_BACK, Outcome.CONFIRMED}
                if why is Why.WAY_BACK
                else {Outcome.STAY, Outcome.MOVE}
            )


@pytest.mark.parametrize(("why", "presented", "coming"), ROWS)
def test_no_row_holds_a_stage_on_what_is_refused_while_what_is_to_come_is_not(
    why: Why, presented: Standing, coming: Standing
) -> None:
    """Nor on nothing, nor on what is dead; and none leads to what is dead."""
    found = outcome(why, presented, coming)
    if presented in LOST | KNOWN_BAD and coming not in KNOWN_BAD:
        assert found in LEAVES
    if coming is Standing.DEAD:
        assert found not in LEAVES


@pytest.mark.parametrize(("why", "presented", "coming"), ROWS)
def test_not_proven_never_holds_harder_than_refused(why: Why, presented: Standing, coming: Standing) -> None:
    """Where a stage leaves for what is refused, it leaves for everything that may be better."""
    if outcome(why, presented, Standing.REFUSED) in LEAVES and coming is not Standing.DEAD:
        assert outcome(why, presented, coming) in LEAVES


@pytest.mark.parametrize("presented", [one for one in PRESENTED if one not in LOST])
def test_a_rollback_and_a_repair_are_held_by_a_proof_of_refusal_alone(presented: Standing) -> None:
    """And by a certificate that is dead."""
    for why in (Why.ROLLBACK, Why.REPAIR):
        assert {one for one in COMING if outcome(why, presented, one) is Outcome.STAY} == KNOWN_BAD


def test_a_rotation_leaves_what_works_for_a_proof_alone_or_for_one_that_is_confirmed_afterwards() -> None:
    """Invariant 8."""
    leaves = {one for one in COMING if outcome(Why.ROTATION, Standing.ACCEPTED, one) in LEAVES}
    assert leaves == {Standing.ACCEPTED, Standing.LATER}
    for presented in (Standing.UNPROVEN, Standing.UNASKED):
        assert {one for one in COMING if outcome(Why.ROTATION, presented, one) in LEAVES} == {Standing.ACCEPTED}


def test_a_switch_is_confirmed_by_nothing_but_its_own_acceptance() -> None:
    """Whatever is known of the certificate before."""
    for presented, coming in product(PRESENTED, COMING):
        found = outcome(Why.WAY_BACK, presented, coming)
        assert (found is Outcome.CONFIRMED) is (presented is Standing.ACCEPTED)


def test_the_one_before_is_a_place_where_no_other_is_known() -> None:
    """What was confirmed, or set beside what is presented, is another; that it was confirmed itself is none."""
    places = list(product([None, "first", "second"], [None, "first", "second"]))
    assert {(confirmed, left) for confirmed, left in places if _leads(confirmed, left)} == {
        (None, None),
        (None, "second"),
    }


def _leads(confirmed: str | None, left: str | None) -> bool:
    return leads_to_the_one_before(presented="second", confirmed=confirmed, left=left)
