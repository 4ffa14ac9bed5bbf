"""What a program registers, in the form in which the engine shows it to a policy pack."""

from __future__ import annotations

import runpy
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
from google.protobuf import json_format  # type: ignore[import-untyped]  # protobuf ships no types
from pulumi.runtime import mocks
from pulumi.runtime.proto import analyzer_pb2

from policy.client_cert_policies.agreed import DYNAMIC, PLUGIN

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from pulumi.runtime.proto import resource_pb2

PROGRAMS = Path(__file__).parent / "programs"
CONFIG = {"orders:restApiId": "a1b2c3d4e5"}
NOW = "2027-02-24T10:00:00Z"

_PENDING = {"id": "b2c3d4", "role": "pending", "number": 2, "expirationDate": "2028-01-31T10:00:00Z", "sha256": "bb"}
_ACTIVE = {"id": "a1b2c3", "role": "active", "number": 1, "expirationDate": "2027-03-02T10:00:00Z", "sha256": "aa"}
# A rotation on the day of NOW, as the lifecycle leaves it: by itself, and held on its first generation by a pin.
_ROTATED = {
    "clientCertificateId": "b2c3d4",
    "expirationDate": "2028-01-31T10:00:00Z",
    "generation": 2,
    "generations": [{**_PENDING, "role": "active"}],
    "nextAction": "issue",
    "nextActionAt": "2028-01-01T10:00:00Z",
    "trustBundlePem": "PEM of bb\n",
    "trustedFingerprintsSha256": ["bb"],
}
_HELD = {
    "clientCertificateId": "a1b2c3",
    "expirationDate": "2027-03-02T10:00:00Z",
    "generation": 1,
    "generations": [_ACTIVE, _PENDING],
    "nextAction": "activate",
    "nextActionAt": "2027-02-27T10:00:00Z",
    "trustBundlePem": "PEM of aa\nPEM of bb\n",
    "trustedFingerprintsSha256": ["aa", "bb"],
}


@dataclass(frozen=True, slots=True)
class Run:
    """The resources of one run: each with its inputs, and with its outputs at the end."""

    inputs: list[analyzer_pb2.AnalyzerResource] = field(default_factory=list)
    outputs: list[analyzer_pb2.AnalyzerResource] = field(default_factory=list)

    def through_the_plugin(self) -> Run:
        """The same run with the plugin's type tokens, in types and URNs."""
        return Run(list(map(_by_plugin, self.inputs)), list(map(_by_plugin, self.outputs)))


def run(program: str, *, broken: bool = False, preview: bool = False, **state: Any) -> Run:
    """What a program of ``programs/`` registers under Pulumi's mocks.

    Args:
        program: Its name.
        broken: Whether it breaks its policy.
        preview: The first preview: nothing exists, and every output that is no input is unknown.
        state: Outputs of a certificate that differ from a rotation's on the day of ``NOW``.
    """
    monitor = _RecordingMonitor(_FakeEngine(preview=preview, state=state))
    mocks.set_mocks(monitor.mocks, project="orders", stack="dev", preview=preview, monitor=monitor)
    pulumi.runtime.set_all_config({**CONFIG, "orders:broken": str(broken).lower()})

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def declare() -> pulumi.Output[None] | Awaitable[None] | None:
        runpy.run_path(str(PROGRAMS / f"{program}.py"))
        return None

    declare()
    return monitor.run


class _FakeEngine(mocks.Mocks):
    """Creates whatever it is given: the id is the name, as our resources have it."""

    def __init__(self, *, preview: bool, state: dict[str, Any]) -> None:
        self.preview = preview
        self.state = state

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """The inputs come back as outputs, with what a certificate adds."""
        if self.preview:
            return None, dict(args.inputs)
        if not args.typ.endswith(":RotatingClientCertificate"):
            return args.name, dict(args.inputs)
        rotation = _HELD if args.inputs.get("pinGeneration") else _ROTATED
        return args.name, {**args.inputs, "rotationId": f"rotation of {args.name}", **rotation, **self.state}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], None]:
        """No function is called."""
        raise AssertionError(args.token)


class _RecordingMonitor(mocks.MockMonitor):
    """Remembers registrations whole: options, dependencies, and which input was computed from what."""

    def __init__(self, engine: _FakeEngine) -> None:
        super().__init__(engine)
        self.run = Run()

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> Any:  # noqa: N802 - the SDK's name
        """Answer as the mocks do."""
        answer: Any = super().RegisterResource(request)  # type: ignore[no-untyped-call]  # the SDK's mocks have no types
        options = analyzer_pb2.AnalyzerResourceOptions(
            ignoreChanges=request.ignoreChanges,
            deleteBeforeReplace=request.deleteBeforeReplace,
            deleteBeforeReplaceDefined=request.deleteBeforeReplaceDefined,
            parent=request.parent,
        )
        one = analyzer_pb2.AnalyzerResource(
            type=request.type, urn=answer.urn, name=request.name, properties=request.object, options=options
        )
        self.run.inputs.append(one)
        final = analyzer_pb2.AnalyzerResource()
        final.CopyFrom(one)
        final.properties.MergeFrom(answer.object)
        final.parent = request.parent
        final.dependencies.extend(request.dependencies)
        for key, sources in request.propertyDependencies.items():
            final.propertyDependencies[key].urns.extend(sources.urns)
        self.run.outputs.append(final)
        return answer


def _by_plugin(resource: analyzer_pb2.AnalyzerResource) -> analyzer_pb2.AnalyzerResource:
    text = json_format.MessageToJson(resource).replace(DYNAMIC, PLUGIN)
    found: analyzer_pb2.AnalyzerResource = json_format.Parse(text, analyzer_pb2.AnalyzerResource())
    return found
