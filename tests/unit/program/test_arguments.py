"""Every argument of the Python API, given something of another kind: one sentence, and nothing is registered."""

from __future__ import annotations

import inspect
from collections import OrderedDict
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.runtime import mocks

import apigw_client_cert
from apigw_client_cert import (
    Aws,
    ClientCertificateRotation,
    File,
    HttpProbe,
    MadeFor,
    RestStage,
    RotatingClientCertificate,
    S3Object,
    SecretsManagerSecret,
    SharedCertificate,
    SsmParameter,
    StageBinding,
    TestInvoke,
    TrustBundle,
    Wave,
    WebSocketStage,
)
from apigw_client_cert.errors import BadInput
from apigw_client_cert.program.argument_kinds import CALLS, KINDS
from apigw_client_cert.program.arguments import left_out
from apigw_client_cert.program.certificate import CertificateOptions

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

STAGE = RestStage(rest_api_id="a1b2c3d4e5", stage_name="prod")
MANAGED = SimpleNamespace(rest_api="a1b2c3d4e5", stage_name="prod")
TOLD = {"clientCertificateId": "a1b2c3", "rotationId": "r", "generations": [{"id": "a1b2c3", "pem": ""}]}


def shared() -> SharedCertificate:
    """A certificate that needs no engine."""
    return SharedCertificate(TOLD)


# What a call needs at least, and what is called.
NEEDED: dict[str, tuple[Callable[..., object], Callable[[], dict[str, Any]]]] = {
    "Aws": (Aws, dict),
    "ClientCertificateRotation": (ClientCertificateRotation, lambda: {"name": "orders", "stages": {"prod": STAGE}}),
    "File": (File, lambda: {"path": "pins"}),
    "HttpProbe": (HttpProbe, lambda: {"url": "https://x/"}),
    "MadeFor": (MadeFor, dict),
    "RestStage": (RestStage, lambda: {"rest_api_id": "a1b2c3d4e5", "stage_name": "prod"}),
    "RestStage.of": (RestStage.of, lambda: {"stage": MANAGED}),
    "RotatingClientCertificate": (RotatingClientCertificate, lambda: {"resource_name": "orders"}),
    "S3Object": (S3Object, lambda: {"bucket": "b", "key": "k"}),
    "SecretsManagerSecret": (SecretsManagerSecret, lambda: {"secret_id": "s"}),
    "SharedCertificate": (SharedCertificate, lambda: {"output": TOLD}),
    "SsmParameter": (SsmParameter, lambda: {"name": "/p"}),
    "StageBinding": (StageBinding, lambda: {"resource_name": "prod", "certificate": shared(), "stage": STAGE}),
    "TestInvoke": (TestInvoke, lambda: {"resource": "/health"}),
    "TrustBundle": (TrustBundle, lambda: {"resource_name": "trust", "certificates": [shared()]}),
    "Wave": (Wave, lambda: {"stages": {"prod": STAGE}}),
    "WebSocketStage": (WebSocketStage, lambda: {"api_id": "w1w2w3w4w5", "stage_name": "live"}),
    "WebSocketStage.of": (WebSocketStage.of, lambda: {"stage": MANAGED}),
}


def arguments() -> list[tuple[str, str]]:
    """Every argument of every call, as the signatures have them."""
    found = []
    for owner, (call, _) in NEEDED.items():
        parameters = inspect.signature(call).parameters.values()
        named = [one.name for one in parameters if one.kind is not one.VAR_KEYWORD]
        options = list(CertificateOptions.__annotations__) if len(named) < len(parameters) else []
        found += [(owner, name) for name in [*named, *options]]
    return found


class FakeEngine(mocks.Mocks):
    """Counts what is registered."""

    def __init__(self) -> None:
        self.registered: list[str] = []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """Take anything."""
        self.registered.append(args.typ)
        return args.name, dict(args.inputs)

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], None]:
        """No function is called."""
        raise AssertionError(args.token)


def refusal(declare: Callable[[], object]) -> str:
    """What a program is told; nothing may have been registered."""
    engine = FakeEngine()
    mocks.set_mocks(engine, project="orders", stack="dev")

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def run() -> pulumi.Output[None] | Awaitable[None] | None:
        declare()
        return None

    with pytest.raises(BadInput) as told:
        run()
    # Pulumi shows everything else with its traceback.
    assert isinstance(told.value, pulumi.RunError)
    assert engine.registered == []
    said = str(told.value)
    assert "\n" not in said
    return said


def test_every_public_call_is_here() -> None:
    """Whoever adds one says what it takes."""
    public = {name for name in apigw_client_cert.__all__ if name != "protect_stages"}
    assert {owner.partition(".")[0] for owner in NEEDED} == public
    assert set(NEEDED) | {"RotatingClientCertificate.shared"} == set(CALLS)


