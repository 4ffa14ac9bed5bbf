"""What runs will do to every rotation of the states that were read: the rows of ``forecast``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from apigw_client_cert.cli.exit_status import ExitStatus, worst
from apigw_client_cert.cli.fleet import fleet_of
from apigw_client_cert.cli.names import unowned
from apigw_client_cert.cli.states import Unread
from apigw_client_cert.errors import RotationError
from apigw_client_cert.lifecycle.failed_step import FAILED_STEP
from apigw_client_cert.lifecycle.forecast_state import bound_of, publishing_of
from apigw_client_cert.lifecycle.state import undamaged
from apigw_client_cert.rotation.forecast import Milestone, forecast_until
from apigw_client_cert.rotation.forecast_binding import Moved
from apigw_client_cert.rotation.model import Finding, Severity
from apigw_client_cert.rotation.transitions import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from apigw_client_cert.cli.cadence import Cadence
    from apigw_client_cert.cli.fleet import Group
    from apigw_client_cert.cli.resources import Binding, Bundle, Certificate
    from apigw_client_cert.cli.states import StackState
    from apigw_client_cert.rotation.forecast import Forecast
    from apigw_client_cert.rotation.forecast_bundle import Published

# Looks that find the same say nothing new.
_LOOKS: Final = frozenset({Step.CONFIRM, Step.RETIRE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """One thing that a run will do. ``step`` is its word: a certificate's step, ``publish``, ``move`` or ``refuse``.

    ``resource`` of ``stack`` does it, to ``generation``. ``times`` and ``last_at`` stand for the looks after it that
    find the same.
    """

    at: datetime
    stack: str
    rotation: str
    resource: str
    step: str
    event: Milestone | Published | Moved
    times: int = 1
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastFinding:
    """Something that is wrong with what will happen to a rotation."""

    stack: str
    rotation: str
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastReport:
    """What all runs will do, in their order, and what is wrong with it."""

    cadence: Cadence
    coming: tuple[Coming, ...]
    findings: tuple[ForecastFinding, ...]
    unread: tuple[Unread, ...]

    @property
    def now(self) -> datetime:
        """As of when the states are taken."""
        return self.cadence.start

    @property
    def exit_status(self) -> ExitStatus:
        """3 where a cadence is too slow or a stage is refused, 4 where something could not be read."""
        warned = any(one.finding.severity is Severity.WARNING for one in self.findings)
        return worst([ExitStatus.PERSON] * warned + [ExitStatus.UNREAD] * bool(self.unread))


def forecast_of(states: Iterable[StackState | Unread], cadence: Cadence) -> ForecastReport:
    """The forecast of all of them, one rotation after the other."""
    fleet = fleet_of(states)
    coming: list[Coming] = []
    findings: list[ForecastFinding] = []
    unread = list(fleet.unread)
    for group in fleet.groups:
        owner = group.certificate
        if owner is None:
            unread.append(Unread(group.stack.label, unowned(group)))
            continue
        try:
            told = played(group, owner, cadence)
        except RotationError as error:
            unread.append(Unread(owner.stack.label, str(error), owner.resource.name))
            continue
        coming += coming_of(group, owner, told)
        where = {"stack": owner.stack.label, "rotation": owner.resource.name}
        findings += [ForecastFinding(**where, finding=one) for one in (*told.findings, *_assumed(group))]
    order = sorted(coming, key=lambda one: one.at)
    return ForecastReport(cadence=cadence, coming=tuple(order), findings=tuple(findings), unread=tuple(unread))


@undamaged()
def played(group: Group, owner: Certificate, cadence: Cadence) -> Forecast:
    """One rotation, with its bundle and the bindings of all stacks."""
    rotation = owner.rotation
    bundle = bundle_of(group, owner)
    return forecast_until(
        rotation,
        owner.policy,
        start=cadence.start,
        until=cadence.until,
        runs=cadence.runs,
        publishing=None
        if bundle is None
        else publishing_of(bundle.resource.name, bundle.resource.given, bundle.resource.outputs, rotation),
        bindings=[
            bound_of(
                one.resource.name,
                one.resource.given,
                one.resource.outputs,
                rotation,
                stack=_prefix(one),
            )
            for one in _in_order(group.bindings, owner)
        ],
    )


def bundle_of(group: Group, owner: Certificate) -> Bundle | None:
    """The one that the owner's stack publishes with; another stack's only repeats it."""
    return next((one for one in group.bundles if one.stack.label == owner.stack.label), None) or next(
        iter(group.bundles), None
    )


def _in_order(bindings: Sequence[Binding], owner: Certificate) -> list[Binding]:
    """The owner's stack runs first: the others read what it has put out."""
    return sorted(bindings, key=lambda one: one.stack.label != owner.stack.label)


def _prefix(binding: Binding) -> str:
    """Two stacks may use one name."""
    return f"{binding.stack.label} "


def coming_of(group: Group, owner: Certificate, told: Forecast) -> list[Coming]:
    """A forecast's events, each with the stack and the resource that it is about."""
    bindings = {f"{_prefix(one)}{one.resource.name}": one for one in group.bindings}
    found: list[Coming] = []
    for event in told.events:
        if found and _finds_the_same(found[-1], event):
            found[-1] = replace(found[-1], times=found[-1].times + 1, last_at=event.at)
            continue
        stack, resource, step = owner.stack, owner.resource.name, "publish"
        if isinstance(event, Moved):
            stack, resource = bindings[event.binding].stack, bindings[event.binding].resource.name
            step = "move" if event.refusal is None else "refuse"
        elif isinstance(event, Milestone):
            step = event.step.value
        else:
            resource = event.bundle
        found.append(
            Coming(
                at=event.at,
                stack=stack.label,
                rotation=owner.resource.name,
                resource=resource,
                step=step,
                event=event,
                last_at=event.at,
            )
        )
    return found


def _finds_the_same(last: Coming, event: Milestone | Published | Moved) -> bool:
    before = last.event
    if not isinstance(before, Milestone) or not isinstance(event, Milestone):
        return False
    return before.step in _LOOKS and bool(event.kept) and before[1:] == event[1:]


def _assumed(group: Group) -> Iterator[Finding]:
    """What has failed is taken for mended: nobody knows when it will be."""
    failed = sorted(one.name for one in group.resources if FAILED_STEP in one.outputs)
    if failed:
        yield Finding(
            "assumes-mended",
            f"{', '.join(failed)} failed in the last run; the forecast is for the case that the next one succeeds",
            Severity.NOTE,
        )
