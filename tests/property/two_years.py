"""A rotation's stacks over the sandbox, run after run, and what each run was seen to do: no rule of ours in here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from apigw_client_cert.gateway.api_gateway import ApiGateway
from apigw_client_cert.gateway.client import Client
from apigw_client_cert.lifecycle import engine_run
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.environment import Environment
from apigw_client_cert.lifecycle.forecast_state import bound_of, publishing_of
from apigw_client_cert.lifecycle.inputs import connection_of, policy_of
from apigw_client_cert.lifecycle.state import load_rotation
from apigw_client_cert.lifecycle.trust_bundle import crud as trust_bundle
from apigw_client_cert.publish import targets
from apigw_client_cert.rotation.forecast import Milestone, forecast_until
from apigw_client_cert.rotation.forecast_bundle import Published
from apigw_client_cert.rotation.schedule import runs_at
from apigw_client_cert.rotation.transitions import Step
from tests.contract.whole_stack import wire

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pytest

    from apigw_client_cert.rotation.forecast import Forecast
    from apigw_client_cert.rotation.forecast_binding import Moved
    from apigw_sandbox import Sandbox


class Seen(NamedTuple):
    """One thing that a run did: when, to what, what, and how things stand after it."""

    at: datetime
    what: str
    told: tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A program: a policy, its waves with their soak and windows, and how many stages a consumer stack binds."""

    policy: Mapping[str, Any]
    waves: Sequence[int] = (1,)
    soak: str | None = None
    windows: Sequence[Sequence[str]] = ()
    consumers: int = 0
    bundle: bool = True
    strangers: bool = False


@dataclass
class Stacks:
    """The owner's stack and a consumer's, performed in the engine's order."""

    sandbox: Sandbox
    plan: Plan
    folder: str
    patch: pytest.MonkeyPatch
    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    inputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._connection = {"endpointUrl": self.sandbox.endpoint_url, "region": self.sandbox.region}
        client = Client(connection_of(self._connection), sleep=lambda _seconds: None)
        self.patch.setattr(targets, "client_for", lambda _connection: client)
        self._environment = Environment(
            now=lambda: self.sandbox.clock.now().replace(microsecond=0),
            gateway=lambda _connection: ApiGateway(client),
            target=targets.target_for,
            say=lambda _line: None,
            token=lambda: "r1",
        )
        self._names = [f"w{wave}s{one}" for wave, size in enumerate(self.plan.waves) for one in range(size)]
        self._names += [f"consumer{one}" for one in range(self.plan.consumers)]
        self._api = self.sandbox.console.create_rest_api("orders", [*self._names, "stranger"])
        self._published_to = [{"type": "file", "path": f"{self.folder}/pins.pem"}]

    def up(self, now: datetime) -> None:
        """One run of each stack, and what it did."""
        self.sandbox.clock.set(now, frozen=True)
        engine_run.forget()
        self._environment.looks.forget()
        before = {name: dict(state) for name, state in self.states.items()}
        self._run()
        if before:
            self.seen.extend(self._happened(before, now))

    def told(self, now: datetime, runs: Sequence[datetime]) -> Forecast:
        """The forecast from what state knows after a run."""
        state = self.states["certificate"]
        rotation = load_rotation(state)
        bundle = self.states.get("bundle")
        return forecast_until(
            rotation,
            policy_of(self.inputs["certificate"]),
            start=now + timedelta(seconds=1),
            until=runs[-1],
            runs=runs_at(runs),
            publishing=None if bundle is None else publishing_of("bundle", self.inputs["bundle"], bundle, rotation),
            bindings=[bound_of(one, self.inputs[one], self.states[one], rotation) for one in self._names],
        )

    def present_by_a_stranger(self) -> None:
        """A stage that no binding moves presents the active certificate."""
        self.sandbox.console.bind(self._api, "stranger", self.states["certificate"]["clientCertificateId"])

    @property
    def seen_a_stranger(self) -> bool:
        """Whether a look has found the stage that no binding moves."""
        return f"{self._api}/stranger" in (self.states["certificate"].get("retirementBlockedBy") or ())

    def _run(self) -> None:
        made = self._register(
            "certificate", certificate, {"name": "orders", "project": "p", "stack": "dev", **self.plan.policy}
        )
        wired = {key: made[key] for key in ("rotationId", "clientCertificateId", "generations")}
        published: dict[str, Any] = {}
        if self.plan.bundle:
            props = {"name": "trust", "rotations": [wired], "targets": self._published_to}
            since = self._register("bundle", trust_bundle, props)["publishedSince"]
            published = {"publishedSince": since, "publishedTo": {"targets": self._published_to}}
        limits = {key: self.plan.policy[key] for key in ("publishLead", "activateBy", "rotateBefore")}
        common = {"apiId": self._api, **wired, **published, **limits}
        before: list[str] = []
        for wave, size in enumerate(self.plan.waves):
            names = [f"w{wave}s{one}" for one in range(size)]
            after = {"after": [self._told(one) for one in before], "soak": self.plan.soak} if before else {}
            windows = {"windows": list(self.plan.windows[wave])} if wave < len(self.plan.windows) else {}
            for name in names:
                self._register(name, binding, {**common, "stageName": name, **after, **windows})
            before = names
        for one in range(self.plan.consumers):
            name = f"consumer{one}"
            self._register(name, binding, {**common, "stageName": name})

    def _told(self, name: str) -> dict[str, Any]:
        state = self.states[name]
        told = {"clientCertificateId": state.get("presentedClientCertificateId")}
        return {"name": name, **told, "presentedSince": state.get("presentedSince"), "verifies": False}

    def _register(self, name: str, module: Any, props: Mapping[str, Any]) -> dict[str, Any]:
        news = wire({**{key: one for key, one in props.items() if one is not None}, **self._connection})
        checked = module.check(self.inputs.get(name, {}), news)
        assert checked.failures == {}, checked.failures
        self.inputs[name] = news
        if name not in self.states:
            self.states[name] = wire(module.create(news, self._environment)[1])
        elif module.diff(self.states[name], news, self._environment).changes:
            self.states[name] = wire(module.update(self.states[name], news, self._environment))
        return self.states[name]

    def _happened(self, before: Mapping[str, Mapping[str, Any]], now: datetime) -> list[Seen]:
        seen = [*_of_certificate(before["certificate"], self.states["certificate"], now)]
        numbers = _numbers(before["certificate"]) | _numbers(self.states["certificate"])
        if self.plan.bundle:
            held, holds = (set(one["bundle"]["fingerprintsSha256"]) for one in (before, self.states))
            added, withdrawn = (sorted(numbers[pin] for pin in one) for one in (holds - held, held - holds))
            if added or withdrawn:
                seen.append(Seen(now, "published", (tuple(added), tuple(withdrawn))))
        for name in self._names:
            former, presents = (one[name].get("presentedClientCertificateId") for one in (before, self.states))
            if former != presents:
                seen.append(Seen(now, "moved", (name, numbers.get(former), numbers[presents])))
        return seen


