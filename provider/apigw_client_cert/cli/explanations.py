"""Why the next run does what it will do to a rotation, and what a person has to do: what ``explain`` renders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apigw_client_cert.cli.cadence import Cadence
from apigw_client_cert.cli.exit_status import ExitStatus, worst
from apigw_client_cert.cli.findings.rotation import findings_of
from apigw_client_cert.cli.fleet import fleet_of
from apigw_client_cert.cli.forecasts import coming_of, played
from apigw_client_cert.cli.names import known_names, names_of
from apigw_client_cert.cli.states import Unread
from apigw_client_cert.errors import RotationError, joined
from apigw_client_cert.lifecycle.state import undamaged
from apigw_client_cert.rotation.decide import decide
from apigw_client_cert.rotation.explain import because, facts
from apigw_client_cert.rotation.messages import minute
from apigw_client_cert.rotation.remedies import remedy_for
from apigw_client_cert.rotation.schedule import runs_at
from apigw_client_cert.rotation.waves import Hold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from apigw_client_cert.cli.findings.finding import StatusFinding
    from apigw_client_cert.cli.fleet import Group
    from apigw_client_cert.cli.forecasts import Coming
    from apigw_client_cert.cli.limits import Limits
    from apigw_client_cert.cli.resources import Certificate
    from apigw_client_cert.cli.states import StackState
    from apigw_client_cert.rotation.explain import Because
    from apigw_client_cert.rotation.forecast_binding import Waiting
    from apigw_client_cert.rotation.remedies import Remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One rotation. ``run`` is what a run would do now, by its forecast; ``waiting`` who would go on waiting."""

    stack: str
    name: str
    facts: tuple[str, ...]
    next: Because
    run: tuple[Coming, ...]
    waiting: tuple[str, ...]
    findings: tuple[tuple[StatusFinding, Remedy | None], ...]

    @property
    def exit_status(self) -> ExitStatus:
        """The worst of its findings."""
        return worst(one.exit_status for one, _remedy in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationReport:
    """Every rotation of that name, as of one instant; ``known`` are the names that there are where none has it."""

    now: datetime
    asked: str
    explanations: tuple[Explanation, ...]
    unread: tuple[Unread, ...]
    known: tuple[str, ...] = ()

    @property
    def exit_status(self) -> ExitStatus:
        """The worst of all; 4 where no rotation has the name."""
        nothing = bool(self.unread) or not self.explanations
        return worst([*(one.exit_status for one in self.explanations), *[ExitStatus.UNREAD] * nothing])


def explanations_of(
    states: Iterable[StackState | Unread], asked: str, now: datetime, limits: Limits
) -> ExplanationReport:
    """The rotations that are called so: by resource name, ``stack name``, rotation id, certificate id or stage."""
    fleet = fleet_of(states)
    bound = {str(one.stage) for group in fleet.groups for one in group.bindings}
    found: list[Explanation] = []
    unread = list(fleet.unread)
    for group in fleet.groups:
        if asked not in names_of(group):
            continue
        if group.certificate is None:
            unread.append(Unread(group.stack.label, f"{asked}: the stack that owns it was not read; name it, too"))
            continue
        try:
            found.append(_explained(group, group.certificate, bound, now, limits))
        except RotationError as error:
            unread.append(Unread(group.stack.label, f"{asked}: {error}"))
    return ExplanationReport(
        now=now, asked=asked, explanations=tuple(found), unread=tuple(unread), known=() if found else known_names(fleet)
    )


@undamaged()
def _explained(group: Group, owner: Certificate, bound: Collection[str], now: datetime, limits: Limits) -> Explanation:
    """``bound`` are the stages that a binding of any stack moves: they need nobody."""
    decision = decide(owner.rotation, owner.policy, now)
    told = played(group, owner, Cadence(start=now, until=now, runs=runs_at([now]), written=""))
    return Explanation(
        stack=owner.stack.label,
        name=owner.resource.name,
        facts=facts(owner.rotation, owner.policy, now),
        next=because(owner.rotation, owner.policy, now),
        run=tuple(coming_of(group, owner, told)),
        waiting=tuple(map(_waits, told.waiting)),
        findings=tuple(_with_remedies(group, owner, bound, findings_of(group, decision, now, limits))),
    )


def _waits(one: Waiting) -> str:
    until = f"until {minute(one.until)}"
    match one.hold:
        case Hold.LEAD:
            return f"stage {one.stage} waits {until} for its lead: backends are to have read the new trust by then."
        case Hold.WINDOW:
            return f"stage {one.stage} waits {until}, when its next maintenance window opens."
        case Hold.WAVE:
            before = joined(name.rpartition(" ")[2] for name in one.unready)
            return (
                f"stage {one.stage} waits for the wave before it: {before} has to present the new certificate for the"
                f" soak, verified where that is asked for. It is looked at again {until} at the latest."
            )


def _with_remedies(
    group: Group, owner: Certificate, bound: Collection[str], findings: Iterable[StatusFinding]
) -> Iterator[tuple[StatusFinding, Remedy | None]]:
    rotation = owner.rotation
    # What another rotation's stage presents is not replaced by a certificate of this one.
    entries = [entry for bundle in group.bundles for entry in bundle.entries]
    kept = [stage for one in entries if one.rotation_id in {rotation.rotation_id, None} for stage in one.kept_for]
    stages = [one for one in dict.fromkeys([*rotation.retirement_blocked_by, *kept]) if one not in bound]
    for finding in findings:
        here = finding.stack.label == owner.stack.label
        yield finding, remedy_for(finding.reason, rotation, stages, failed=finding.step, here=here)
