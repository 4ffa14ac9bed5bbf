"""Where a run takes place: a sandbox whose API has stages in front of real backends, and the load on them."""

from __future__ import annotations

import contextlib
import hashlib
import ssl
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from acceptance.load import clock as wall
from acceptance.load.join import Names, join
from acceptance.load.load import Load, Target
from acceptance.load.observed import NEW, OLD, Event, Phase, Run
from apigw_sandbox import Sandbox
from apigw_sandbox.behaviour import Behaviour
from apigw_sandbox.data_plane import trial_invocation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typing_extensions import Self

    from acceptance.load.plan import Plan
    from acceptance.servers.backend import Backend, Setup

STAGES = ("dev", "prod")
POOLED = "new,keepalive,resumed"
UNPOOLED = "new,resumed"
# One request in ten is a slow one: at 150 a second, 37 of them are always under way.
LONG_EVERY = 10
# How long the pool rests before and after a reload that drops idle connections: longer than any request but a slow
# one takes, and than Apache's children take to notice.
REST_SECONDS = 0.4
_CALLS = {"GenerateClientCertificate": "generate", "UpdateStage": "PATCH", "DeleteClientCertificate": "DELETE"}


class Site:
    """One API. Use as a context manager; ``finish`` gives the run.

    Args:
        name: What the run is called.
        folder: A new folder for all that it writes.
        kind: Which server.
        setup: How the server is told about client certificates.
        plan: The run's stretches and rate.
        stages: What the API's stages are called.
        each: Whether each stage has a backend of its own; otherwise all have the same one.
    """

    def __init__(  # noqa: PLR0913 - each is one part of the place
        self,
        name: str,
        folder: Path,
        kind: type[Backend],
        setup: Setup,
        plan: Plan,
        *,
        stages: tuple[str, ...] = STAGES,
        each: bool = False,
    ) -> None:
        folder.mkdir(parents=True)
        self.stages = stages
        self.folder = folder
        self.plan = plan
        self.names = Names()
        self.run = Run(name=name, backend=kind.kind, planned_requests=plan.requests, rate=plan.rate)
        self.sandbox = Sandbox(
            behaviour=Behaviour(
                propagation_seconds=plan.propagation,
                keepalive_lifetime_seconds=plan.lifetime,
                session_lifetime_seconds=plan.lifetime,
                shapes=POOLED,
            )
        )
        self.backends: dict[str, Backend] = {}
        """By stage."""
        self.api = ""
        self.probed: set[int] = set()
        """The data plane's numbers of requests that are the provider's own, and no caller's."""
        self._kind, self._setup, self._each = kind, setup, each
        self._load: Load | None = None
        self._ending = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as ending:
            ending.enter_context(self.sandbox)
            self.api = self.sandbox.console.create_rest_api(
                "orders", backend_url="https://${stageVariables.backendHost}/", proxy=True
            )
            for stage in self.stages:
                self.backends[stage] = (
                    ending.enter_context(self._new_backend(stage)) if self._each or not self.backends else self.backend
                )
                self.sandbox.console.create_stage(
                    self.api, stage, variables={"backendHost": urlsplit(self.backends[stage].url).netloc}
                )
            self._ending = ending.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    def begin(self) -> float:
        """Start the load; returns when, in epoch seconds."""
        self._load = self._ending.enter_context(Load(self.folder / "load", self._targets(), self.plan.rate))
        return wall.epoch()

    @property
    def backend(self) -> Backend:
        """The first stage's backend: the only one where all stages have the same."""
        return self.backends[self.stages[0]]

    @property
    def load(self) -> Load:
        """The load generator; ``RuntimeError`` before ``begin``."""
        if self._load is None:
            raise RuntimeError("the load has not begun")
        return self._load

    def name_certificates(self) -> None:
        """Call the account's certificates old and new, in the order in which they were generated."""
        for certificate in self.sandbox.certificates():
            if certificate.id not in self.names.by_id:
                # "" is in it from the start.
                name = (OLD, NEW)[len(self.names.by_id) - 1]
                der = ssl.PEM_cert_to_DER_cert(certificate.pem.replace("\r", ""))
                self.names.add(name, certificate.id, hashlib.sha256(der).hexdigest())

    @contextlib.contextmanager
    def doing(self, kind: str, label: str) -> Iterator[None]:
        """Something is done to the system: an event of the run, however it ends."""
        start = wall.epoch()
        try:
            yield
        finally:
            self.run.events.append(Event(kind=kind, label=label, start=start, end=wall.epoch()))

    @contextlib.contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """A stretch of the run."""
        start = wall.epoch()
        try:
            yield
        finally:
            self.run.phases.append(Phase(name=name, start=start, end=wall.epoch()))

    def reload(self, label: str = "", *stages: str) -> None:
        """Let the backends of these stages, or all, read what was published.

        nginx and Apache close idle connections at that moment. A request that is sent at the same instant on one of
        them is lost whatever it presents (RFC 9112 §9.3.1), so the pool rests around these reloads.
        """
        if self.backend.drops_idle:
            self.sandbox.change(shapes=UNPOOLED)
            wall.wait(REST_SECONDS)
        with self.doing("reload", label):
            for backend in dict.fromkeys(self.backends[stage] for stage in stages or self.stages):
                backend.reload()
        if self.backend.drops_idle:
            wall.wait(REST_SECONDS)
            self.sandbox.change(shapes=POOLED)

    def settle(self) -> None:
        """Wait until no request can present what the stages presented before: propagation, pool and sessions."""
        wall.wait(self.plan.propagation + self.plan.lifetime + self.plan.slow / 2)

    def finish(self) -> Run:
        """End the load and put together what was seen; nothing that happens later is part of the run."""
        self.load.stop()
        run = self.run
        sent = list(self.load.results())
        recorded = list(self.sandbox.requests.entries())
        # Trials and probes reach the backends, too; no caller sent them.
        ours = [one for one in recorded if one.shape == trial_invocation.SHAPE or one.request in self.probed]
        records = [one for one in recorded if one.shape != trial_invocation.SHAPE and one.request not in self.probed]
        run.requests, complaints = join(sent, records, self.names)
        run.sent, run.recorded = len(sent), len(records)
        run.answered = sum(backend.requests() for backend in set(self.backends.values()))
        run.answered -= sum(record.backend_status == HTTPStatus.OK for record in ours)
        run.complaints += complaints
        if self.load.died:
            run.complaints.append("the load generator ended before it was told to")
        # What was done before the load began is no boundary under load.
        begun = run.requests[0].sent if run.requests else 0.0
        events = [event for event in (*run.events, *self._calls()) if event.end >= begun]
        run.events = sorted(events, key=lambda event: event.start)
        run.phases.sort(key=lambda phase: phase.start)
        return run

    def _calls(self) -> list[Event]:
        """The API calls that changed a certificate or a binding."""
        return [
            Event(
                kind=_CALLS[entry.action],
                label=self.names.by_id.get(entry.resource, entry.resource.rpartition("/")[2]),
                start=entry.wall.timestamp(),
                end=entry.wall.timestamp(),
            )
            for entry in self.sandbox.journal.entries()
            if entry.action in _CALLS and entry.succeeded and (entry.action != "UpdateStage" or entry.bound is not None)
        ]

    def _new_backend(self, stage: str) -> Backend:
        """A server that has not been started; with a certificate of its own, by which it is known from others."""
        name = f"backend-{stage}" if self._each else "backend"
        chain, key = self.sandbox.issue_server_certificate("localhost")
        identity = self.folder / f"{name}.pem"
        identity.write_text(key + chain, encoding="ascii")
        folder = self.folder / name
        folder.mkdir()
        return self._kind(folder, identity, self._setup)

    def _targets(self) -> list[Target]:
        """The stages in turn. The sandbox draws the shape; only slow requests say theirs, since they need a path."""
        targets = []
        for number in range(LONG_EVERY * len(self.stages)):
            stage = self.stages[number % len(self.stages)]
            # Of every stage: each ten's slow one is one place further.
            slow = number % LONG_EVERY == number // LONG_EVERY
            path = f"/?delay={self.plan.slow}" if slow else "/"
            headers = (("x-sandbox-shape", "long"),) if slow else ()
            targets.append(Target(url=self.sandbox.invoke_url(self.api, stage, path), headers=headers))
        return targets
