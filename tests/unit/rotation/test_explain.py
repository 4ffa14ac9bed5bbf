"""Why the next step is what it is, in sentences: for every rotation that there can be, and word by word for some."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from apigw_client_cert.rotation.decide import decide
from apigw_client_cert.rotation.explain import because, facts
from apigw_client_cert.rotation.policy import Policy
from apigw_client_cert.rotation.transitions import Step
from tests.strategies import nows, policies, rotations
from tests.unit.rotation.builders import ACTIVE, DAY, HOUR, NOW, PENDING, PREVIOUS, generation, rotation

if TYPE_CHECKING:
    from datetime import datetime

    from apigw_client_cert.rotation.model import Rotation


@given(of=rotations(), policy=policies(), now=nows())
def test_every_rotation_can_be_explained(of: Rotation, policy: Policy, now: datetime) -> None:
    """The step and the date are the rules'; each generation has its sentence."""
    told, decision = because(of, policy, now), decide(of, policy, now)
    assert (told.step, told.at, told.due) == (
        decision.next_action,
        decision.next_action_at,
        decision.step is not Step.NONE,
    )
    assert told.rule.endswith(".")
    assert [one for one in of.generations if not any(f" {one.id} " in each for each in facts(of, policy, now))] == []


STEADY = rotation(generation(1, left=40 * DAY))
WAITING = rotation(generation(1, left=29 * DAY), generation(2, PENDING, pending_since=NOW - HOUR))
UNUSED = rotation(generation(1, PREVIOUS, unused_since=NOW - DAY, scanned_at=NOW - DAY), generation(2, ACTIVE))
BLOCKED = rotation(generation(1, PREVIOUS, scanned_at=NOW - HOUR), generation(2, ACTIVE), blocked_by=["api/legacy"])
ENDED = rotation(generation(1, PREVIOUS, left=-DAY), generation(2, ACTIVE))
HURRIED = rotation(generation(1, left=2 * DAY), generation(2, PENDING, pending_since=NOW - HOUR))
UNSEEN = rotation(generation(1, PREVIOUS), generation(2, ACTIVE))
RULES = [
    (
        STEADY,
        Policy(),
        Step.ISSUE,
        "less than rotate_before (30d) to live, and certificate gen1 (generation 1) expires",
    ),
    (STEADY, Policy(jitter=DAY), Step.ISSUE, "rotate_before (30d) and its jitter of 1d to live"),
    (rotation(generation(1), trigger="a"), Policy(trigger="b"), Step.ISSUE, "changed from 'a' to 'b'"),
    (
        WAITING,
        Policy(),
        Step.ACTIVATE,
        "publish_lead (1d, of which 95 % count as all of it): it is pending since 2027-",
    ),
    (UNUSED, Policy(), Step.RETIRE, "nobody has presented generation 1 since 2027-01-31T12:00Z"),
    (HURRIED, Policy(), Step.ACTIVATE, "From activate_by (3d) before its expiry, which is 2027-02-03T12:00Z"),
    (UNSEEN, Policy(), Step.CONFIRM, "any stage of the account and region presents generation 1 still"),
    (UNSEEN, Policy(pin=1), Step.PIN, "pin_generation=1 asks for that generation"),
    (ENDED, Policy(), Step.WITHDRAW, "leaves the trust bundle when it expires 2027-01-31T12:00Z"),
    (BLOCKED, Policy(), Step.CONFIRM, "At the last look (2027-02-01T11:00Z) a stage presented it"),
    (rotation(generation(1, left=-DAY)), Policy(), Step.REGENERATE, "expires 2027-01-31T12:00Z"),
    (rotation(generation(1, PREVIOUS)), Policy(), Step.RECOVER, "is gone from AWS"),
]


@pytest.mark.parametrize(("of", "policy", "step", "words"), RULES, ids=[words[:30] for *_rest, words in RULES])
def test_the_rule_is_said_with_its_figures(of: Rotation, policy: Policy, step: Step, words: str) -> None:
    """Of the policy and of the rotation."""
    told = because(of, policy, NOW)
    assert told.step is step
    assert words in told.rule


def test_a_pin_and_a_lost_generation_are_facts() -> None:
    """Beside the generations."""
    pinned = facts(STEADY, Policy(pin=1), NOW)
    assert pinned[-1].startswith("pin_generation=1 holds until 2027-03-10T12:00Z")
    assert "No generation is active" in facts(rotation(generation(1, PREVIOUS)), Policy(), NOW)[-1]
    assert "by the look of 2027-02-01T11:00Z it is in use: api/legacy" in facts(BLOCKED, Policy(), NOW)[0]


def test_what_would_change_it_is_said_as_it_is_set() -> None:
    """A trigger that was never set has to be set first."""
    unset, was_set = (because(one, Policy(), NOW).changes[0] for one in (STEADY, rotation(generation(1), trigger="a")))
    assert "none is set" in unset
    assert was_set == "a changed rotation_trigger makes it due in the next run"
    assert "pin_generation=1 holds it back" in because(WAITING, Policy(), NOW).changes
