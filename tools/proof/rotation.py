"""A rotation by the real thing: `pulumi up --refresh`, run after run, while requests keep coming."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tools.proof import wall
from tools.proof.observed import NEW, OLD, Event, Run
from tools.proof.site import STAGES, Site
from tools.pulumi_stack import PulumiStack

if TYPE_CHECKING:
    from pathlib import Path

    from tests.backends.backend import Backend
    from tools.proof.plan import Plan

ROTATE_BEFORE = timedelta(days=30)
LIFETIME = timedelta(days=365)
# From the creation to the load: the creating update and the backend's start take about this long.
START_SECONDS = 3.0
FILE = "trust"


class ProofBroken(AssertionError):  # noqa: N818 - a proof breaks; nothing is in error
    """A step did not end as the procedure says; the text is what was expected and found."""


def rotation(kind: type[Backend], folder: Path, plan: Plan) -> Run:
    """One whole rotation on one backend, under load from before the issue to after the retirement.

    Raises:
        ProofBroken: A step did not do what it is there for.
        ServerExitedError, ReloadError, ToolMissingError: The backend could not be had.
    """
    from tests.backends.backend import Setup  # noqa: PLC0415 - the type alone is needed at import

    with Site(kind.kind, folder, kind, Setup.OURS, plan) as site:
        pulumi = PulumiRotation(site)
        begun = pulumi.create()
        with site.phase("steady"):
            wall.wait_until(max(begun + plan.steady, pulumi.due_at))
            pulumi.up("issue", "published", presented=OLD)
        with site.phase("published"):
            site.reload("old + new")
            wall.wait_until(pulumi.ended + plan.lead)
            pulumi.up("activate", "overlapping", presented=NEW)
        with site.phase("overlapping"):
            pulumi.up("confirm", "overlapping", presented=NEW)
            wall.wait_until(pulumi.ended + plan.overlap)
            pulumi.up("retire", "steady", presented=NEW)
        with site.phase("steady"):
            site.reload("new")
            wall.wait(plan.tail)
            # One second more than the arithmetic says: an attack's first and last request are half an interval off.
            wall.wait_until(begun + plan.requests / plan.rate + 1)
        pulumi.expect("certificates left", ["new"], [site.names.by_id[one.id] for one in site.sandbox.certificates()])
        return site.finish()


class PulumiRotation:
    """The stack that rotates a site's certificate; ``ended`` is when its last update had ended, in epoch seconds."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.stack = PulumiStack(site.folder / "stack", "proof", site.folder / "state")
        self.stack.write_project(project="orders")
        self.stack.init()
        plan = site.plan
        self.stack.configure(
            {
                "name": "orders",
                "endpointUrl": site.sandbox.endpoint_url,
                "publish[0].file": FILE,
                "publish[0].content": site.backend.content,
                "rotateBefore": "30d",
                "publishLead": f"{plan.lead:.0f}s",
                "overlap": f"{plan.overlap:.0f}s",
                **{f"stages.{stage}.restApiId": site.api for stage in STAGES},
                **{f"stages.{stage}.stageName": stage for stage in STAGES},
            }
        )
        self.published = self.stack.folder / FILE
        self.due_at = 0.0
        self.ended = 0.0

    def create(self) -> float:
        """Make generation 1 in the past, so that it is soon due; start backend and load; returns the load's start."""
        sandbox = self.site.sandbox
        sandbox.clock.set(
            wall.now() - LIFETIME + ROTATE_BEFORE + timedelta(seconds=self.site.plan.steady + START_SECONDS)
        )
        self.up("create", "steady", presented=OLD)
        sandbox.clock.reset()
        self.due_at = _instant(self.stack.outputs("RotatingClientCertificate")["rotateAt"])
        # A first bind propagates like every other: until then requests may present nothing, and no promise covers them.
        wall.wait(self.site.plan.propagation)
        self.site.backend.start(self.published)
        return self.site.begin()

    def up(self, step: str, phase: str, *, presented: str) -> None:
        """One scheduled run; raises ``ProofBroken`` unless it ends in this phase with both stages presenting this."""
        before = self._published_at()
        with self.site.doing("pulumi up", step):
            outcome = self.stack.up("--refresh")
        self.ended = wall.epoch()
        if not outcome.succeeded:
            raise ProofBroken(f"{step}: pulumi up ended with {outcome.code}:\n{outcome.output}")
        after = self._published_at()
        if after != before:
            self.site.run.events.append(Event(kind="publish", label=FILE, start=after, end=after))
        self.site.name_certificates()
        found = self.stack.outputs("RotatingClientCertificate")["phase"]
        self.expect(f"phase after {step}", phase, found)
        names = self.site.names.by_id
        for stage in STAGES:
            bound = self.site.sandbox.presented(self.site.api, stage) or ""
            self.expect(f"what {stage} presents after {step}", presented, names.get(bound, bound))

    def expect(self, what: str, expected: object, found: object) -> None:
        """Raises ``ProofBroken`` where the two differ."""
        if expected != found:
            raise ProofBroken(f"{self.site.run.name}: {what}: expected {expected}, found {found}")

    def _published_at(self) -> float:
        return self.published.stat().st_mtime if self.published.exists() else 0.0


def _instant(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
