"""What a rotation remembers of its steps: every transition, no more than it holds, and nothing that a rule reads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.errors import LONGEST_SHOWN, MOST_LISTED
from apigw_client_cert.rotation import transitions
from apigw_client_cert.rotation.history import MOST, begun, signed
from apigw_client_cert.rotation.transitions import Step
from tests.unit.rotation.builders import (
    ACTIVE,
    DAY,
    HOUR,
    NOW,
    PENDING,
    PREVIOUS,
    SECOND,
    generation,
    rotation,
)

if TYPE_CHECKING:
    from apigw_client_cert.rotation.model import Rotation

OVERLAPPING = rotation(generation(1, PREVIOUS), generation(2))


def told(of: Rotation) -> list[tuple[str, int, str | None]]:
    """Each entry's step, generation and role."""
    return [(one.step, one.generation, one.role.value if one.role else None) for one in of.history]


def test_a_life_is_an_entry_for_each_of_its_steps() -> None:
    """When, what, which certificate, and what a look found."""
    one = transitions.begin("r1", generation(1), NOW - 30 * DAY)
    one = transitions.issue(one, generation(2), NOW)
    one = transitions.activate(one, 2, NOW + DAY)
    one = transitions.confirm(one, {}, NOW + 2 * DAY)
    one = transitions.retire(one, [1], {}, NOW + 5 * DAY)
    assert told(one) == [
        ("create", 1, "active"),
        ("issue", 2, "pending"),
        ("activate", 2, "active"),
        ("confirm", 1, "previous"),
        ("retire", 1, None),
    ]
    assert [entry.at for entry in one.history] == [NOW - 30 * DAY, *(NOW + days * DAY for days in (0, 1, 2, 5))]
    assert {entry.generation: (entry.certificate_id, entry.sha256) for entry in one.history} == {
        1: ("gen1", f"{1:064x}"),
        2: ("gen2", f"{2:064x}"),
    }
    assert [entry.in_use_by for entry in one.history] == [None, None, None, (), ()]
    made = {number: generation(number).created_date for number in (1, 2)}
    assert [entry.created for entry in one.history] == [made[1], made[2], None, None, None]
    assert {(entry.times, entry.last_at, entry.caller) for entry in one.history} == {(1, None, None)}


def test_a_rotation_of_which_nothing_else_differs_is_the_same() -> None:
    """Whatever it remembers: no rule can tell."""
    remembered = transitions.withdraw(OVERLAPPING, NOW)
    assert remembered == replace(remembered, history=begun("adopt", [generation(9)], NOW))
    assert hash(remembered) == hash(replace(remembered, history=()))


def test_no_more_than_24_are_kept_the_newest() -> None:
    """State has a size."""
    one = OVERLAPPING
    for number in range(3, 33):
        one = transitions.issue(one, generation(number), NOW + number * HOUR)
    assert MOST == 24
    assert [entry.generation for entry in one.history] == list(range(9, 33))
    family = [generation(number) for number in range(1, 31)]
    resumed = transitions.resume("r1", family, [30], NOW)
    assert [entry.generation for entry in resumed.history] == list(range(7, 31))


def test_looks_that_find_another_thing_each_day_push_no_other_step_out() -> None:
    """Who issued what is active stays, however often a stranger's stage comes and goes."""
    one = transitions.issue(transitions.begin("r1", generation(1), NOW), generation(2), NOW + HOUR)
    one = transitions.activate(one, 2, NOW + DAY)
    for day in range(2, 90):
        one = transitions.confirm(one, {1: [f"api/{day}"]}, NOW + day * DAY)
    assert len(one.history) == MOST
    assert [entry.step for entry in one.history if entry.step != "confirm"] == ["create", "issue", "activate"]
    assert one.history[-1].at == NOW + 89 * DAY


def test_looks_that_find_the_same_are_one_entry() -> None:
    """A stranger's stage that presents a certificate for months drives nothing out; another finding is news."""
    one = OVERLAPPING
    for day in range(40):
        one = transitions.confirm(one, {1: ["api/legacy"]}, NOW + day * DAY)
    one = transitions.confirm(one, {1: ["api/legacy", "api/old"]}, NOW + 40 * DAY)
    one = transitions.confirm(one, {}, NOW + 41 * DAY)
    assert [(entry.step, entry.at, entry.times, entry.last_at, entry.in_use_by) for entry in one.history] == [
        ("confirm", NOW, 40, NOW + 39 * DAY, ("api/legacy",)),
        ("confirm", NOW + 40 * DAY, 1, None, ("api/legacy", "api/old")),
        ("confirm", NOW + 41 * DAY, 1, None, ()),
    ]


def test_each_generation_has_looks_of_its_own_also_with_a_step_of_another_one_between() -> None:
    """The first look stays where it was."""
    two = rotation(generation(1, PREVIOUS), generation(2, PREVIOUS), generation(3))
    one = transitions.confirm(two, {1: ["api/legacy"]}, NOW)
    one = transitions.issue(one, generation(4), NOW + HOUR)
    one = transitions.confirm(one, {1: ["api/legacy"]}, NOW + DAY)
    assert [(entry.step, entry.generation, entry.in_use_by, entry.times) for entry in one.history] == [
        ("confirm", 1, ("api/legacy",), 2),
        ("confirm", 2, (), 2),
        ("issue", 4, None, 1),
    ]


