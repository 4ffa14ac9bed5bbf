"""ClientCertificateRotation under Pulumi's mocks: names, order and refusals, with pulumi-aws' real stage types."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws
import pytest
from pulumi.runtime import mocks

from apigw_client_cert import (
    Aws,
    ClientCertificateRotation,
    File,
    HttpProbe,
    RestStage,
    RotatingClientCertificate,
    SsmParameter,
    TestInvoke,
    Wave,
    WebSocketStage,
    errors,
)
from apigw_client_cert.program.claims import former_urns
from apigw_client_cert.program.component import TYPE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

STAGES = {"dev": RestStage(rest_api_id="a1b2c3d4e5", stage_name="dev")}


class FakeEngine(mocks.Mocks):
    """Registers whatever it is given and remembers the inputs; ids and outputs as the real resources make them."""

    def __init__(self) -> None:
        self.inputs: dict[tuple[str, str], dict[str, Any]] = {}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """The inputs come back as outputs, with what a certificate adds."""
        kind = args.typ.rsplit(":", 1)[-1]
        self.inputs[kind, args.name] = dict(args.inputs)
        made = {"clientCertificateId": "a1b2c3", "rotationId": "r", "generations": [{"id": "a1b2c3", "pem": "PEM"}]}
        return args.name, {**args.inputs, **(made if kind == "RotatingClientCertificate" else {})}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], None]:
        """No function is called."""
        raise AssertionError(args.token)


@pytest.fixture
def engine() -> FakeEngine:
    """A program's engine for one test."""
    made = FakeEngine()
    mocks.set_mocks(made, project="orders", stack="dev")
    return made


def program(engine: FakeEngine, declare: Callable[[], object]) -> dict[tuple[str, str], dict[str, Any]]:
    """Run a program to its end and return what was registered, by kind and name."""

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def run() -> pulumi.Output[None] | Awaitable[None] | None:
        declare()
        return None

    run()
    return engine.inputs


def test_the_keys_name_the_children(engine: FakeEngine) -> None:
    """One certificate, one bundle, one binding per key; the order of the mapping says nothing."""
    stages = {key: RestStage(rest_api_id="a1b2c3d4e5", stage_name=key) for key in ("prod", "dev")}
    found = program(engine, lambda: ClientCertificateRotation("orders", stages=stages, publish=[File("p")]))
    # Sorted: what waits for no output of another is registered in whatever order the event loop has.
    assert sorted(name for kind, name in found if kind != "Stack") == [
        "orders",
        "orders",
        "orders-dev",
        "orders-prod",
        "orders-trust",
    ]


def test_no_bundle_without_targets(engine: FakeEngine) -> None:
    """Then the generation's own wait counts, and the binding is told so."""
    found = program(engine, lambda: ClientCertificateRotation("orders", stages=STAGES))
    assert not [kind for kind, _name in found if kind == "TrustBundle"]
    assert "publishedSince" not in found["StageBinding", "orders-dev"]


def test_a_binding_takes_the_certificate_id_and_its_policy(engine: FakeEngine) -> None:
    """Never the resource id; the durations as the program wrote them; no PEM in a binding's state."""
    found = program(
        engine,
        lambda: ClientCertificateRotation(
            "orders", stages=STAGES, publish_lead=timedelta(hours=12), aws=Aws(region="eu-west-1")
        ),
    )
    binding = found["StageBinding", "orders-dev"]
    assert binding["clientCertificateId"] == "a1b2c3"
    assert binding["publishLead"] == "12h"
    assert binding["region"] == "eu-west-1"
    assert binding["generations"] == [{"id": "a1b2c3"}]


def test_stages_of_pulumi_aws_are_taken_as_they_are(engine: FakeEngine) -> None:
    """REST and WebSocket, by the real types."""

    def declare() -> None:
        rest = aws.apigateway.Stage("rest", rest_api="a1b2c3d4e5", stage_name="prod", deployment="d")
        live = aws.apigatewayv2.Stage("live", api_id="w1w2w3w4w5", name="live")
        ClientCertificateRotation("orders", stages={"prod": RestStage.of(rest), "live": WebSocketStage.of(live)})

    found = program(engine, declare)
    assert found["StageBinding", "orders-prod"]["apiId"] == "a1b2c3d4e5"
    assert found["StageBinding", "orders-prod"]["stageName"] == "prod"
    assert found["StageBinding", "orders-live"]["apiKind"] == "WEBSOCKET"
    assert found["StageBinding", "orders-live"]["apiId"] == "w1w2w3w4w5"


