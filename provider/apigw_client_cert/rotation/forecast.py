"""forecast(): what scheduled runs will do, told by playing the rules forward. Pure.

It asks ``decide`` at each run and takes the step through ``transitions``, as an update does, in a world without
surprises: every generate succeeds with a certificate of a year, and nobody presents a previous generation.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from apigw_client_cert.rotation import transitions
from apigw_client_cert.rotation.decide import Decision, decide
from apigw_client_cert.rotation.model import Generation, Phase, Role, Rotation
from apigw_client_cert.rotation.transitions import Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from apigw_client_cert.rotation.policy import Policy

# Every generated certificate (docs/aws.md §2).
LIFETIME = timedelta(days=365)


class Milestone(NamedTuple):
    """One step of the future: when, which, and how things stand after it.

    ``generation`` is the one that the step is about, ``presented`` the one that stages present after it, ``trusted``
    all that backends trust after it; numbers, oldest first.
    """

    at: datetime
    step: Step
    generation: int
    phase: Phase
    presented: int | None
    trusted: tuple[int, ...]


def imagined(number: int, now: datetime) -> Generation:
    """A certificate of which only the number and the dates are known."""
    return Generation(
        number=number,
        id=f"generation-{number}",
        role=Role.PENDING,
        created_date=now,
        not_after=now + LIFETIME,
        serial="",
        sha256=f"generation-{number}",
        sha1="",
        spki_sha256="",
        pem="",
    )


def forecast(
    rotation: Rotation, policy: Policy, *, start: datetime, every: timedelta, most: int
) -> tuple[Milestone, ...]:
    """The next ``most`` steps of runs at ``start`` and every so often after it."""
    return tuple(islice(_walk(rotation, policy, start, every), most))


def _walk(rotation: Rotation, policy: Policy, now: datetime, every: timedelta) -> Iterator[Milestone]:
    while True:
        decision = decide(rotation, policy, now)
        if decision.step is Step.NONE:
            # The first run at or after it; a run takes one step.
            runs = -((now - decision.next_action_at) // every)
            now += every * max(1, runs)
            continue
        about = decision.numbers[0] if decision.numbers else rotation.highest_number + 1
        if decision.step is Step.ISSUE:
            about = rotation.highest_number + 1
        rotation = transitions.remember_trigger(_taken(rotation, decision, policy, now), policy.trigger)
        active = rotation.active
        yield Milestone(
            now,
            decision.step,
            about,
            rotation.phase,
            active.number if active else None,
            tuple(one.number for one in rotation.generations if one.trusted),
        )
        now += every


def _taken(rotation: Rotation, decision: Decision, policy: Policy, now: datetime) -> Rotation:
    """The rotation after the step, as everything went well."""
    fresh = imagined(rotation.highest_number + 1, now)
    match decision.step:
        case Step.ISSUE:
            return transitions.issue(rotation, fresh, now, trigger=policy.trigger)
        case Step.REGENERATE:
            return transitions.regenerate(rotation, fresh, now, trigger=policy.trigger)
        case Step.CONFIRM:
            return transitions.confirm(rotation, {}, now)
        case Step.RETIRE:
            return transitions.retire(rotation, decision.numbers, {}, now)
        case Step.WITHDRAW:
            return transitions.withdraw(rotation, now)
        case step:
            return transitions.activate(rotation, decision.numbers[0], now, step)
