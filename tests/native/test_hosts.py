"""One truth for two hosts: the same life through the dynamic classes and through the plugin, state by state."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert import resources
from apigw_client_cert.lifecycle import engine_run
from apigw_client_cert.lifecycle.inputs import UNKNOWN
from tests.doubles import fake_gateway
from tests.doubles.aws_shaped import issue_pem
from tests.doubles.fake_gateway import FakeGateway
from tests.lifecycle.conftest import API, FakeRun, wire
from tests.native.plugin_client import PluginClient, plugin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PROVIDERS = {
    "RotatingClientCertificate": resources.RotatingClientCertificateProvider(),
    "TrustBundle": resources.TrustBundleProvider(),
    "StageBinding": resources.StageBindingProvider(),
}
KINDS = {
    "certificate": "RotatingClientCertificate",
    "bundle": "TrustBundle",
    "dev": "StageBinding",
    "prod": "StageBinding",
}
FROM_THE_URN = ("project", "stack")


class DynamicHost:
    """The provider classes that the dynamic host calls."""

    def check(
        self, kind: str, olds: Mapping[str, Any], news: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Checked inputs and failures."""
        found = PROVIDERS[kind].check(dict(olds), dict(news))
        return wire(found.inputs), {one.property: one.reason for one in found.failures}

    def changes(self, kind: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> tuple[bool, list[str]]:
        """Whether an update is due, and what replaces."""
        # As the host keeps it in every state that it wrote.
        found = PROVIDERS[kind].diff("id", {**olds, resources.PROVIDER_KEY: "pickle"}, dict(news))
        return bool(found.changes), sorted(found.replaces or ())

    def create(self, kind: str, news: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Id and state."""
        found = PROVIDERS[kind].create(dict(news))
        return str(found.id), wire(found.outs or {})

    def update(self, kind: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
        """State."""
        return wire(PROVIDERS[kind].update("id", dict(olds), dict(news)).outs or {})

    def read(self, kind: str, state: Mapping[str, Any]) -> dict[str, Any] | None:
        """State, None when it is gone."""
        found = PROVIDERS[kind].read("id", dict(state))
        return wire(found.outs or {}) if found.id else None

    def delete(self, kind: str, state: Mapping[str, Any]) -> None:
        """Remove it."""
        PROVIDERS[kind].delete("id", dict(state))


class PluginHost:
    """The plugin over gRPC, whose programs leave out what the URN says."""

    def __init__(self, client: PluginClient) -> None:
        self.client = client

    def check(
        self, kind: str, olds: Mapping[str, Any], news: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Checked inputs and failures."""
        given = {key: value for key, value in news.items() if key not in FROM_THE_URN}
        return self.client.check(kind, olds, given)

    def changes(self, kind: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> tuple[bool, list[str]]:
        """Whether an update is due, and what replaces."""
        found = self.client.diff(kind, olds, news)
        assert bool(found.detailedDiff) is (found.changes == found.DIFF_SOME)
        return found.changes == found.DIFF_SOME, sorted(found.replaces)

    def create(self, kind: str, news: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Id and state."""
        return self.client.create(kind, news)

    def update(self, kind: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
        """State."""
        return self.client.update(kind, olds, news)

    def read(self, kind: str, state: Mapping[str, Any]) -> dict[str, Any] | None:
        """State, None when it is gone."""
        found = self.client.read(kind, "id", state)
        return None if found is None else found[2]

    def delete(self, kind: str, state: Mapping[str, Any]) -> None:
        """Remove it."""
        self.client.delete(kind, state)


@dataclass
class HostRun(FakeRun):
    """A run whose calls go through a host; ``diffs`` are the answers on the way."""

    host: Any = None
    diffs: list[tuple[str, bool, list[str]]] = field(default_factory=list)

    def refresh(self) -> None:
        """Read everything that is in state."""
        for name in list(self.state):
            found = self.host.read(KINDS[name], self.state[name])
            if found is None:
                del self.state[name], self.inputs[name]
            else:
                self.state[name] = found

    def destroy(self) -> None:
        """Delete everything, in the engine's order."""
        self.begin()
        for name in sorted(self.state, key=lambda one: list(KINDS).index(one), reverse=True):
            self.host.delete(KINDS[name], self.state.pop(name))

    def _register(self, name: str, _module: Any, props: Mapping[str, Any]) -> None:
        kind = KINDS[name]
        news, failures = self.host.check(kind, self.inputs.get(name, {}), wire(props))
        assert failures == {}
        if name not in self.state:
            _id, self.state[name] = self.host.create(kind, news)
        else:
            changes, replaces = self.host.changes(kind, self.state[name], news)
            self.diffs.append((name, changes, replaces))
            if changes:
                self.state[name] = self.host.update(kind, self.state[name], news)
        self.inputs[name] = news


@dataclass
class Hosts:
    """Two equal worlds, one behind each host."""

    dynamic: HostRun
    native: HostRun

    def both(self, act: Callable[[HostRun], object]) -> None:
        """Do the same behind both hosts."""
        act(self.dynamic)
        engine_run.forget()
        act(self.native)

    def differences(self) -> list[str]:
        """What differs: properties of state and inputs, answers of diff, calls to AWS."""
        pairs = {
            f"{name}.{part}.{key}": (one.get(key), other.get(key))
            for part in ("state", "inputs")
            for name in {*getattr(self.dynamic, part), *getattr(self.native, part)}
            for one, other in [(getattr(self.dynamic, part).get(name, {}), getattr(self.native, part).get(name, {}))]
            # Two hosts are two resources, each with a URN of its own.
            for key in {*one, *other} - {"owner"}
        }
        pairs["diffs"] = (self.dynamic.diffs, self.native.diffs)
        pairs["calls"] = (self.dynamic.gateway.calls, self.native.gateway.calls)
        return [f"{name}: {one!r} != {other!r}" for name, (one, other) in sorted(pairs.items()) if one != other]


@pytest.fixture
def hosts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hosts]:
    """Accounts that issue the same certificate at the same instant."""
    monkeypatch.setattr(fake_gateway, "issue_pem", functools.cache(issue_pem))
    dynamic, native = _run(), _run()
    monkeypatch.setattr(resources, "_environment", lambda: dynamic.environment)
    dynamic.host = DynamicHost()
    # The clock of the plugin's world moves with its run.
    with plugin(native.environment) as client:
        native.host = PluginHost(client)
        yield Hosts(dynamic, native)


def _run() -> HostRun:
    gateway = FakeGateway()
    for stage in ("dev", "prod"):
        gateway.add_stage(API, stage)
    return HostRun(gateway)


def test_a_whole_life_leaves_the_same_state_behind_both_doors(hosts: Hosts) -> None:
    """Create, quiet, issue, activate, confirm, retire, with refreshes in between, and delete: no difference."""
    for day in (0, 100, 336, 336.5, 337, 338, 341, 342):
        hosts.both(lambda run, day=day: run.at(day))  # type: ignore[misc]
        hosts.both(HostRun.up)
        assert hosts.differences() == []
        hosts.both(HostRun.refresh)
        assert hosts.differences() == []
    hosts.both(HostRun.destroy)
    assert hosts.differences() == []
    assert hosts.native.gateway.certificates == {}


@pytest.mark.parametrize(
    "config",
    [
        {"description": "mine", "tags": {"team": "a"}},
        {"overlap": "4d", "jitter": "3d"},
        {"rotationTrigger": "now"},
        {"pinGeneration": 1},
    ],
)
def test_a_changed_input_changes_the_same_behind_both_doors(hosts: Hosts, config: dict[str, Any]) -> None:
    """Set, and removed again."""
    hosts.both(HostRun.up)
    for wanted in (config, {}):
        hosts.both(lambda run, wanted=wanted: run.config.update(wanted) if wanted else run.config.clear())  # type: ignore[misc]
        hosts.both(HostRun.up)
        assert hosts.differences() == []


def test_what_others_did_is_seen_the_same_behind_both_doors(hosts: Hosts) -> None:
    """A deleted generation, an unbound stage, a changed file, a stage that is gone."""

    def meddle(run: HostRun) -> None:
        run.rotate_to("published")
        pending = run.state["certificate"]["pendingClientCertificateId"]
        del run.gateway.certificates[pending]
        dev, prod = run.gateway.stages
        run.gateway.stages[dev].client_certificate_id = None
        del run.gateway.stages[prod]
        run.targets["pins.txt"].content = "something else"
        run.refresh()

    hosts.both(meddle)
    assert hosts.differences() == []
    assert "prod" not in hosts.native.state


@pytest.mark.parametrize(
    ("kind", "news"),
    [
        ("RotatingClientCertificate", {"name": "orders", "overlap": "a week", "region": "x", "pinGeneration": 0}),
        ("RotatingClientCertificate", {"name": "", "tags": {"aws:x": "y"}, "rotateBefore": "2d"}),
        ("TrustBundle", {"name": "orders", "rotations": [], "targets": [{"type": "ftp"}]}),
        ("TrustBundle", {"name": "orders", "rotations": UNKNOWN, "targets": ["/orders/pins"]}),
        ("StageBinding", {"apiId": "A", "clientCertificateId": "orders trust", "onDelete": "drop"}),
        ("StageBinding", {"apiId": "a1b2c3d4e5", "stageName": "dev", "confirm": "https://x", "verify": "/health"}),
    ],
)
def test_bad_inputs_are_refused_in_the_same_words(hosts: Hosts, kind: str, news: dict[str, Any]) -> None:
    """Property by property."""
    refused = [run.host.check(kind, {}, wire(news))[1] for run in (hosts.dynamic, hosts.native)]
    assert refused[0] == refused[1]
    assert refused[0]
