"""protect_stages(): which resources ignore their certificate, by pulumi-aws' own types."""

from __future__ import annotations

from typing import Any

import grpc  # type: ignore[import-untyped]  # grpcio ships no types
import pulumi
import pulumi_aws as aws
import pytest
from pulumi.runtime import mocks
from pulumi.runtime.proto import callback_pb2, callback_pb2_grpc, resource_pb2, resource_pb2_grpc

from apigw_client_cert import protect_stages
from apigw_client_cert.program.protect_stages import STAGES, ignoring


class FakeEngine(mocks.Mocks):
    """Remembers the types."""

    def __init__(self) -> None:
        self.types: dict[str, str] = {}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """The inputs come back."""
        self.types[args.name] = args.typ
        return args.name, dict(args.inputs)

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], None]:
        """No function is called."""
        raise AssertionError(args.token)


class FakeMonitor(mocks.MockMonitor, resource_pb2_grpc.ResourceMonitorStub):
    """Calls the program's transforms before it registers a resource, as the engine does, and notes what is ignored."""

    def __init__(self, engine: FakeEngine) -> None:
        mocks.MockMonitor.__init__(self, engine)  # the stub's own would connect
        self.transforms: list[callback_pb2.Callback] = []
        self.ignored: dict[str, list[str]] = {}

    def RegisterStackTransform(self, callback: callback_pb2.Callback) -> None:  # noqa: N802 - the protocol's name
        """Keep where to call."""
        self.transforms.append(callback)

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> Any:  # noqa: N802 - the same
        """The transforms see every resource of the program."""
        for callback in self.transforms:
            asked = resource_pb2.TransformRequest(type=request.type, name=request.name, custom=request.custom)
            asked.properties.CopyFrom(request.object)
            asked.options.ignore_changes.extend(request.ignoreChanges)
            answered = resource_pb2.TransformResponse()
            with grpc.insecure_channel(callback.target) as channel:
                invoke = callback_pb2_grpc.CallbacksStub(channel).Invoke
                call = callback_pb2.CallbackInvokeRequest(token=callback.token, request=asked.SerializeToString())
                answered.ParseFromString(invoke(call).response)
            self.ignored[request.name] = list(answered.options.ignore_changes)
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]


def transformed(type_: str, **options: Any) -> list[str] | None:
    """What the resource ignores after the transform; None where the transform left it alone."""
    args = pulumi.ResourceTransformArgs(
        custom=True, type_=type_, name="one", props={"stageName": "prod"}, opts=pulumi.ResourceOptions(**options)
    )
    found = ignoring(args)
    if found is None:
        return None
    assert found.props == args.props
    return list(found.opts.ignore_changes or ())


def test_the_types_are_those_that_pulumi_aws_registers() -> None:
    """A renamed token would protect nothing, silently."""
    engine = FakeEngine()
    mocks.set_mocks(engine, project="orders", stack="dev")

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def run() -> None:
        aws.apigateway.Stage("rest", rest_api="a", stage_name="prod", deployment="d")
        aws.apigatewayv2.Stage("live", api_id="w", name="live")

    run()
    assert {engine.types["rest"], engine.types["live"]} == STAGES


def test_protect_stages_reaches_every_stage_of_the_program_and_nothing_else() -> None:
    """pulumi-aws' own types, through the transform that the program registers."""
    engine = FakeEngine()
    monitor = FakeMonitor(engine)
    mocks.set_mocks(engine, project="orders", stack="dev", monitor=monitor)

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def run() -> None:
        protect_stages()
        described = pulumi.ResourceOptions(ignore_changes=["description"])
        aws.apigateway.Stage("rest", rest_api="a", stage_name="prod", deployment="d", opts=described)
        aws.apigatewayv2.Stage("live", api_id="w", name="live")
        aws.apigateway.RestApi("api")

    run()
    assert monitor.ignored["rest"] == ["description", "clientCertificateId"]
    assert monitor.ignored["live"] == ["clientCertificateId"]
    assert monitor.ignored["api"] == []


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_a_stage_ignores_its_certificate_beside_what_it_ignores_already(stage: str) -> None:
    """Once."""
    assert transformed(stage) == ["clientCertificateId"]
    assert transformed(stage, ignore_changes=["description"]) == ["description", "clientCertificateId"]
    assert transformed(stage, ignore_changes=["clientCertificateId"]) is None


def test_nothing_else_is_touched() -> None:
    """Not even other resources of API Gateway."""
    assert transformed("aws:apigateway/restApi:RestApi") is None
    assert transformed("pulumi-python:dynamic/apigw:StageBinding") is None
