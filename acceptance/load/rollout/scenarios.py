"""The rollouts: a trap that the gate catches, three waves of which one fails, and the same trap without a gate."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from acceptance.load import clock as wall
from acceptance.load.controls import WINDOW
from acceptance.load.observed import NEW, OLD
from acceptance.load.plan import Plan
from acceptance.load.rollout.prober import Prober
from acceptance.load.rotation import ProofBroken, PulumiRotation
from acceptance.load.site import Site
from acceptance.servers.backend import Setup
from acceptance.servers.nginx import Nginx
from apigw_sandbox import Fault, FaultKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from acceptance.load.observed import Run

WAVES = (("dev",), ("eu",), ("us",))
SOAK_SECONDS = 3
# A wave that has been mended needs one run to move, and the retirement two more; each wave waits for the one before.
MOST_RUNS = 10
GATE = {"verify.resource": "/", "verify.backend": "nginx"}
"""What a user configures: a method of the API, and who answers behind it."""
REFUSED = "The backend of stage "
UNHARMED = "Traffic is unharmed: the stage keeps "
TRAP = "the same-subject trap"
REMEDY = "ssl_verify_client optional_no_ca;"


@dataclass(slots=True, kw_only=True)
class Rollout:
    """What one scenario came to.

    ``failed_before_a_run`` counts requests that failed while no run had ended that could have kept them from it.
    ``refusals`` are what the runs printed that the gate failed; ``rollbacks`` counts the updates that brought a stage
    back to the certificate before. ``completed``: the last certificate alone is left, and every stage presents it.
    """

    run: Run
    waves: int = 1
    refusals: list[str] = field(default_factory=list)
    rollbacks: int = 0
    completed: bool = False
    failed_before_a_run: int = 0

    @property
    def failed(self) -> int:
        """The failed requests that a run could have prevented."""
        return len(self.run.failed) - self.failed_before_a_run


def plan(rate: float) -> Plan:
    """So many requests a second for as long as the runs take; waits are as short as the promises allow."""
    return Plan(
        requests=0, rate=rate, steady=1, lead=3, overlap=4, tail=1, lifetime=1.5, propagation=0.5, slow=1, wanted_near=1
    )


class _Scenario:
    """One rotation on a site, run by run, as a schedule and an operator perform it."""

    def __init__(self, site: Site, pulumi: PulumiRotation) -> None:
        self.site = site
        self.pulumi = pulumi
        self.refusals: list[str] = []
        self.lost: list[tuple[float, float]] = []

    def issue(self, *reloaded: str, then: Mapping[str, object] | None = None) -> None:
        """From the first certificate to the day of the switch; only these stages' backends read what is published.

        ``then`` is configured when the first certificate is presented.
        """
        begun = self.pulumi.create()
        self.pulumi.stack.configure(then or {})
        with self.site.phase("steady"):
            wall.wait_until(max(begun + self.site.plan.steady, self.pulumi.due_at))
            self.pulumi.up("issue", "published", presented=OLD)
        with self.site.phase("published"):
            self.site.reload("old + new", *reloaded)
            self.lead()

    def lead(self) -> None:
        """Let what was published be known for as long as the policy asks."""
        wall.wait_until(self.pulumi.ended + self.site.plan.lead)

    def soak(self) -> None:
        """Let the wave that moved last present its certificate for as long as the next one waits."""
        wall.wait_until(self.pulumi.ended + SOAK_SECONDS)

    def refused(self, step: str, stage: str, *wanted: str, **presented: str) -> None:
        """A run that fails because the gate refuses this stage, and leaves every stage on what works."""
        said = self.pulumi.attempt(step, succeeds=False)
        for part in (f"{REFUSED}{self.site.api}/{stage} ", UNHARMED, *wanted):
            if part not in said:
                raise ProofBroken(f"{self.site.run.name}: {step}: the run does not say {part!r}:\n{said}")
        self.refusals.append(said)
        self.pulumi.expect_state(step, "overlapping", presented)

    def red(self, step: str, wanted: str, presented: str) -> None:
        """A run that fails, says this, and leaves the stages on this certificate."""
        said = self.pulumi.attempt(step, succeeds=False)
        if wanted not in said:
            raise ProofBroken(f"{self.site.run.name}: {step}: the run does not say {wanted!r}:\n{said}")
        bound = {stage: self.site.sandbox.presented(self.site.api, stage) or "" for stage in self.site.stages}
        found = {stage: self.site.names.by_id.get(one, one) for stage, one in bound.items()}
        self.pulumi.expect(f"what is presented after {step}", dict.fromkeys(self.site.stages, presented), found)

    @contextlib.contextmanager
    def losing(self) -> Iterator[None]:
        """A stretch in which requests fail until a run can have ended that finds out."""
        start = wall.epoch()
        yield
        self.lost.append((start, wall.epoch()))

    def complete(self) -> None:
        """Repeat the run, as a schedule does, until one certificate is left; then the backends drop the other."""
        for _ in range(MOST_RUNS):
            self.soak()
            self.pulumi.attempt("scheduled")
            if len(self.site.sandbox.certificates()) == 1:
                break
        self.pulumi.expect_state("the last run", "steady", dict.fromkeys(self.site.stages, NEW))
        with self.site.phase("steady"):
            self.site.reload("new")
            wall.wait(self.site.plan.tail)

    def result(self, waves: int = 1) -> Rollout:
        """End the load and tell what happened."""
        run = self.site.finish()
        left = [self.site.names.by_id[one.id] for one in self.site.sandbox.certificates()]
        bound = {
            self.site.names.by_id.get(self.site.sandbox.presented(self.site.api, one) or "") for one in self.site.stages
        }
        lost = [one for one in run.failed if any(start <= one.sent <= end for start, end in self.lost)]
        return Rollout(
            run=run,
            failed_before_a_run=len(lost),
            waves=waves,
            refusals=self.refusals,
            rollbacks=_rollbacks(self.site),
            completed=left == [NEW] and bound == {NEW},
        )


def _rollbacks(site: Site) -> int:
    """How many calls told a stage to present the old certificate after the new one."""
    told: dict[str, list[str]] = {}
    for entry in site.sandbox.journal.entries():
        if entry.bound is not None:
            told.setdefault(entry.resource, []).append(site.names.by_id.get(entry.bound, entry.bound))
    return sum(pair == (NEW, OLD) for order in told.values() for pair in pairwise(order))


def _site(name: str, folder: Path, setup: Setup, rate: float, stages: tuple[str, ...]) -> Site:
    return Site(name, folder, Nginx, setup, plan(rate), stages=stages, each=True)


def trap(folder: Path, rate: float) -> Rollout:
    """A plain CA file on nginx: the gate refuses, the stage stays; with the remedy that the error names it moves."""
    with _site("trap", folder, Setup.PLAIN, rate, ("prod",)) as site:
        scenario = _Scenario(site, PulumiRotation(site, config=GATE))
        scenario.issue()
        with site.phase("overlapping"):
            scenario.refused("activate", "prod", TRAP, REMEDY, prod=OLD)
            pins = scenario.pulumi.stack.folder / "pins"
            scenario.pulumi.stack.configure({"publish[1].file": pins.name, "publish[1].content": "nginx"})
            scenario.pulumi.attempt("publish pins")
            site.backend.set_up_anew(Setup.OURS, pins)
            site.reload("our configuration")
            scenario.lead()
            scenario.complete()
        return scenario.result()


def waves(folder: Path, rate: float) -> Rollout:
    """Three waves: one moves, the second's backend has not loaded what is published, the third is held.

    Rolled back by pin, mended, and completed.
    """
    stages = tuple(stage for wave in WAVES for stage in wave)
    with _site("waves", folder, Setup.OURS, rate, stages) as site:
        scenario = _Scenario(site, PulumiRotation(site, waves=WAVES, soak=f"{SOAK_SECONDS}s", config=GATE))
        pulumi = scenario.pulumi
        scenario.issue("dev", "us")
        with site.phase("overlapping"):
            pulumi.attempt("activate")
            pulumi.expect_state("activate", "overlapping", {"dev": NEW, "eu": OLD, "us": OLD})
            for step in ("second wave", "second wave again"):
                scenario.soak()
                scenario.refused(step, "eu", dev=NEW, eu=OLD, us=OLD)
        with site.phase("rollback"):
            pulumi.stack.configure({"pinGeneration": 1})
            pulumi.attempt("roll back")
            pulumi.expect_state("roll back", "published", dict.fromkeys(stages, OLD))
            site.settle()
        with site.phase("overlapping"):
            site.reload("eu reads it", "eu")
            pulumi.stack.unset("pinGeneration")
            pulumi.attempt("roll on")
            pulumi.expect_state("roll on", "overlapping", {"dev": NEW, "eu": OLD, "us": OLD})
            scenario.complete()
        return scenario.result(len(WAVES))


def confirmed(folder: Path, rate: float) -> Rollout:
    """Switches that are confirmed: an echo that is lost, a rollback afterwards, and a way back that is refused once."""
    (stage,) = stages = ("prod",)
    with _site("confirmed", folder, Setup.OURS, rate, stages) as site, Prober(_url(site, stage)) as prober:
        scenario = _Scenario(site, PulumiRotation(site))
        site.probed = prober.numbers
        stack, old_only = scenario.pulumi.stack, site.folder / "old-only"
        probe = {"url": prober.url, "interval": "1s", "attempts": 20}
        scenario.issue(then={f"stages.{stage}.confirm.{key}": value for key, value in probe.items()})
        old_only.write_text(scenario.pulumi.first_published)
        with site.phase("overlapping"):
            stack.configure({**GATE, "verify.query.mute": "1"})
            scenario.red("activate without an echo", "names no certificate", OLD)
            stack.unset("verify.query")
            scenario.pulumi.attempt("activate")
            scenario.pulumi.expect_state("activate", "overlapping", {stage: NEW})
            site.settle()
        with site.phase("rollback"):
            stack.unset("verify")
            stack.configure({"pinGeneration": 1})
            scenario.pulumi.attempt("roll back after the confirmation")
            scenario.pulumi.expect_state("roll back after the confirmation", "published", {stage: OLD})
            site.settle()
        with site.phase("overlapping"):
            site.backend.set_up_anew(Setup.OURS, old_only)
            site.reload("the backend forgets the new certificate")
            stack.unset("pinGeneration")
            with scenario.losing():
                _refuse_the_way_back(site, stage)
                scenario.red("a switch that goes wrong", "The stage presents ", NEW)
                site.sandbox.faults.clear()
                scenario.red("the way back", "was told to present ", OLD)
                site.settle()
            site.backend.set_up_anew(Setup.OURS, scenario.pulumi.published)
            site.reload("the backend reads what is published")
            scenario.complete()
        return scenario.result()


def _refuse_the_way_back(site: Site, stage: str) -> None:
    """The second UpdateStage from here is denied, as often as it is sent."""
    site.sandbox.faults.arm()
    site.sandbox.faults.add(
        Fault(
            kind=FaultKind.ACCESS_DENIED, action="UpdateStage", resource=f"{site.api}/{stage}", calls=(2,), repeats=True
        )
    )


def _url(site: Site, stage: str) -> str:
    return site.sandbox.invoke_url(site.api, stage, "/")


def ungated(folder: Path, rate: float) -> Rollout:
    """The control: the trap without a gate. Its requests must fail, or this measurement cannot."""
    with _site("ungated", folder, Setup.PLAIN, rate, ("prod",)) as site:
        scenario = _Scenario(site, PulumiRotation(site))
        scenario.issue()
        with site.phase(WINDOW):
            scenario.pulumi.up("activate", "overlapping", presented=NEW)
            site.settle()
            # Nothing mends it: requests fail until the last one.
            site.load.stop()
        return scenario.result()
