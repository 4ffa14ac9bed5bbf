"""Outputs in state that a hand has edited: read, or refused in our own words before anything is changed.

Inputs in state are those of the last check, and Pulumi's own to keep.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apigw_client_cert import errors
from apigw_client_cert.lifecycle import engine_run
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.binding import outputs as binding_state
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.certificate import outputs as certificate_state
from apigw_client_cert.lifecycle.environment import Environment
from apigw_client_cert.lifecycle.failed_step import Unfinished
from apigw_client_cert.lifecycle.results import Difference
from apigw_client_cert.lifecycle.trust_bundle import crud as trust_bundle
from apigw_client_cert.lifecycle.trust_bundle import outputs as bundle_state
from tests.doubles.fake_gateway import FakeGateway
from tests.doubles.fake_target import FakeTarget
from tests.hostile.answering import spoiled
from tests.hostile.audit import audited, audited_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

from tests.hostile.odd import fewer

NOW = datetime(2026, 3, 2, 10, tzinfo=timezone.utc)
API = "a1b2c3d4e5"


class _Stack:
    """A certificate in its overlap, its bundle and one binding, in a fake account."""

    def __init__(self) -> None:
        self.now = NOW
        self.gateway = FakeGateway(clock=lambda: self.now)
        self.gateway.add_stage(API, "prod")
        self.place = FakeTarget()
        self.lines: list[str] = []
        self.environment = Environment(
            now=lambda: self.now,
            gateway=lambda _connection: self.gateway,
            target=lambda _spec, _connection: self.place,
            say=self.lines.append,
            token=lambda: "r1",
        )
        self.states: dict[ModuleType, dict[str, Any]] = {}
        self.news: dict[ModuleType, dict[str, Any]] = {}
        for day in (0, 336, 337):
            self.now = NOW + timedelta(days=day)
            self.up()

    def up(self) -> None:
        """One run over all three."""
        engine_run.forget()
        self.environment.looks.forget()
        self._perform(certificate, {"name": "orders", "project": "p", "stack": "dev"})
        made = self.states[certificate]
        wired = {key: made[key] for key in ("rotationId", "clientCertificateId", "generations")}
        targets = [{"type": "file", "path": "pins.pem"}]
        self._perform(trust_bundle, {"name": "orders-trust", "rotations": [wired], "targets": targets})
        since = self.states[trust_bundle]["publishedSince"]
        self._perform(binding, {"apiId": API, "stageName": "prod", **wired, "publishedSince": since})

    def _perform(self, module: Any, news: dict[str, Any]) -> None:
        news = json.loads(json.dumps(news))
        before = self.states.get(module)
        state = (
            module.create(news, self.environment)[1]
            if before is None
            else module.update(before, news, self.environment)
        )
        self.states[module], self.news[module] = json.loads(json.dumps(state)), news


OUTPUTS = {
    certificate: certificate_state.OUTPUTS,
    trust_bundle: bundle_state.OUTPUTS,
    binding: binding_state.OUTPUTS,
}
METHODS: dict[str, Callable[..., Any]] = {
    "diff": lambda module, olds, news, environment: module.diff(olds, news, environment),
    "read": lambda module, olds, _news, environment: module.read("x", olds, environment),
    "update": lambda module, olds, news, environment: module.update(olds, news, environment),
    "delete": lambda module, olds, _news, environment: module.delete(olds, environment),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("module", [certificate, trust_bundle, binding])
def test_a_state_with_spoiled_fields_is_read_or_refused_in_our_words(module: ModuleType, method: str) -> None:
    """Missing, added or of another type; a refusal comes before the first change."""
    stack = _Stack()
    inputs = {key: value for key, value in stack.states[module].items() if key not in OUTPUTS[module]}
    sound = {key: value for key, value in stack.states[module].items() if key in OUTPUTS[module]}
    before = (
        dict(stack.gateway.certificates),
        {ref: one.client_certificate_id for ref, one in stack.gateway.stages.items()},
    )

    @fewer
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        olds = {**json.loads(data.draw(spoiled(sound, keep=frozenset({"-"})))), **inputs}
        stack.gateway.calls.clear()
        try:
            found = METHODS[method](module, olds, stack.news[module], stack.environment)
        except (errors.RotationError, Unfinished) as error:
            audited_error(error.error if isinstance(error, Unfinished) else error)
            assert stack.gateway.called("generate", "delete", "bind", "unbind") == []
        else:
            assert found is None or isinstance(found, tuple | dict | Difference)
        for line in stack.lines:
            audited(line)
        stack.lines.clear()
        # Whatever was done by a state that could be read is undone for the next example.
        stack.gateway.certificates = dict(before[0])
        for ref, one in stack.gateway.stages.items():
            one.client_certificate_id = before[1][ref]

    holds()


@pytest.mark.parametrize("method", METHODS)
def test_a_newer_state_is_refused_whatever_else_it_holds(method: str) -> None:
    """Its version is the first thing that is looked at."""
    stack = _Stack()
    for module, state in stack.states.items():
        newer = {"stateVersion": 2.0, "name": state.get("name"), "generations": 5}
        with pytest.raises(errors.Refused, match=r"has version 2.*knows up to 1") as caught:
            METHODS[method](module, newer, stack.news[module], stack.environment)
        audited_error(caught.value)


def test_a_target_that_holds_bytes_of_no_text_is_a_changed_target() -> None:
    """A refresh reports it and goes on; the next update writes it again."""
    stack = _Stack()
    stack.place.content = b"\xff\xfe\x00binary".decode(errors="surrogateescape")
    _id, state = trust_bundle.read("x", stack.states[trust_bundle], stack.environment)
    assert state["driftedTargets"] == ["file pins.pem"]
    trust_bundle.update(state, stack.news[trust_bundle], stack.environment)
    assert stack.place.content.startswith("-----BEGIN CERTIFICATE-----")