@pytest.mark.parametrize(("owner", "name"), [one for one in arguments() if one[1] != "output"])
def test_something_of_another_kind_is_named_with_the_right_form(owner: str, name: str) -> None:
    """No argument takes a bare object; each says what it takes."""
    call, needed = NEEDED[owner]
    said = refusal(lambda: call(**{**needed(), name: object()}))
    assert said.startswith(f"{name} of {owner} is of type object. {left_out(owner)} Write ")
    assert said.endswith(f"{(KINDS.get(f'{owner}.{name}') or KINDS[name]).form}.")


def output(value: object) -> Any:
    """A promise of a value, which mypy need not like where none is taken."""
    return pulumi.Output.from_input(value)


SLIPS: dict[str, tuple[Callable[[], object], str]] = {
    "publish=['/x']": (
        lambda: ClientCertificateRotation("orders", stages={"prod": STAGE}, publish=["/x"]),  # type: ignore[list-item]
        "publish[0] of ClientCertificateRotation is '/x'. This ClientCertificateRotation was not registered. Write",
    ),
    "publish=File(…)": (
        lambda: ClientCertificateRotation("orders", stages={"prod": STAGE}, publish=File("p")),  # type: ignore[arg-type]
        "publish of ClientCertificateRotation is of type File. This ClientCertificateRotation was not registered.",
    ),
    "publish='/x'": (
        lambda: ClientCertificateRotation("orders", stages={"prod": STAGE}, publish="/x"),  # type: ignore[arg-type]
        "publish of ClientCertificateRotation is '/x'.",
    ),
    "certificate=c.id": (
        lambda: StageBinding("prod", certificate=output("a1b2c3"), stage=STAGE),
        (
            "certificate of StageBinding is an Output. This StageBinding was not registered. Write"
            " certificate=certificate, the RotatingClientCertificate itself"
        ),
    ),
    "certificate='a1b2c3'": (
        lambda: ClientCertificateRotation("orders", stages={"prod": STAGE}, certificate="a1b2c3"),  # type: ignore[arg-type]
        "certificate of ClientCertificateRotation is 'a1b2c3'.",
    ),
    "a list of stages": (
        lambda: ClientCertificateRotation("orders", stages=[STAGE]),  # type: ignore[arg-type]
        "stages of ClientCertificateRotation is [RestStage(",
    ),
    "a stage that is a string": (
        lambda: ClientCertificateRotation("orders", stages={"prod": "a1b2c3d4e5/prod"}),  # type: ignore[dict-item]
        (
            "stages['prod'] of ClientCertificateRotation is 'a1b2c3d4e5/prod'. This ClientCertificateRotation was not"
            " registered. Write"
            ' stages={"prod": RestStage(rest_api_id=api.id, stage_name="prod"), or RestStage.of(stage)'
        ),
    ),
    "a key that is no text": (
        lambda: Wave({1: STAGE}),  # type: ignore[dict-item]
        "stages (a key) of Wave is 1.",
    ),
    "waves of dicts": (
        lambda: ClientCertificateRotation("orders", waves=[{"prod": STAGE}]),  # type: ignore[list-item]
        "waves[0] of ClientCertificateRotation is {'prod': RestStage(",
    ),
    "aws='eu-west-1'": (
        lambda: ClientCertificateRotation("orders", stages={"prod": STAGE}, aws="eu-west-1"),  # type: ignore[arg-type]
        (
            "aws of ClientCertificateRotation is 'eu-west-1'. This ClientCertificateRotation was not registered. Write"
            ' aws=Aws(region="eu-west-1").'
        ),
    ),
    "Aws('eu-west-1')": (
        lambda: Aws("eu-west-1"),  # type: ignore[call-arg]
        "Aws was called with something else: too many positional arguments. This Aws was not made. Write Aws(region=",
    ),
    "a class instead of a value": (
        lambda: ClientCertificateRotation("orders", stages={"prod": STAGE}, aws=Aws),  # type: ignore[arg-type]
        "aws of ClientCertificateRotation is the class Aws.",
    ),
    "a number of days": (
        lambda: ClientCertificateRotation("orders", stages={"prod": STAGE}, rotate_before=30),  # type: ignore[arg-type]
        (
            "rotate_before of ClientCertificateRotation is 30. This ClientCertificateRotation was not registered. Write"
            ' rotate_before="30d".'
        ),
    ),
    "a misspelt policy": (
        lambda: ClientCertificateRotation("orders", stages={"prod": STAGE}, rotate_befor="30d"),  # type: ignore[call-arg]
        "ClientCertificateRotation has no argument 'rotate_befor'; did you mean rotate_before. This",
    ),
    "a misspelt argument of the component": (
        lambda: ClientCertificateRotation("orders", stages={"prod": STAGE}, window=["Daily 01:00-05:00"]),  # type: ignore[call-arg]
        "ClientCertificateRotation has no argument 'window'; did you mean windows. This",
    ),
    "confirm beside the stages": (
        lambda: ClientCertificateRotation("orders", stages={"prod": STAGE}, confirm="https://x"),  # type: ignore[call-arg]
        "ClientCertificateRotation has no argument 'confirm'; RestStage takes it: RestStage(…, confirm=HttpProbe(",
    ),
    "a region beside the stages": (
        lambda: StageBinding("prod", certificate=shared(), stage=STAGE, region="eu-west-1"),  # type: ignore[call-arg]
        "StageBinding has no argument 'region'; Aws takes it: aws=Aws(",
    ),
    "a misspelt argument of a stage": (
        lambda: RestStage(rest_api="a1b2c3d4e5", stage_name="prod"),  # type: ignore[call-arg]
        "RestStage has no argument 'rest_api'; did you mean rest_api_id. This RestStage was not made. Write",
    ),
    "no stage name": (
        lambda: RestStage(rest_api_id="a1b2c3d4e5"),  # type: ignore[call-arg]
        "RestStage was called with something else: missing a required",
    ),
    "a number in tags": (
        lambda: RotatingClientCertificate("orders", tags={"Cost Center": 4711}),  # type: ignore[dict-item]
        "tags['Cost Center'] of RotatingClientCertificate is 4711.",
    ),
    "True as a number": (
        lambda: RotatingClientCertificate("orders", pin_generation=True),
        "pin_generation of RotatingClientCertificate is True.",
    ),
    "one certificate instead of a list": (
        lambda: TrustBundle("trust", certificates=shared()),  # type: ignore[arg-type]
        "certificates of TrustBundle is of type SharedCertificate.",
    ),
    "a shared certificate for the component": (
        lambda: ClientCertificateRotation("orders", certificate=shared()),  # type: ignore[arg-type]
        "certificate of ClientCertificateRotation is of type SharedCertificate.",
    ),
    "confirm='https://…'": (
        lambda: RestStage(rest_api_id="a", stage_name="prod", confirm="https://x/"),  # type: ignore[arg-type]
        "confirm of RestStage is 'https://x/'. This RestStage was not made. Write confirm=HttpProbe(\"https://api.",
    ),
    "no target at all": (
        lambda: TrustBundle("trust", certificates=[shared()], targets=None),  # type: ignore[arg-type]
        "targets of TrustBundle is None.",
    ),
    "RestStage.of('prod')": (
        lambda: RestStage.of("prod"),  # type: ignore[arg-type]
        "stage of RestStage.of is 'prod'. This RestStage was not made. Write RestStage.of(stage), an aws",
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_told_in_one_sentence(slip: str) -> None:
    """What people type first."""
    declare, says = SLIPS[slip]
    assert refusal(declare).startswith(says)


def test_a_stranger_is_told_every_argument() -> None:
    """Those of the component itself, too."""
    said = refusal(lambda: ClientCertificateRotation("orders", stages={"prod": STAGE}, nonsense=1))  # type: ignore[call-arg]
    listed = said.partition("; its arguments are ")[2].rstrip(".").split(", ")
    assert sorted(listed) == sorted(name for owner, name in arguments() if owner == "ClientCertificateRotation")


def test_what_was_declared_before_is_not_said_to_be_unregistered() -> None:
    """A program stops at the slip; the engine has what came before."""
    engine = FakeEngine()
    mocks.set_mocks(engine, project="orders", stack="dev")

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def run() -> pulumi.Output[Any]:
        registered = RotatingClientCertificate("orders").client_certificate_id

        def slip(_id: str) -> None:
            StageBinding("prod", certificate="a1b2c3", stage=STAGE)  # type: ignore[arg-type]

        return registered.apply(slip)

    with pytest.raises(BadInput) as told:
        run()
    assert len(engine.registered) == 1
    assert "This StageBinding was not registered." in str(told.value)
    assert "Nothing was registered" not in str(told.value)


@pytest.mark.parametrize("headers", ["Authorization: s3cret", {"Authorization": ["s3cret"]}])
def test_what_may_be_secret_is_not_repeated(headers: Any) -> None:
    """Headers of a probe hold tokens."""
    said = refusal(lambda: HttpProbe("https://x/", headers=headers))
    assert "s3cret" not in said
    assert 'Write headers={"x-probe": "rotation"}.' in said


def test_a_function_that_publishes_returns_resources() -> None:
    """Else the bindings would wait for nothing."""
    mocks.set_mocks(FakeEngine(), project="orders", stack="dev")
    with pytest.raises(BadInput, match="the function publish returned something of type NoneType"):
        ClientCertificateRotation("orders", stages={"prod": STAGE}, publish=lambda _pem, _pins: None)  # type: ignore[arg-type,return-value]


def test_what_a_program_may_write_is_taken() -> None:
    """Outputs, durations of either kind, any mapping and sequence, and the probe as the docs have it."""
    pem = output("pem")
    assert HttpProbe("https://x/", interval=timedelta(seconds=2), headers=output({})).url == "https://x/"
    assert Wave(OrderedDict(prod=STAGE), soak="1d").stages == {"prod": STAGE}
    assert MadeFor(stages=(STAGE,), targets=(SsmParameter(output("/p")),), also_trust=pem).also_trust is pem
    assert Aws(region=output("eu-west-1"), profile=None).profile is None
