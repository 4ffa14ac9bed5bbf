"""What every format renders: a row for each rotation, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from apigw_client_cert.cli.exit_status import ExitStatus, worst, worst_first
from apigw_client_cert.cli.findings.certificate import due_since
from apigw_client_cert.cli.findings.rotation import findings_of
from apigw_client_cert.cli.fleet import fleet_of
from apigw_client_cert.cli.states import Unread
from apigw_client_cert.errors import RotationError
from apigw_client_cert.lifecycle.state import instant_or_none, undamaged
from apigw_client_cert.rotation.decide import decide
from apigw_client_cert.rotation.transitions import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from apigw_client_cert.cli.findings.finding import StatusFinding
    from apigw_client_cert.cli.fleet import Fleet, Group
    from apigw_client_cert.cli.limits import Limits
    from apigw_client_cert.cli.live.account import Account, Scope
    from apigw_client_cert.cli.live.asking import Seen
    from apigw_client_cert.cli.resources import Binding, Certificate
    from apigw_client_cert.cli.states import StackState
    from apigw_client_cert.rotation.decide import Decision
    from apigw_client_cert.rotation.model import Generation


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCertificate:
    """One generation; what a binding of another stack is not told is None."""

    id: str
    generation: int | None
    expires: datetime | None

    def days_left(self, now: datetime) -> int | None:
        """Whole days until its end, negative after it."""
        return None if self.expires is None else (self.expires - now) // timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """The step that comes next, and when it is due; with ``due``, since when it is."""

    step: str
    at: datetime
    due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStage:
    """One stage, what it should present and what it did when it was last looked at."""

    stack: str
    name: str
    stage: str
    desired: str
    presented: str | None
    waiting_until: datetime | None
    waiting_because: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One rotation. ``phase`` None: it is owned by a stack that was not read; ``group`` is what it was made from."""

    group: Group
    stack: StackState
    name: str
    rotation_id: str | None
    phase: str | None
    active: ShownCertificate | None
    pending: ShownCertificate | None
    previous: tuple[ShownCertificate, ...]
    next: NextStep | None
    stages: tuple[ShownStage, ...]
    findings: tuple[StatusFinding, ...]

    @property
    def exit_status(self) -> ExitStatus:
        """The worst of its findings."""
        return worst(one.exit_status for one in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All rows, the most urgent first, as of one instant.

    ``accounts`` are there where AWS was asked; ``inventory``: it alone was, and every certificate is to be shown.
    """

    now: datetime
    rows: tuple[Row, ...]
    unread: tuple[Unread, ...]
    accounts: tuple[Account, ...] = ()
    inventory: bool = False

    @property
    def exit_status(self) -> ExitStatus:
        """The worst of all, as ``exit_status.worst`` orders it."""
        found = [*(row.exit_status for row in self.rows), *(account.exit_status for account in self.accounts)]
        return worst([*found, *(ExitStatus.UNREAD for _one in self.unread)])


def report_of(
    states: Iterable[StackState | Unread],
    now: datetime,
    limits: Limits,
    ask: Callable[[Fleet], Seen] | None = None,
    scope: Scope | None = None,
) -> Report:
    """What these states say of their rotations, and AWS where it is to be asked; ``scope``: whether these are all."""
    fleet = fleet_of(states)
    seen = None if ask is None else ask(fleet)
    read = [one for group in fleet.groups for one in _readable_row(group, now, limits, seen)]
    unread = [*fleet.unread, *(one for one in read if isinstance(one, Unread)), *(() if seen is None else seen.unread)]
    accounts = () if seen is None or scope is None else seen.accounts(fleet, scope, now)
    rows = sorted((one for one in read if isinstance(one, Row)), key=_order)
    return Report(now=now, rows=worst_first(rows), unread=tuple(unread), accounts=accounts)


def _order(row: Row) -> tuple[bool, float, str, str]:
    """Of those that are as urgent, what expires first."""
    ends = None if row.active is None or row.active.expires is None else row.active.expires.timestamp()
    return ends is None, ends or 0.0, row.stack.label, row.name


def _readable_row(group: Group, now: datetime, limits: Limits, seen: Seen | None) -> list[Row | Unread]:
    """The row, and what AWS did not say of it."""
    try:
        with undamaged():
            row = _row(group, now, limits)
            live = [] if seen is None else list(seen.of(group))
    except RotationError as error:
        return [Unread(group.stack.label, str(error), group.name)]
    findings = (*row.findings, *(one for one in live if not isinstance(one, Unread)))
    return [replace(row, findings=worst_first(findings)), *(one for one in live if isinstance(one, Unread))]


def _row(group: Group, now: datetime, limits: Limits) -> Row:
    one = group.certificate
    decision = None if one is None else decide(one.rotation, one.policy, now)
    findings = findings_of(group, decision, now, limits)
    active = None if one is None or one.rotation.active is None else one.rotation.active.id
    stages = tuple(_stage(binding, active) for binding in group.bindings)
    if one is None or decision is None:
        return _elsewhere(group, stages, findings)
    rotation = one.rotation
    return Row(
        group=group,
        stack=group.stack,
        name=group.name,
        rotation_id=rotation.rotation_id,
        phase=rotation.phase.value,
        active=_shown(rotation.active),
        pending=_shown(rotation.pending),
        previous=tuple(shown for each in rotation.previous if (shown := _shown(each))),
        next=_next(one, decision, now),
        stages=stages,
        findings=findings,
    )


def _elsewhere(group: Group, stages: tuple[ShownStage, ...], findings: tuple[StatusFinding, ...]) -> Row:
    """The bindings and bundles of a rotation whose owner was not read: what they were told of it."""
    told = group.bindings[0] if group.bindings else None
    return Row(
        group=group,
        stack=group.stack,
        name=group.name,
        rotation_id=group.rotation_id,
        phase=None,
        active=None if told is None else _told(told),
        pending=None,
        previous=(),
        next=None,
        stages=stages,
        findings=findings,
    )


def _told(binding: Binding) -> ShownCertificate:
    known = binding.generations.get(binding.told, {})
    number = known.get("number")
    return ShownCertificate(
        id=binding.told,
        generation=None if number is None else int(number),
        expires=instant_or_none(known.get("expirationDate")),
    )


def _shown(generation: Generation | None) -> ShownCertificate | None:
    if generation is None:
        return None
    return ShownCertificate(id=generation.id, generation=generation.number, expires=generation.not_after)


def _next(one: Certificate, decision: Decision, now: datetime) -> NextStep:
    due = decision.step is not Step.NONE
    since = due_since(one, decision, now) if due else None
    return NextStep(step=decision.next_action.value, at=since or decision.next_action_at, due=due)


def _stage(binding: Binding, active: str | None) -> ShownStage:
    return ShownStage(
        stack=binding.stack.label,
        name=binding.resource.name,
        stage=str(binding.stage),
        desired=active or binding.told,
        presented=binding.presented,
        waiting_until=binding.waiting_until,
        waiting_because=binding.waiting_because,
    )
