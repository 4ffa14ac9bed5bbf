"""A program that declares what could not be done ends with one error, when all that it declares is registered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.runtime import mocks

from apigw_client_cert import (
    ClientCertificateRotation,
    File,
    RestStage,
    RotatingClientCertificate,
    StageBinding,
    Wave,
)

if TYPE_CHECKING:
    from collections.abc import Callable

FAILED = {"step": "bind", "since": "2027-02-02T10:00:00Z", "message": "the stage is gone."}
WAVES = [Wave({stage: RestStage(rest_api_id="a1b2c3d4e5", stage_name=stage)}) for stage in ("dev", "eu", "us")]


class FailingEngine(mocks.Mocks):
    """Registers whatever it is given; the resources of these names could not do all."""

    def __init__(self, *failing: str) -> None:
        self.failing = failing
        self.registered: list[str] = []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """The inputs come back as outputs, with what a certificate adds and what failed."""
        self.registered.append(f"{args.typ.rpartition(':')[2]} {args.name}")
        made = {"clientCertificateId": "a1b2c3", "rotationId": "r", "generations": [{"id": "a1b2c3", "pem": "PEM"}]}
        certificate = args.typ.endswith("RotatingClientCertificate")
        failed = {"failedStep": FAILED} if self.registered[-1] in self.failing else {}
        return args.name, {**args.inputs, **(made if certificate else {}), **failed}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], None]:
        """No function is called."""
        raise AssertionError(args.token)


def ends(declare: Callable[[], object], *failing: str, preview: bool = False) -> tuple[str, list[str]]:
    """What a program ends with, and what was registered."""
    engine = FailingEngine(*failing)
    mocks.set_mocks(engine, project="orders", stack="dev", preview=preview)

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def run() -> None:
        declare()

    try:
        run()
    except pulumi.RunError as error:
        return str(error), engine.registered
    return "", engine.registered


def orders() -> None:
    """A rotation over three waves."""
    ClientCertificateRotation("orders", waves=WAVES, publish=[File("pins")])


def test_the_later_waves_are_registered_before_the_program_ends_with_the_first() -> None:
    """And what ends it names the binding."""
    said, registered = ends(orders, "StageBinding orders-dev")
    assert said.startswith("orders-dev: bind has failed in each run since 2027-02-02T10:00:00Z. The stage is gone.")
    assert {"StageBinding orders-eu", "StageBinding orders-us"} <= set(registered)


def test_every_one_that_failed_is_named_in_one_error() -> None:
    """Also a certificate and a binding of one name."""

    def declare() -> None:
        certificate = RotatingClientCertificate("orders")
        StageBinding("orders", certificate=certificate, stage=RestStage(rest_api_id="a1b2c3d4e5", stage_name="dev"))

    said, _registered = ends(declare, "RotatingClientCertificate orders", "StageBinding orders")
    assert said.startswith("2 resources could not do all that was due.")
    assert said.count("orders: bind has failed in each run since") == 2


def test_another_rotation_of_the_program_is_registered_to_its_end() -> None:
    """The one whose certificate failed does not end the program before."""

    def declare() -> None:
        ClientCertificateRotation("first", stages=WAVES[0].stages)
        ClientCertificateRotation("second", waves=WAVES[1:])

    said, registered = ends(declare, "RotatingClientCertificate first")
    assert said.startswith("first: ")
    assert "StageBinding second-us" in registered


def test_what_is_declared_in_a_callback_is_waited_for() -> None:
    """On an output of the resource that failed, through two more callbacks."""

    def declare() -> None:
        certificate = RotatingClientCertificate("orders")

        def bind(_id: str) -> str:
            dev = StageBinding("dev", certificate=certificate, stage=WAVES[0].stages["dev"])
            dev.urn.apply(str).apply(then)
            return ""

        def then(urn: str) -> str:
            orders()
            return urn

        certificate.client_certificate_id.apply(bind)

    said, registered = ends(declare, "RotatingClientCertificate orders", "StageBinding orders-us")
    assert "orders-us: bind has failed" in said
    assert "StageBinding dev" in registered


@pytest.mark.parametrize("preview", [False, True])
def test_nothing_ends_a_program_where_nothing_failed_or_at_preview(*, preview: bool) -> None:
    """A preview shows what state holds; programs that ran before in this process are not its business."""
    assert ends(orders, "StageBinding orders-eu")[0]
    said, _registered = ends(orders, *(["StageBinding orders-dev"] if preview else []), preview=preview)
    assert said == ""