def test_a_callable_publishes_and_gets_bundle_and_fingerprints(engine: FakeEngine) -> None:
    """What it returns is what the bindings wait for."""
    given: list[object] = []

    def publish(pem: pulumi.Output[str], fingerprints: pulumi.Output[list[str]]) -> list[pulumi.Resource]:
        given.extend([pem, fingerprints])
        return [pulumi.ComponentResource("test:index:Published", "published")]

    found = program(
        engine, lambda: ClientCertificateRotation("orders", stages=STAGES, publish=publish, publish_lead="10m")
    )
    assert len(given) == 2
    assert ("StageBinding", "orders-dev") in found
    bundle = found["TrustBundle", "orders-trust"]
    (publisher,) = bundle["publishedBy"]
    assert (bundle["targets"], publisher.split()[0]) == ([], "published")
    assert found["StageBinding", "orders-dev"]["publishedTo"] == {"targets": [], "rotationIds": ["r"]}


def test_a_callable_that_publishes_nothing_gets_no_bundle(engine: FakeEngine) -> None:
    """Nothing could be dated: the generation's own wait counts."""
    found = program(engine, lambda: ClientCertificateRotation("orders", stages=STAGES, publish=lambda _pem, _pins: []))
    assert "TrustBundle" not in {kind for kind, _name in found}


def test_the_certificate_is_told_what_it_is_made_for(engine: FakeEngine) -> None:
    """The stages of every wave, and what goes to the bundle: its creation looks at them before it makes anything."""
    waves = [Wave(STAGES), Wave({"live": WebSocketStage(api_id="w1w2w3w4w5", stage_name="live")}, soak="1h")]
    found = program(
        engine,
        lambda: ClientCertificateRotation(
            "orders", waves=waves, publish=[File("pins.txt", content="nginx")], also_trust=["PEM"], take_over=True
        ),
    )
    assert found["RotatingClientCertificate", "orders"]["madeFor"] == {
        "stages": [
            {"apiKind": "REST", "apiId": "a1b2c3d4e5", "stageName": "dev"},
            {"apiKind": "WEBSOCKET", "apiId": "w1w2w3w4w5", "stageName": "live"},
        ],
        "targets": [{"type": "file", "path": "pins.txt", "content": "nginx"}],
        "alsoTrust": ["PEM"],
        "takeOver": True,
    }


def test_a_certificate_that_a_callable_publishes_is_made_for_no_targets(engine: FakeEngine) -> None:
    """What the callable's resources write to is theirs to know; that nothing else is trusted is told."""
    found = program(
        engine, lambda: ClientCertificateRotation("orders", stages=STAGES, publish=lambda _pem, _fingerprints: [])
    )
    made_for = found["RotatingClientCertificate", "orders"]["madeFor"]
    assert (sorted(made_for), made_for["alsoTrust"]) == (["alsoTrust", "stages"], [])


def test_an_existing_certificate_is_used_and_not_declared_again(engine: FakeEngine) -> None:
    """One certificate for two components."""

    def declare() -> None:
        shared = RotatingClientCertificate("shared", overlap="48h")
        ClientCertificateRotation("orders", stages=STAGES, certificate=shared, publish=[SsmParameter("/pins")])

    found = program(engine, declare)
    assert [name for kind, name in found if kind == "RotatingClientCertificate"] == ["shared"]
    assert found["RotatingClientCertificate", "shared"]["overlap"] == "48h"


@pytest.mark.parametrize("lead", ["10m", timedelta(minutes=59)])
def test_a_short_lead_without_publish_is_refused(engine: FakeEngine, lead: str | timedelta) -> None:
    """Nobody could bring the certificate to a backend in that time."""
    with pytest.raises(errors.BadInput, match=r"publish_lead.*nothing publishes the certificate.*at least 1h"):
        program(engine, lambda: ClientCertificateRotation("orders", stages=STAGES, publish_lead=lead))
    assert engine.inputs == {}


@pytest.mark.parametrize("lead", ["1h", "nonsense"])
def test_a_lead_of_an_hour_passes_and_nonsense_is_left_to_the_certificates_check(engine: FakeEngine, lead: str) -> None:
    """Each failure is said once, where the property is."""
    found = program(engine, lambda: ClientCertificateRotation("orders", stages=STAGES, publish_lead=lead))
    assert found["RotatingClientCertificate", "orders"]["publishLead"] == lead


def test_two_keys_for_one_stage_are_refused(engine: FakeEngine) -> None:
    """They would compete."""
    twice = {**STAGES, "again": RestStage(rest_api_id="a1b2c3d4e5", stage_name="dev")}
    with pytest.raises(errors.BadInput, match="'dev' and 'again' are the same stage"):
        program(engine, lambda: ClientCertificateRotation("orders", stages=twice))


def test_stages_known_only_at_run_time_are_not_compared(engine: FakeEngine) -> None:
    """An output has no value to compare while the program runs."""
    later = {
        key: RestStage(rest_api_id=pulumi.Output.from_input("a1b2c3d4e5"), stage_name="dev") for key in ("one", "two")
    }
    found = program(engine, lambda: ClientCertificateRotation("orders", stages=later))
    assert len([kind for kind, _name in found if kind == "StageBinding"]) == 2


