"""The engine's part of ``pulumi up``, played in this process over the real lifecycle: order, state, and its loss."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from apigw_client_cert.errors import RotationError
from apigw_client_cert.gateway.connection import Connection
from apigw_client_cert.lifecycle import engine_run
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.failed_step import Unfinished
from apigw_client_cert.lifecycle.inputs import UNKNOWN
from apigw_client_cert.lifecycle.trust_bundle import crud as trust_bundle
from apigw_client_cert.program.shared import identified

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from apigw_client_cert.lifecycle.environment import Environment

Properties = dict[str, Any]
CERTIFICATE, BUNDLE, SECOND = "certificate", "bundle", "second bundle"
_WAYS = ("endpointUrl", "region", "accountId")


class KilledError(BaseException):
    """SIGKILL: no product code may catch it, and what the run had not finished never reaches the state."""


# Nobody listens there, so the gateway answers every certificate alike: the trial itself is what may go wrong.
NO_BACKEND = "https://127.0.0.1:1/"
VERIFY = {"resource": "/", "proof": "status", "expectStatus": 504}


class StopError(Exception):
    """The engine ends the run: a resource failed."""


@dataclass(kw_only=True)
class Program:
    """What the program of one stack declares; ``bindings`` maps a binding's key to its stage.

    ``published_by``: the place that a callable publishes to, instead of targets. ``second``: the targets of a bundle
    more, on which no binding waits. ``verified``: the stages of REST APIs are tried before they move,
    as ``VERIFY`` says. ``confirmed``: all are asked after they moved.
    """

    name: str
    connection: Properties
    certificate: Properties = field(default_factory=dict)
    targets: list[Properties] = field(default_factory=list)
    bundle: Properties = field(default_factory=dict)
    published_by: Properties | None = None
    second: list[Properties] = field(default_factory=list)
    bindings: dict[str, Properties] = field(default_factory=dict)
    binding: Properties = field(default_factory=dict)
    verified: bool = False
    confirmed: bool = False

    @property
    def bundled(self) -> bool:
        """Whether there is a bundle that the bindings wait for."""
        return bool(self.targets or self.published_by)


@dataclass(kw_only=True)
class Held:
    """One resource in state."""

    outputs: Properties
    inputs: Properties


@dataclass(kw_only=True)
class Engine:
    """One stack: its program, its state, and the operations of the CLI. Each returns the error that made it red."""

    program: Program
    environment: Callable[[], Environment]
    state: dict[str, Held] = field(default_factory=dict)
    condemned: list[Held] = field(default_factory=list)
    _unfinished: list[str] = field(default_factory=list)

    def up(self, *, refresh: bool = False) -> str | None:
        """``pulumi up``, with ``--refresh`` if asked; deletions come last, and only if all else succeeded."""
        return self._run(lambda: self._up(refresh=refresh))

    def refresh(self) -> str | None:
        """``pulumi refresh``."""
        return self._run(self._refresh)

    def preview(self) -> tuple[bool, str | None]:
        """``pulumi preview``: whether it shows a change; what an update changes is unknown to what depends on it."""
        found: list[bool] = []
        error = self._run(lambda: found.append(self._preview()))
        return bool(found and found[0]), error

    def destroy(self) -> str | None:
        """``pulumi destroy``: no program runs, so nothing is asserted; dependents first."""
        return self._run(self._destroy)

    def output(self, key: str) -> Any:
        """An output of the certificate, None where there is none."""
        return self.state[CERTIFICATE].outputs.get(key) if CERTIFICATE in self.state else None

    def _run(self, what: Callable[[], object]) -> str | None:
        engine_run.forget()
        self._unfinished = []
        try:
            what()
        except (RotationError, StopError) as error:
            return str(error)
        return None

    def _up(self, *, refresh: bool) -> None:
        if refresh:
            self._refresh()
        self._register(CERTIFICATE, certificate, self._certificate_inputs())
        if self.program.published_by:
            self._publish_by_callable(self.program.published_by)
        if self.program.bundled:
            self._register(BUNDLE, trust_bundle, self._bundle_inputs())
        beside: list[tuple[str, Any, Callable[[], Properties]]] = [
            (f"binding {key}", binding, partial(self._binding_inputs, key)) for key in sorted(self.program.bindings)
        ]
        if self.program.second:
            beside.insert(0, (SECOND, trust_bundle, self._second_inputs))
        failed = [error for name, module, inputs in beside if (error := self._beside(name, module, inputs)) is not None]
        if failed or self._unfinished:
            raise StopError("; ".join([*self._unfinished, *failed]))
        self._delete_condemned()
        for name in [name for name in self.state if name not in self.declared()]:
            _module(name).delete(self.state[name].outputs, self.environment())
            del self.state[name]

    def _publish_by_callable(self, spec: Properties) -> None:
        """What a callable makes: a resource that writes the pins."""
        place = self.environment().target(spec, Connection())
        pins = "".join(f"{one}\n" for one in self.state[CERTIFICATE].outputs["trustedFingerprintsSha256"])
        if place.read() != pins:
            place.write(pins)

    def _beside(self, name: str, module: Any, inputs: Callable[[], Properties]) -> str | None:
        """These do not depend on each other: one that fails does not stop its siblings."""
        try:
            self._register(name, module, inputs())
        except (RotationError, StopError) as error:
            return str(error)
        return None

    def _refresh(self) -> None:
        for name in list(self.state):
            found = _module(name).read(name, self.state[name].outputs, self.environment())
            if found is None:
                del self.state[name]
            else:
                self.state[name].outputs = wire(found[1])

    def _preview(self) -> bool:
        stale = self._differs(CERTIFICATE, certificate, self._certificate_inputs())
        made = self._made(CERTIFICATE, unknown=stale)
        changes = stale
        if self.program.bundled:
            stale = self._differs(BUNDLE, trust_bundle, self._bundle_inputs(made))
            changes = changes or stale
        if self.program.second:
            changes = self._differs(SECOND, trust_bundle, self._second_inputs(made)) or changes
        published = self._made(BUNDLE, unknown=stale)
        for key in sorted(self.program.bindings):
            inputs = self._binding_inputs(key, made, published)
            changes = self._differs(f"binding {key}", binding, inputs) or changes
        return changes or bool(self.condemned) or not set(self.state) <= self.declared()

    def _differs(self, name: str, module: Any, inputs: Properties) -> bool:
        news = self._checked(name, module, inputs)
        return name not in self.state or bool(module.diff(self.state[name].outputs, news, self.environment()).changes)

    def _destroy(self) -> None:
        self._delete_condemned()
        for name in sorted(self.state, key=_destruction_order):
            _module(name).delete(self.state[name].outputs, self.environment())
            del self.state[name]

    def _delete_condemned(self) -> None:
        while self.condemned:
            binding.delete(self.condemned[0].outputs, self.environment())
            self.condemned.pop(0)

    def _register(self, name: str, module: Any, inputs: Properties) -> None:
        news = self._checked(name, module, inputs)
        held = self.state.get(name)
        if held is None:
            outputs = self._created(module, news)
        else:
            difference = module.diff(held.outputs, news, self.environment())
            if not difference.changes:
                held.inputs = news
                return
            if difference.replaces:
                outputs = self._created(module, news)
                self.condemned.append(held)
            else:
                outputs = self._updated(module, held, news)
        self.state[name] = Held(outputs=wire(outputs), inputs=news)

    def _created(self, module: Any, news: Properties) -> Properties:
        """What could not be done is raised by the program, when all else is done."""
        try:
            created: Properties = module.create(news, self.environment())[1]
        except Unfinished as left:
            self._unfinished.append(str(left.error))
            return left.state
        return created

    def _updated(self, module: Any, held: Held, news: Properties) -> Properties:
        try:
            updated: Properties = module.update(held.outputs, news, self.environment())
        except Unfinished as left:
            self._unfinished.append(str(left.error))
            return left.state
        return updated

    def _checked(self, name: str, module: Any, inputs: Properties) -> Properties:
        held = self.state.get(name)
        owner = {"owner": f"urn:pulumi:dev::model::apigw::{self.program.name} {name}"}
        checked = module.check({} if held is None else held.inputs, wire({**inputs, **owner}))
        if checked.failures:
            raise StopError(f"{name}: {checked.failures}")
        return wire(checked.inputs)

    def declared(self) -> set[str]:
        """The names of all that the program declares."""
        bundles = {BUNDLE: self.program.bundled, SECOND: self.program.second}
        return {
            CERTIFICATE,
            *(name for name, there in bundles.items() if there),
            *(f"binding {key}" for key in self.program.bindings),
        }

    def _certificate_inputs(self) -> Properties:
        names = {"name": self.program.name, "project": "model", "stack": "dev"}
        made_for = {
            "stages": list(self.program.bindings.values()),
            "targets": self.program.targets,
            "alsoTrust": self.program.bundle.get("alsoTrust"),
            "takeOver": any(one.get("takeOver") for one in (self.program.binding, self.program.bundle)),
        }
        return {**names, **self.program.connection, "madeFor": made_for, **self.program.certificate}

    def _made(self, name: str, *, unknown: bool) -> Mapping[str, Any]:
        """The outputs that others take; while an update is due, or before creation, nobody knows them."""
        keys = ("rotationId", "clientCertificateId", "generations", "publishedSince", "overlap", *_WAYS)
        return dict.fromkeys(keys, UNKNOWN) if unknown or name not in self.state else self.state[name].outputs

    def _bundle_inputs(self, made: Mapping[str, Any] | None = None) -> Properties:
        made = self.state[CERTIFICATE].outputs if made is None else made
        rotation: Properties = {
            key: made.get(key) for key in ("rotationId", "clientCertificateId", "generations", "overlap")
        }
        rotation["connection"] = {key: made.get(key) for key in _WAYS}
        what: Properties = {
            "name": f"{self.program.name}-trust",
            "rotations": [rotation],
            "targets": self.program.targets,
        }
        what["publishedBy"] = ["pins"] if self.program.published_by else None
        return {**what, **self.program.connection, **self.program.bundle}

    def _second_inputs(self, made: Mapping[str, Any] | None = None) -> Properties:
        own = {"name": f"{self.program.name}-second", "targets": self.program.second, "publishedBy": None}
        return {**self._bundle_inputs(made), **own}

    def _binding_inputs(
        self, key: str, made: Mapping[str, Any] | None = None, published: Mapping[str, Any] | None = None
    ) -> Properties:
        made = self.state[CERTIFICATE].outputs if made is None else made
        if published is None and self.program.bundled:
            published = self.state[BUNDLE].outputs
        generations = made.get("generations")
        if isinstance(generations, list):
            generations = identified(generations)
        published = published if published and self.program.bundled else {}
        ways = {**self.program.connection, **{key: published.get(key) for key in _WAYS[1:]}}
        return {
            **self.program.bindings[key],
            "clientCertificateId": made.get("clientCertificateId"),
            "rotationId": made.get("rotationId"),
            "generations": generations,
            "publishedSince": published.get("publishedSince"),
            "publishedTo": {"targets": self.program.targets, **ways} if self.program.bundled else None,
            "publishLead": self.program.certificate.get("publishLead"),
            "activateBy": self.program.certificate.get("activateBy"),
            **self.program.connection,
            **self.program.binding,
            **({"verify": VERIFY} if self.program.verified and self.program.bindings[key]["apiKind"] == "REST" else {}),
            **({"confirm": _confirm(self.program.bindings[key])} if self.program.confirmed else {}),
        }


def _confirm(stage: Mapping[str, Any]) -> Properties:
    return {"url": f"https://callers.test/{stage['apiId']}/{stage['stageName']}", "attempts": 5}


def wire(properties: Mapping[str, Any]) -> Properties:
    """A property bag after the wire: numbers are floats, and None is absent."""

    def flat(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: flat(one) for key, one in value.items() if one is not None}
        if isinstance(value, list):
            return [flat(one) for one in value]
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value

    result: Properties = flat(json.loads(json.dumps(dict(properties))))
    return result


def _module(name: str) -> Any:
    modules: dict[str, ModuleType] = {CERTIFICATE: certificate, BUNDLE: trust_bundle, SECOND: trust_bundle}
    return modules.get(name, binding)


def _destruction_order(name: str) -> int:
    return {BUNDLE: 1, SECOND: 1, CERTIFICATE: 2}.get(name, 0)