def as_seen(told: Forecast) -> list[Seen]:
    """A forecast in the words of what is seen."""
    return [_as_seen(one) for one in told.events]


def _as_seen(event: Milestone | Published | Moved) -> Seen:
    if isinstance(event, Milestone):
        looked = event.step in {Step.CONFIRM, Step.RETIRE}
        what = "looked" if looked else "withdrawn" if event.step is Step.WITHDRAW else event.step.value
        stands = (event.phase.value, event.presented, event.trusted)
        return Seen(event.at, what, (*stands, event.kept_for) if looked else stands)
    if isinstance(event, Published):
        return Seen(event.at, "published", (event.added, event.withdrawn))
    return Seen(event.at, "moved", (event.binding, event.former, event.generation))


def _numbers(state: Mapping[str, Any]) -> dict[str | None, int]:
    return {one[key]: int(one["number"]) for one in state["generations"] for key in ("id", "sha256")}


def _of_certificate(before: Mapping[str, Any], after: Mapping[str, Any], now: datetime) -> list[Seen]:
    """What a step changed; which one it was is told by what came of it."""
    was, is_now = ({int(one["number"]): one for one in state["generations"]} for state in (before, after))
    new = is_now.keys() - was.keys()
    scanned = any(
        one.get("scannedAt") != was.get(number, {}).get("scannedAt", one.get("scannedAt"))
        for number, one in is_now.items()
    )
    scanned = scanned or any(
        one.get("scannedAt") and "scannedAt" not in was.get(number, one) for number, one in is_now.items()
    )
    trusted = tuple(number for number, one in is_now.items() if one["trusted"])
    stands = (after["phase"], int(after["generation"]), trusted)
    moved = before["generation"] != after["generation"]
    if new:
        return [Seen(now, "regenerate" if moved else "issue", stands)]
    if moved:
        return [Seen(now, "recover" if _ended(was[int(before["generation"])], now) else "activate", stands)]
    if scanned or was.keys() - is_now.keys():
        return [Seen(now, "looked", (*stands, tuple(after.get("retirementBlockedBy") or ())))]
    if trusted != tuple(number for number, one in was.items() if one["trusted"]):
        return [Seen(now, "withdrawn", stands)]
    return []


def _ended(generation: Mapping[str, Any], now: datetime) -> bool:
    return datetime.fromisoformat(generation["expirationDate"].replace("Z", "+00:00")) <= now
