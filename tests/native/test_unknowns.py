"""Unknowns in every input: at preview any value may come from a resource that does not exist yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pulumi.output import Unknown

from apigw_client_cert.lifecycle.inputs import UNKNOWN
from apigw_client_cert.native.construct import arguments
from apigw_client_cert.native.resource_types import COMPONENT_INPUTS, KINDS
from tests.doubles.fake_gateway import FakeGateway
from tests.lifecycle.conftest import API, FakeRun
from tests.native.plugin_client import PluginClient, plugin

if TYPE_CHECKING:
    from collections.abc import Iterator

IN_STATE = {"RotatingClientCertificate": "certificate", "TrustBundle": "bundle", "StageBinding": "dev"}
# What no state keeps comes back in no preview either.
CASES = [(kind.name, key) for kind in KINDS.values() for key in kind.inputs if key not in kind.unkept]
NESTED = [
    ("RotatingClientCertificate", "tags", {"team": UNKNOWN}),
    ("TrustBundle", "targets", [{"type": "file", "path": UNKNOWN}]),
    ("TrustBundle", "targets", [UNKNOWN]),
    ("TrustBundle", "alsoTrust", [UNKNOWN]),
    ("TrustBundle", "rotations", [{"rotationId": UNKNOWN, "clientCertificateId": UNKNOWN, "generations": UNKNOWN}]),
    ("StageBinding", "generations", [UNKNOWN]),
    ("StageBinding", "publishedSince", {"aa": UNKNOWN}),
]


@pytest.fixture(scope="module")
def run() -> FakeRun:
    """A state in which everything exists."""
    gateway = FakeGateway()
    for stage in ("dev", "prod"):
        gateway.add_stage(API, stage)
    run = FakeRun(gateway)
    run.up()
    return run


@pytest.fixture(scope="module")
def client(run: FakeRun) -> Iterator[PluginClient]:
    """The plugin in that world."""
    with plugin(run.environment) as client:
        yield client


def _previewed(run: FakeRun, client: PluginClient, kind: str, key: str, value: Any) -> None:
    name, calls = IN_STATE[kind], len(run.gateway.calls)
    olds, known = run.state[name], run.inputs[name]
    news, failures = client.check(kind, known, {**known, key: value})
    assert failures == {}
    assert news[key] == value
    client.diff(kind, olds, news)
    created = client.create(kind, news, preview=True)[1]
    updated = client.update(kind, olds, news, preview=True)
    assert created[key] == updated[key] == value
    assert [one for one in KINDS[f"apigw-client-cert:index:{kind}"].outputs if created[one] != UNKNOWN] == []
    assert len(run.gateway.calls) == calls


@pytest.mark.parametrize(("kind", "key"), CASES)
def test_any_input_may_be_unknown(run: FakeRun, client: PluginClient, kind: str, key: str) -> None:
    """Check passes it, and it comes back; neither Diff nor the two previews fail, or ask AWS (invariant 6)."""
    _previewed(run, client, kind, key, UNKNOWN)


@pytest.mark.parametrize(("kind", "key", "value"), NESTED)
def test_any_part_of_an_input_may_be_unknown(
    run: FakeRun, client: PluginClient, kind: str, key: str, value: object
) -> None:
    """Deep inside, too."""
    _previewed(run, client, kind, key, value)


@pytest.mark.parametrize("kind", IN_STATE)
def test_all_inputs_may_be_unknown_at_once(run: FakeRun, client: PluginClient, kind: str) -> None:
    """A program whose every value comes from elsewhere."""
    inputs = KINDS[f"apigw-client-cert:index:{kind}"].inputs
    news, failures = client.check(kind, {}, dict.fromkeys(inputs, UNKNOWN))
    assert failures == {}
    client.diff(kind, run.state[IN_STATE[kind]], news)
    assert set(client.create(kind, news, preview=True)[1].values()) == {UNKNOWN}
    client.update(kind, run.state[IN_STATE[kind]], news, preview=True)


@pytest.mark.parametrize("key", COMPONENT_INPUTS)
def test_any_input_of_the_component_may_be_unknown(key: str) -> None:
    """All but those that name and count its children; what is in those may be unknown."""
    unknown = Unknown()  # type: ignore[no-untyped-call]  # the SDK left it untyped
    stages = {"prod": {"restApiId": unknown, "stageName": unknown}}
    inside = {
        "stages": stages,
        "waves": [{"stages": stages, "soak": unknown}],
        "publish": [{"type": "file", "path": unknown}],
    }
    given = arguments({"stages": {}, key: inside.get(key, unknown)})
    assert repr(unknown) in repr(given)
