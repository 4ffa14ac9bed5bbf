"""One example: an account with four stages, two stacks, and the oracle that sees every run."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from acceptance.model.cloud import Cloud, Kill
from acceptance.model.engine import BUNDLE, CERTIFICATE, NO_BACKEND, SECOND, Engine, KilledError, Program
from acceptance.model.environment import Surroundings
from acceptance.model.oracle import Oracle
from acceptance.model.record import Run
from acceptance.model.seen import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from acceptance.model.engine import Held
    from acceptance.model.seen import Certificate, Snapshot

STACKS = ("orders", "invoices")
DEFAULTS = {"publishLead": "24h", "activateBy": "3d"}
POLICIES: tuple[dict[str, str], ...] = (
    {},
    {"rotateBefore": "60d", "publishLead": "48h", "overlap": "24h", "activateBy": "5d"},
    {"rotateBefore": "20d", "publishLead": "6h", "overlap": "6h", "activateBy": "2d"},
    {"rotateBefore": "180d", "publishLead": "30d", "overlap": "20d", "activateBy": "10d"},
)
KILLED = "killed"
_UNITS = {"d": 86400, "h": 3600}


@dataclass(kw_only=True)
class Simulation:
    """What the machine's rules act on."""

    cloud: Cloud = field(default_factory=Cloud.running)
    oracle: Oracle = field(default_factory=Oracle)
    engines: dict[str, Engine] = field(default_factory=dict)
    places: dict[str, dict[str, str]] = field(default_factory=dict)
    surroundings: Surroundings = field(init=False)
    left: set[str] = field(default_factory=set)
    foreign: str = ""
    former: dict[str, list[str | None]] = field(default_factory=dict)
    copies: dict[str, tuple[Program, dict[str, Held], list[Held]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Two APIs with REST stages, one with a WebSocket stage, one certificate that no tool made."""
        self.cloud.fresh()
        self.surroundings = Surroundings(self.cloud)
        hand = self.cloud.sandbox.console
        orders = hand.create_rest_api("orders", stages=["dev", "prod"], backend_url=NO_BACKEND)
        live = hand.create_websocket_api("feed", stages=["live"])
        old = hand.create_rest_api("legacy", stages=["old"], backend_url=NO_BACKEND)
        for stage, api, kind in (("dev", orders, "REST"), ("prod", orders, "REST"), ("old", old, "REST")):
            self.places[stage] = {"apiKind": kind, "apiId": api, "stageName": stage}
        self.places["live"] = {"apiKind": "WEBSOCKET", "apiId": live, "stageName": "live"}
        self.foreign = hand.generate_certificate(description="made in the console")
        for stack, stages in zip(STACKS, (("dev", "prod"), ("live",)), strict=True):
            program = Program(name=stack, connection=dict(self.cloud.connection))
            program.targets = [self.file_target(stack)]
            program.bindings = {stage: self.places[stage] for stage in stages}
            self.engines[stack] = Engine(program=program, environment=self.surroundings.environment)
        self.oracle.look(self.snapshot())

    @property
    def said(self) -> list[str]:
        """What the runs told their users."""
        return self.surroundings.said

    # --- what there is --------------------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """The account and every target that a stack may ever write."""
        places = [address for stack in STACKS for address in (*self.addresses(stack), *self.own_places(stack).values())]
        return self.cloud.snapshot(tuple(places))

    def addresses(self, stack: str) -> tuple[str, str]:
        """The two targets that a stack's program may have."""
        return f"file {self.cloud.folder / stack}.txt", f"ssm /{stack}/trust"

    def own_places(self, stack: str) -> dict[str, str]:
        """Where its second bundle and its callable publish: nobody else writes there."""
        return {name: f"file {self.cloud.folder / stack}-{name}.txt" for name in ("second", "callable")}

    def own_file(self, stack: str, name: str) -> dict[str, str]:
        """One of these places, as a target."""
        return {**self.file_target(stack), "path": self.own_places(stack)[name].partition(" ")[2]}

    def file_target(self, stack: str) -> dict[str, str]:
        """Pins, one a line."""
        return {"type": "file", "path": self.addresses(stack)[0].partition(" ")[2], "content": "sha256"}

    def ssm_target(self, stack: str) -> dict[str, str]:
        """PEM; the service may fail."""
        return {"type": "ssm", "name": self.addresses(stack)[1].partition(" ")[2], "content": "pem"}

    def path(self, stage: str) -> str:
        """A stage as the journal names it."""
        return f"{self.places[stage]['apiId']}/{stage}"

    def presented(self, stage: str) -> str | None:
        """What a stage presents, None for nothing or where there is no stage."""
        return self.snapshot().presents.get(self.path(stage))

    def own(self, stack: str) -> list[Certificate]:
        """The certificates in a stack's state that exist, oldest generation first."""
        listed = [one["id"] for one in self.engines[stack].output("generations") or ()]
        there = self.snapshot().certificates
        return [there[one] for one in listed if one in there]

    def exists(self, stack: str) -> bool:
        """Whether the stack has been created."""
        return CERTIFICATE in self.engines[stack].state

    # --- runs -----------------------------------------------------------------------------------------------------

    def run(
        self, stack: str, kind: str = "up", *, refresh: bool = False, kill: Kill | None = None, clean: bool = True
    ) -> bool:
        """One CLI call; returns whether it was green.

        ``kill``: at which call it is killed. ``clean``: no fault was arranged.
        """
        engine, written = self.engines[stack], self.written(stack)
        before, told = self.snapshot(), self.facts(stack)
        self.cloud.tripwire.set(kill)
        self.cloud.writes.clear()
        act: Mapping[str, Callable[[], str | None]] = {
            "up": lambda: engine.up(refresh=refresh),
            "refresh": engine.refresh,
            "destroy": engine.destroy,
            "preview": lambda: engine.preview()[1],
        }
        try:
            error = act[kind]()
        except KilledError:
            error = KILLED
        self.cloud.tripwire.set(None)
        self.left |= written - self.written(stack)
        self.said.append(f"{kind} of {stack}: {error or 'green'}")
        after, listed, active = self.snapshot(), self._listed(stack), engine.output("clientCertificateId")
        run = Run(
            kind=kind,
            refreshed=refresh or kind == "refresh",
            green=error is None,
            clean=clean and kill is None,
            listed=(told.pop("listed"), listed),
            active=(told.pop("active"), active),
            phase=engine.output("phase"),
            killed=error is KILLED,
            **told,
        )
        self.oracle.judge(run, before, self.cloud.calls(before.mark), after, self.cloud.writes)
        for address, content in after.targets.items():
            self.former.setdefault(address, []).append(content)
        return error is None

    def quiet(self, stack: str) -> bool:
        """Whether a preview shows no change; judged like any run."""
        before = self.snapshot()
        changes, error = self.engines[stack].preview()
        if self.snapshot() != before:
            self.oracle.complaints.append(f"invariant 6: preview of {stack} called something")
        return not changes and error is None

    def console(self, act: Callable[[], object]) -> None:
        """Somebody does something in the console."""
        act()
        self.oracle.look(self.snapshot())

    def forward(self, by: timedelta) -> None:
        """Time passes."""
        self.cloud.forward(by)
        self.oracle.look(self.snapshot())

    def forward_to_next(self, stack: str, *, short_by: timedelta = timedelta(0)) -> None:
        """Time passes until the next step of a rotation, or a day where that is not known or has come already."""
        due = self.engines[stack].output("nextActionAt")
        at = None if due is None else datetime.fromisoformat(due.replace("Z", "+00:00")) - short_by
        now = self.cloud.now()
        self.forward(timedelta(days=1) if at is None or at <= now else at - now)

    def keep_copy(self, stack: str) -> None:
        """Somebody keeps program and state for later."""
        engine = self.engines[stack]
        self.copies[stack] = copy.deepcopy((engine.program, engine.state, engine.condemned))

    def put_back(self, stack: str, *, program: bool) -> None:
        """State is what it was when it was copied, and perhaps the program too."""
        engine = self.engines[stack]
        self.oracle.abandoned |= {one.id for one in self.own(stack)}
        former, engine.state, engine.condemned = copy.deepcopy(self.copies[stack])
        engine.program = former if program else engine.program
        self.oracle.listed[stack] = self._listed(stack)

    def lose_generation(self, stack: str, nth: int | None) -> None:
        """One generation leaves state, None: all of them, with the property."""
        outputs, own = self.engines[stack].state[CERTIFICATE].outputs, self.own(stack)
        self.oracle.abandoned |= {one.id for one in own}
        if nth is None:
            outputs.pop("generations", None)
        elif -len(own) <= nth < len(own):
            outputs["generations"] = [one for one in outputs["generations"] if one["id"] != own[nth].id]
        self.oracle.listed[stack] = self._listed(stack)

    def restore(self, stage: str) -> None:
        """The stage is there again."""
        if self.path(stage) not in self.snapshot().presents:
            self.cloud.sandbox.console.create_stage(self.places[stage]["apiId"], stage)

    def facts(self, stack: str) -> dict[str, Any]:
        """What the oracle is told of a run before it begins: the program, and what state says."""
        engine, program = self.engines[stack], self.engines[stack].program
        policy = {**DEFAULTS, **program.certificate}
        targets = [program.published_by] if program.published_by else program.targets
        held = [one.outputs for name, one in engine.state.items() if name.startswith("binding")]
        held += [one.outputs for one in engine.condemned]
        spans = {key: int(policy[key][:-1]) * _UNITS[policy[key][-1]] for key in DEFAULTS}
        return {
            "stack": stack,
            "lead": timedelta(seconds=spans["publishLead"]),
            "activate_by": timedelta(seconds=spans["activateBy"]),
            "take_over": bool(program.binding.get("takeOver")),
            "takes_targets": bool(program.bundle.get("takeOver")),
            "written": frozenset(self.written(stack)),
            "keeps": bool(held) and all(one.get("onDelete") == "keep" for one in held),
            "asserted": frozenset(f"{one['apiId']}/{one['stageName']}" for one in program.bindings.values()),
            "bound": frozenset(f"{one['apiId']}/{one['stageName']}" for one in held),
            "targets": tuple(f"{one['type']} {one.get('path') or one['name']}" for one in targets),
            "adopts": program.certificate.get("adoptClientCertificateId"),
            "listed": self._listed(stack),
            "active": engine.output("clientCertificateId"),
            "trusted_too": frozenset(map(fingerprint, program.bundle.get("alsoTrust") or ())),
        }

    def written(self, stack: str) -> set[str]:
        """The targets that the stack's state says it wrote."""
        held = [self.engines[stack].state.get(name) for name in (BUNDLE, SECOND)]
        there = {address for one in held if one for address in one.outputs.get("digests") or ()}
        return there | ({self.own_places(stack)["callable"]} if self.engines[stack].program.published_by else set())

    def _listed(self, stack: str) -> frozenset[str]:
        return frozenset(one["id"] for one in self.engines[stack].output("generations") or ())
