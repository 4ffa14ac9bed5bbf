"""A rotation by the real thing: `pulumi up --refresh`, run after run, while requests keep coming."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from acceptance.load import clock as wall
from acceptance.load.observed import NEW, OLD, Event, Run
from acceptance.load.site import Site
from acceptance.pulumi_stack import PulumiStack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from acceptance.load.plan import Plan
    from acceptance.servers.backend import Backend

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
    from acceptance.servers.backend import Setup  # noqa: PLC0415 - the type alone is needed at import

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
    """The stack that rotates a site's certificate; ``ended`` is when its last update had ended, in epoch seconds.

    Args:
        site: Where; its stages are the stack's, unless ``waves`` are.
        waves: The stages in groups that follow each other.
        soak: How long each group waits after the one before has moved.
        config: More configuration.
    """

    def __init__(
        self,
        site: Site,
        *,
        waves: Sequence[Sequence[str]] = (),
        soak: str = "",
        config: Mapping[str, object] | None = None,
    ) -> None:
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
                **(_waves(site.api, waves, soak) if waves else _stages(site.api, "stages", site.stages)),
                **(config or {}),
            }
        )
        self.published = self.stack.folder / FILE
        self.first_published = ""
        self.due_at = 0.0
        self.ended = 0.0

    def create(self) -> float:
        """Make generation 1 in the past, so that it is soon due; start backend and load; returns the load's start."""
        sandbox = self.site.sandbox
        sandbox.clock.set(
            wall.now() - LIFETIME + ROTATE_BEFORE + timedelta(seconds=self.site.plan.steady + START_SECONDS)
        )
        self.up("create", "steady", presented=OLD)
        self.first_published = self.published.read_text()
        sandbox.clock.reset()
        self.due_at = _instant(self.stack.outputs("RotatingClientCertificate")["rotateAt"])
        # A first bind propagates like every other: until then requests may present nothing, and no promise covers them.
        wall.wait(self.site.plan.propagation)
        for backend in dict.fromkeys(self.site.backends.values()):
            backend.start(self.published)
        return self.site.begin()

    def up(self, step: str, phase: str, *, presented: str) -> None:
        """One scheduled run; raises ``ProofBroken`` unless it ends in this phase with both stages presenting this."""
        self.attempt(step)
        self.expect_state(step, phase, dict.fromkeys(self.site.stages, presented))

    def attempt(self, step: str, *, succeeds: bool = True) -> str:
        """One scheduled run; what it printed. Raises ``ProofBroken`` unless it ends so."""
        before = self._published_at()
        with self.site.doing("pulumi up", step):
            outcome = self.stack.up("--refresh")
        self.ended = wall.epoch()
        if outcome.succeeded is not succeeds:
            raise ProofBroken(f"{step}: pulumi up ended with {outcome.code}:\n{outcome.output}")
        after = self._published_at()
        if after != before:
            self.site.run.events.append(Event(kind="publish", label=FILE, start=after, end=after))
        self.site.name_certificates()
        return outcome.output

    def expect_state(self, step: str, phase: str, presented: Mapping[str, str]) -> None:
        """Raises ``ProofBroken`` unless the rotation is in this phase, and each stage presents this."""
        self.expect(f"phase after {step}", phase, self.stack.outputs("RotatingClientCertificate")["phase"])
        names = self.site.names.by_id
        bound = {stage: self.site.sandbox.presented(self.site.api, stage) or "" for stage in presented}
        found = {stage: names.get(one, one) for stage, one in bound.items()}
        self.expect(f"what is presented after {step}", dict(presented), found)

    def expect(self, what: str, expected: object, found: object) -> None:
        """Raises ``ProofBroken`` where the two differ."""
        if expected != found:
            raise ProofBroken(f"{self.site.run.name}: {what}: expected {expected}, found {found}")

    def _published_at(self) -> float:
        return self.published.stat().st_mtime if self.published.exists() else 0.0


def _stages(api: str, path: str, stages: Sequence[str]) -> dict[str, object]:
    return {
        f"{path}.{stage}.{key}": value for stage in stages for key, value in (("restApiId", api), ("stageName", stage))
    }


def _waves(api: str, waves: Sequence[Sequence[str]], soak: str) -> dict[str, object]:
    settings: dict[str, object] = {}
    for number, stages in enumerate(waves):
        settings |= _stages(api, f"waves[{number}].stages", stages)
        if number:
            settings[f"waves[{number}].soak"] = soak
    return settings


def _instant(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
