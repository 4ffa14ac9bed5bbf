"""protect_stages(): which resources ignore their certificate, by pulumi-aws' own types."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from pulumi.runtime import mocks

from apigw_client_cert.protection import STAGES, ignoring


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
