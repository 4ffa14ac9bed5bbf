"""Performing a decided step without a world: what the lifecycle does between ``decide`` and ``transitions``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert.rotation import transitions
from apigw_client_cert.rotation.model import Generation, Role, Rotation
from apigw_client_cert.rotation.transitions import Step

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime, timedelta

    from apigw_client_cert.rotation.decide import Decision
    from apigw_client_cert.rotation.policy import Policy


def minted(number: int, now: datetime, life: timedelta) -> Generation:
    """A generation as API Gateway would make it at this instant."""
    return Generation(
        number=number,
        id=f"gen{number}",
        role=Role.PENDING,
        serial=str(number),
        created_date=now,
        not_after=now + life,
        sha256=f"{number:064x}",
        sha1=f"{number:040x}",
        spki_sha256=f"{number:064x}",
        pem=f"gen{number}",
    )


def perform(  # noqa: PLR0913 - each is one fact of a run, named at the call
    rotation: Rotation,
    decision: Decision,
    policy: Policy,
    now: datetime,
    *,
    fresh: Generation,
    users: Mapping[int, Collection[str]],
) -> Rotation:
    """The rotation after the decided step.

    ``fresh`` is what a step that generates receives; ``users`` are the stages that a scan finds, by generation number.
    """
    step = decision.step
    in_use = {one.number: users[one.number] for one in rotation.previous if users.get(one.number)}
    if step is Step.ISSUE:
        after = transitions.issue(rotation, fresh, now, trigger=policy.trigger)
    elif step is Step.REGENERATE:
        after = transitions.regenerate(rotation, fresh, now, trigger=policy.trigger)
    elif step in {Step.ACTIVATE, Step.PIN, Step.RECOVER}:
        after = transitions.activate(rotation, decision.numbers[0], now, step)
    elif step is Step.CONFIRM:
        after = transitions.confirm(rotation, in_use, now)
    elif step is Step.RETIRE:
        after = transitions.retire(rotation, [one for one in decision.numbers if one not in in_use], in_use, now)
    elif step is Step.WITHDRAW:
        after = transitions.withdraw(rotation, now)
    else:
        after = rotation
    return after