def test_waves_are_told_what_the_wave_before_came_to(engine: FakeEngine) -> None:
    """By name, and whether they verify; the first wave is told nothing. A stage's own verification wins."""
    own = TestInvoke(resource="/own", expect_status=204)
    probe = HttpProbe(url="https://x/", interval=timedelta(seconds=2))

    def stage(name: str, **how: Any) -> RestStage:
        return RestStage(rest_api_id="a1b2c3d4e5", stage_name=name, **how)

    live = WebSocketStage(api_id="w1w2w3w4w5", stage_name="live")
    waves = [Wave({"dev": stage("dev", verify=own, confirm=probe), "live": live}), Wave({"prod": stage("prod")}, "24h")]
    found = program(
        engine,
        lambda: ClientCertificateRotation(
            "orders",
            waves=waves,
            verify=TestInvoke(resource="/health"),
            windows=["Daily 09:00-16:00"],
            rotate_before="60d",
        ),
    )
    first, live_binding, second = (found["StageBinding", f"orders-{key}"] for key in ("dev", "live", "prod"))
    assert "after" not in first
    assert "soak" not in first
    assert first["verify"] == {"resource": "/own", "expectStatus": 204}
    assert first["confirm"] == {"url": "https://x/", "interval": "2s"}
    assert "verify" not in live_binding
    assert [(one["name"], one["verifies"]) for one in second["after"]] == [("orders-dev", True), ("orders-live", False)]
    assert (second["soak"], second["verify"]) == ("24h", {"resource": "/health"})
    assert second["windows"] == ["Daily 09:00-16:00"]
    assert second["rotateBefore"] == "60d"


@pytest.mark.parametrize("how", [{"verify": TestInvoke(resource="/health")}, {"confirm": HttpProbe(url="https://x/")}])
def test_a_wave_waits_for_the_proof_of_a_stage_that_has_either(engine: FakeEngine, how: dict[str, Any]) -> None:
    """A trial before the switch or a confirmation after it: the next wave is told to expect one."""
    dev, prod = (RestStage(rest_api_id="a1b2c3d4e5", stage_name=name) for name in ("dev", "prod"))
    waves = [Wave({"dev": dataclasses.replace(dev, **how)}), Wave({"prod": prod})]
    found = program(engine, lambda: ClientCertificateRotation("orders", waves=waves))
    assert [one["verifies"] for one in found["StageBinding", "orders-prod"]["after"]] == [True]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({}, "neither stages nor waves is given"),
        ({"stages": STAGES, "waves": [Wave(STAGES)]}, "stages is given beside waves"),
        ({"waves": []}, "waves is empty"),
        ({"waves": [Wave(STAGES), Wave({})]}, "wave 2 has no stages"),
        ({"waves": [Wave(STAGES, "1d")]}, "the first wave has a soak, and no wave comes before it"),
        ({"waves": [Wave(STAGES), Wave(STAGES)]}, "key 'dev' is in two waves"),
        ({"waves": [Wave(STAGES), Wave({"again": STAGES["dev"]})]}, "'dev' and 'again' are the same stage"),
    ],
)
def test_waves_that_say_too_little_or_too_much_are_refused(
    engine: FakeEngine, arguments: dict[str, Any], says: str
) -> None:
    """Before anything is registered."""
    with pytest.raises(errors.BadInput, match=says):
        program(engine, lambda: ClientCertificateRotation("orders", **arguments))
    assert engine.inputs == {}


def test_a_policy_beside_an_existing_certificate_is_refused(engine: FakeEngine) -> None:
    """It would be ignored silently."""

    def declare() -> None:
        shared = RotatingClientCertificate("shared")
        ClientCertificateRotation("orders", stages=STAGES, certificate=shared, rotate_before="60d")

    with pytest.raises(errors.BadInput, match="rotate_before is given beside certificate="):
        program(engine, declare)


def test_former_urns_are_those_of_every_kind_of_alias(engine: FakeEngine) -> None:
    """The children of a component take them; the engine hands aliases down only where it found the component by one."""
    moved = f"urn:pulumi:dev::orders::team:index:Team${TYPE}::billing"
    opts = pulumi.ResourceOptions(
        aliases=[moved, pulumi.Alias(name="orders"), pulumi.Alias(parent=None), pulumi.Alias(project="shop")]
    )
    found: list[tuple[str, str]] = []

    def declare() -> None:
        for name, urn in former_urns("invoices", TYPE, opts):
            pulumi.Output.all(name, urn).apply(lambda both: found.append((both[0], both[1])))

    program(engine, declare)
    assert sorted(found) == [
        ("billing", moved),
        ("invoices", f"urn:pulumi:dev::orders::{TYPE}::invoices"),
        ("invoices", f"urn:pulumi:dev::shop::{TYPE}::invoices"),
        ("orders", f"urn:pulumi:dev::orders::{TYPE}::orders"),
    ]