def test_a_step_between_ends_a_run_of_looks() -> None:
    """What is found after a rollback is found anew."""
    one = transitions.confirm(OVERLAPPING, {}, NOW)
    one = transitions.activate(one, 1, NOW + HOUR, Step.PIN)
    one = transitions.activate(one, 2, NOW + 2 * HOUR)
    one = transitions.confirm(one, {}, NOW + 3 * HOUR)
    assert told(one) == [
        ("confirm", 1, "previous"),
        ("pin", 1, "active"),
        ("activate", 2, "active"),
        ("confirm", 1, "previous"),
    ]
    assert [entry.times for entry in one.history] == [1, 1, 1, 1]


def test_a_look_names_the_first_users_and_counts_the_others() -> None:
    """An entry stays small."""
    users = [f"api{number:02}/prod" for number in range(MOST_LISTED + 3)]
    (entry,) = transitions.confirm(OVERLAPPING, {1: users[::-1]}, NOW).history
    assert (entry.in_use_by, entry.in_use_by_more) == (tuple(users[:MOST_LISTED]), 3)
    (entry,) = transitions.confirm(OVERLAPPING, {1: ["x" * 500]}, NOW).history
    assert (entry.in_use_by, entry.in_use_by_more) == (("x" * LONGEST_SHOWN,), 0)
    full = transitions.confirm(OVERLAPPING, {1: users[:MOST_LISTED]}, NOW)
    (first, second) = transitions.confirm(full, {1: users[: MOST_LISTED + 1]}, NOW + DAY).history
    assert (first.in_use_by_more, second.in_use_by_more) == (0, 1)


def test_a_retirement_that_keeps_one_was_a_look_at_it() -> None:
    """``retire`` means deleted."""
    two = rotation(generation(1, PREVIOUS), generation(2, PREVIOUS), generation(3))
    one = transitions.retire(two, [1], {2: ["api/legacy"]}, NOW)
    assert told(one) == [("retire", 1, None), ("confirm", 2, "previous")]
    assert [entry.in_use_by for entry in one.history] == [(), ("api/legacy",)]


def test_what_somebody_deleted_is_lost_and_nobody_looked() -> None:
    """Who presented it then, nobody knows."""
    one = transitions.lose(OVERLAPPING, [1, 2], NOW)
    assert told(one) == [("lose", 1, None), ("lose", 2, None)]
    assert [entry.in_use_by for entry in one.history] == [None, None]
    assert transitions.lose(one, [7], NOW).history == one.history


def test_an_expired_one_is_withdrawn_by_whatever_step() -> None:
    """It leaves the trust with the first step after its end."""
    expired = rotation(generation(1, PREVIOUS, left=-SECOND), generation(2))
    assert told(transitions.withdraw(expired, NOW)) == [("withdraw", 1, "previous")]
    assert told(transitions.issue(expired, generation(3), NOW)) == [
        ("withdraw", 1, "previous"),
        ("issue", 3, "pending"),
    ]
    assert told(transitions.confirm(expired, {}, NOW)) == [("withdraw", 1, "previous"), ("confirm", 1, "previous")]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (transitions.regenerate(rotation(generation(1, left=-DAY)), generation(2), NOW), ("regenerate", 2, "active")),
        (
            transitions.activate(rotation(generation(1, PREVIOUS), generation(2, left=-DAY)), 1, NOW, Step.RECOVER),
            ("recover", 1, "active"),
        ),
        (transitions.take_in(rotation(generation(2)), [generation(1)], NOW), ("resume", 1, "previous")),
        (transitions.adopt(rotation(generation(1)), [generation(2)], 2, NOW), ("adopt", 2, "active")),
        (transitions.resume("r1", [generation(4)], [4], NOW), ("resume", 4, "active")),
        (transitions.resume("r1", [generation(4)], [4], NOW, step=Step.ADOPT), ("adopt", 4, "active")),
    ],
)
def test_the_rarer_steps_have_their_words(after: Rotation, expected: tuple[str, int, str]) -> None:
    """Those of the table; what expired leaves the trust besides."""
    assert [one for one in told(after) if one[0] != "withdraw"] == [expected]
    assert {step for step, _number, _role in told(after)} <= {one.value for one in Step} | {"create"}


def test_what_is_found_again_beside_what_was_known() -> None:
    """The found ones, and the one that they made active."""
    known = rotation(generation(1, PREVIOUS), generation(3, PENDING))
    one = transitions.rediscover(known, [generation(2, ACTIVE)], {1}, NOW)
    assert told(one) == [("resume", 1, "active"), ("resume", 2, "previous")]
    assert [entry.created for entry in one.history] == [None, generation(2).created_date]


def test_only_new_entries_name_the_caller_and_a_repeated_look_the_first_one() -> None:
    """Nobody signs for what a run before did."""
    one = signed(transitions.begin("r1", generation(1), NOW), "alice")
    issued = signed(transitions.issue(one, generation(2), NOW + HOUR), "bob", one.history)
    assert [entry.caller for entry in issued.history] == ["alice", "bob"]
    assert signed(issued, "carol", issued.history).history == issued.history
    looked = signed(transitions.confirm(OVERLAPPING, {}, NOW), "alice")
    again = transitions.confirm(looked, {}, NOW + DAY)
    assert [entry.caller for entry in signed(again, "bob", looked.history).history] == ["alice"]
