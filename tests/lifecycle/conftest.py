"""One certificate, one bundle and two bindings, called in the engine's order over a fake world."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert.lifecycle import engine_run
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.binding.act import stage_of
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.environment import Environment
from apigw_client_cert.lifecycle.failed_step import Unfinished
from apigw_client_cert.lifecycle.looks import Looks
from apigw_client_cert.lifecycle.trust_bundle import crud as trust_bundle
from tests.doubles.fake_gateway import FakeGateway
from tests.doubles.fake_target import FakeTarget

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_client_cert.gateway.connection import Connection

START = datetime(2026, 3, 2, 10, tzinfo=timezone.utc)
API = "a1b2c3d4e5"


def wire(properties: Mapping[str, Any]) -> dict[str, Any]:
    """What a property bag looks like after the wire: numbers are floats and None is absent."""

    def flat(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: flat(one) for key, one in value.items() if one is not None}
        if isinstance(value, list):
            return [flat(one) for one in value]
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value

    result: dict[str, Any] = flat(json.loads(json.dumps(dict(properties))))
    return result


@dataclass
class FakeRun:
    """The engine's part: state, and check, diff, create or update, read and delete in its order."""

    gateway: FakeGateway
    targets: dict[str, FakeTarget] = field(default_factory=dict)
    now: datetime = START
    lines: list[str] = field(default_factory=list)
    state: dict[str, dict[str, Any]] = field(default_factory=dict)
    inputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    binding_config: dict[str, Any] = field(default_factory=dict)
    bundle_config: dict[str, Any] = field(default_factory=lambda: {"targets": [{"type": "file", "path": "pins.txt"}]})
    stages: tuple[str, ...] = ("dev", "prod")
    with_bundle: bool = True
    looking: bool = True
    looks: Looks = field(default_factory=Looks)
    unfinished: list[Unfinished] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gateway.clock = lambda: self.now

    @property
    def environment(self) -> Environment:
        """The fake world."""
        return Environment(
            now=lambda: self.now,
            gateway=self._gateway,
            target=lambda spec, _connection: self.target(spec),
            say=self.lines.append,
            token=lambda: f"rotation-{len(self.gateway.certificates)}",
            looks=self.looks,
        )

    def at(self, day: float) -> None:
        """Set the clock to so many days after the start."""
        self.now = START + timedelta(days=day)

    def target(self, spec: Mapping[str, Any]) -> FakeTarget:
        """The place that a spec names."""
        place = str(spec.get("path") or spec["name"])
        return self.targets.setdefault(place, FakeTarget(f"{spec.get('type', 'file')} {place}"))

    def up(self, *, refresh: bool = False) -> None:
        """Certificate, bundle, bindings; a failure ends the run, as it ends the engine's.

        What could not be done is raised by the program, when all else is done. ``refresh``: ``up --refresh``, which
        reads everything first, in the same run.
        """
        self.begin()
        if refresh:
            self.refresh()
        self._certificate()
        if self.with_bundle:
            self._bundle()
        for stage in self.stages:
            self._binding(stage)
        self._raise_unfinished()

    def begin(self) -> None:
        """A new process of the engine: nothing that an earlier run remembered."""
        engine_run.forget()
        self.looks.forget()

    def lose_state(self) -> None:
        """A run that was killed before the engine could save, or a state that is gone."""
        self.state.clear()
        self.inputs.clear()
        self.begin()

    def refresh(self) -> None:
        """Read everything that is in state."""
        for name in list(self.state):
            module = {"certificate": certificate, "bundle": trust_bundle}.get(name, binding)
            found = module.read(name, self.state[name], self.environment)
            if found is None:
                del self.state[name], self.inputs[name]
            else:
                self.state[name] = wire(found[1])

    def certificate(self) -> None:
        """One registration of the certificate, and nothing else in the program."""
        self._certificate()
        self._raise_unfinished()

    def _certificate(self) -> None:
        self._register("certificate", certificate, {"name": "orders", "project": "p", "stack": "dev", **self.config})

    def bundle(self) -> None:
        """One registration of the bundle, and nothing else in the program."""
        self._bundle()
        self._raise_unfinished()

    def _bundle(self) -> None:
        made = self.state["certificate"]
        rotation = {key: made.get(key) for key in ("rotationId", "clientCertificateId", "generations")}
        self._register("bundle", trust_bundle, {"name": "orders-trust", "rotations": [rotation], **self.bundle_config})

    def binding(self, stage: str) -> None:
        """One registration of one binding, and nothing else in the program."""
        self._binding(stage)
        self._raise_unfinished()

    def _binding(self, stage: str) -> None:
        made = self.state["certificate"]
        props = {
            "apiId": API,
            "stageName": stage,
            "clientCertificateId": made["clientCertificateId"],
            "rotationId": made["rotationId"],
            "generations": made["generations"],
            "publishedSince": self.state["bundle"]["publishedSince"] if self.with_bundle else None,
            "publishedTo": {"targets": self.bundle_config["targets"]} if self.with_bundle and self.looking else None,
            **self.binding_config,
        }
        self._register(stage, binding, props)

    def presented(self, stage: str) -> str | None:
        """What a stage presents."""
        (found,) = [state for ref, state in self.gateway.stages.items() if ref.stage_name == stage]
        return found.client_certificate_id

    @property
    def rotation_id(self) -> str:
        """The rotation id in state."""
        return str(self.state["certificate"]["rotationId"])

    def due(self) -> bool:
        """Whether the certificate's diff announces an update."""
        return certificate.diff(self.state["certificate"], self.inputs["certificate"], self.environment).changes

    def rotate_to(self, phase: str) -> None:
        """A first run on day 0, then runs until the first rotation has reached a phase."""
        for day in (0, 336, 337, 338, 341):
            self.at(day)
            self.up()
            if day and self.state["certificate"]["phase"] == phase:
                return
        raise AssertionError(f"phase {phase} was not reached")

    def _register(self, name: str, module: Any, props: Mapping[str, Any]) -> None:
        news = wire(props)
        checked = module.check(self.inputs.get(name, {}), news)
        assert checked.failures == {}
        news = wire(checked.inputs)
        if name in self.state and not module.diff(self.state[name], news, self.environment).changes:
            self.inputs[name] = news
            return
        self.state[name], self.inputs[name] = wire(self._made(name, module, news)), news

    def _made(self, name: str, module: Any, news: Mapping[str, Any]) -> dict[str, Any]:
        """The state after a creation or an update."""
        try:
            if name not in self.state:
                created: dict[str, Any] = module.create(news, self.environment)[1]
                return created
            updated: dict[str, Any] = module.update(self.state[name], news, self.environment)
        except Unfinished as left:
            self.unfinished.append(left)
            return left.state
        return updated

    def _raise_unfinished(self) -> None:
        left, self.unfinished = self.unfinished, []
        if left:
            raise left[0].error

    def _gateway(self, connection: Connection) -> FakeGateway:
        assert connection.profile is None
        return self.gateway


@pytest.fixture
def run() -> FakeRun:
    """An account with two stages that present nothing."""
    gateway = FakeGateway()
    for stage in ("dev", "prod"):
        gateway.add_stage(API, stage)
    assert stage_of({"apiId": API, "stageName": "dev"}) in gateway.stages
    return FakeRun(gateway)
