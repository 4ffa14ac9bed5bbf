"""What an update says that it did and found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert.rotation.policy import Policy
from apigw_client_cert.rotation.report import report
from apigw_client_cert.rotation.transitions import Step, activate, confirm, issue, lose, regenerate, retire, withdraw
from tests.unit.rotation.builders import DAY, NOW, PENDING, PREVIOUS, generation, rotation

if TYPE_CHECKING:
    from apigw_client_cert.rotation.model import Rotation

POLICY = Policy()
DEV = "k9l8m7n6o5/dev"


def told(before: Rotation, after: Rotation, *deleted: int) -> str | None:
    """What the update of the rotation called orders says, which has deleted these."""
    return report("orders", before, after, POLICY, deleted)


def test_an_update_that_did_nothing_says_nothing() -> None:
    """Nor does one that remembers a trigger."""
    held = rotation(generation(1), generation(2, PENDING))
    assert told(held, replace(held, trigger="a")) is None


def test_an_issue_names_what_was_issued() -> None:
    """Under which number, and how long it lives."""
    held = rotation(generation(1, left=20 * DAY))
    assert told(held, issue(held, generation(2, left=365 * DAY), NOW)) == (
        "orders: certificate gen2 (generation 2) was issued, and expires 2028-02-01"
    )


@pytest.mark.parametrize("step", [Step.ACTIVATE, Step.RECOVER])
def test_a_switch_names_what_is_presented_since(step: Step) -> None:
    """For a recovery the same: what was before is gone."""
    held = rotation(generation(1, left=20 * DAY), generation(2, PENDING))
    assert told(held, activate(held, 2, NOW, step)) == (
        "orders: certificate gen2 (generation 2) became the one to present, and expires 2027-11-28"
    )


def test_a_regeneration_names_the_fresh_one_once() -> None:
    """It was not pending."""
    lost = rotation(highest_number=4)
    assert told(lost, regenerate(lost, generation(5, left=365 * DAY), NOW)) == (
        "orders: certificate gen5 (generation 5) became the one to present, and expires 2028-02-01"
    )


def test_a_clean_look_says_so_and_when_the_next_one_deletes() -> None:
    """The first one, and one that goes on."""
    held = rotation(generation(1, PREVIOUS), generation(2))
    clean = confirm(held, {}, NOW)
    assert told(held, clean) == (
        "orders: no stage presented certificate gen1 (generation 1) at the look of this run; a run after"
        " 2027-02-04T08:24Z looks again and deletes it"
    )


def test_a_look_that_finds_somebody_names_them() -> None:
    """Or what could not be seen: a scan that was denied is in the same list."""
    held = rotation(generation(1, PREVIOUS), generation(2))
    unknown = "unknown: GET /restapis/x/stages was denied"
    assert told(held, confirm(held, {1: (DEV, unknown)}, NOW)) == (
        f"orders: certificate gen1 (generation 1) counts as in use, by the look of this run: k9l8m7n6o5/dev, {unknown}"
    )


def test_a_retirement_says_what_was_deleted_and_what_was_not() -> None:
    """Each by its id: one is gone, the other one was seen again, a third was looked for a first time."""
    since: dict[str, Any] = {"unused_since": NOW - 4 * DAY, "scanned_at": NOW - DAY}
    held = rotation(generation(1, PREVIOUS, **since), generation(2, PREVIOUS, **since), generation(3))
    assert told(held, retire(held, [1], {2: (DEV,)}, NOW), 1) == (
        "orders: certificate gen2 (generation 2) was not deleted: it counts as in use, by the look of this run:"
        " k9l8m7n6o5/dev; certificate gen1 (generation 1) was looked for once more, presented by no stage, and deleted"
    )


def test_a_withdrawal_names_what_left_the_bundle() -> None:
    """It stays in AWS."""
    held = rotation(generation(1, PREVIOUS, left=-DAY), generation(2))
    assert told(held, withdraw(held, NOW)) == "orders: certificate gen1 (generation 1) has left the trust bundle"


def test_what_somebody_else_deleted_is_not_said_again() -> None:
    """The look that missed it has said so."""
    held = rotation(generation(1, PREVIOUS), generation(2))
    assert told(held, lose(held, [1], NOW)) is None


def test_what_came_with_an_adoption_was_not_issued() -> None:
    """A previous one that is new in state is no news of this update's making."""
    held = rotation(generation(2))
    assert told(held, rotation(generation(1, PREVIOUS), generation(2))) is None
