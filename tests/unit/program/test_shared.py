"""SharedCertificate: a binding by what another stack exports is the binding that its own stack would declare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.runtime import mocks

from apigw_client_cert import (
    Aws,
    File,
    RestStage,
    RotatingClientCertificate,
    SharedCertificate,
    SsmParameter,
    StageBinding,
    TrustBundle,
)
from apigw_client_cert.errors import BadInput
from tests.doubles.aws_shaped import issue_pem
from tests.doubles.fake_gateway import START

if TYPE_CHECKING:
    from collections.abc import Callable

PEM = issue_pem(START)[0]
GENERATION = {"id": "a1b2c3", "number": 1, "role": "active", "sha256": "ab", "sha1": "cd", "pem": PEM}
OLDER = {
    "clientCertificateId": "a1b2c3",
    "rotationId": "r",
    "generations": [{"id": "a1b2c3", "number": 1, "sha256": "ab"}],
}
SINCE = {"ab": "2026-03-02T10:00:00Z"}
STAGE = RestStage(rest_api_id="a1b2c3d4e5", stage_name="prod")


class FakeEngine(mocks.Mocks):
    """Remembers the inputs of every resource; a certificate has one generation."""

    def __init__(self) -> None:
        self.inputs: dict[str, dict[str, Any]] = {}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """The inputs come back, with what a certificate adds."""
        self.inputs[args.name] = {key: value for key, value in args.inputs.items() if key != "__provider"}
        place = {"region": "eu-west-1", "accountId": "123456789012"}
        made: dict[str, dict[str, Any]] = {
            "RotatingClientCertificate": {
                **OLDER,
                "generations": [GENERATION],
                "history": [{"step": "create"}],
                **place,
            },
            "TrustBundle": {"publishedSince": SINCE, **place},
        }
        return args.name, {**args.inputs, **made.get(args.typ.rsplit(":", 1)[-1], {})}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], None]:
        """No function is called."""
        raise AssertionError(args.token)


def program(declare: Callable[[], object]) -> dict[str, dict[str, Any]]:
    """Run a program to its end and return what was registered, by name."""
    engine = FakeEngine()
    mocks.set_mocks(engine, project="orders", stack="dev")

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def run() -> None:
        declare()

    run()
    return engine.inputs


def published(**aws: str) -> tuple[RotatingClientCertificate, TrustBundle]:
    """A certificate and its bundle, as their own stack declares them."""
    certificate = RotatingClientCertificate("orders", publish_lead="12h", overlap="48h", aws=Aws(**aws))
    return certificate, TrustBundle("trust", certificates=[certificate], targets=[SsmParameter("/pins")])


def test_a_history_is_handed_on_to_nobody() -> None:
    """It grows where nothing else changes: whoever had it would show an update."""

    def declare() -> None:
        certificate, bundle = published()
        StageBinding("here", certificate=certificate, stage=STAGE, trust_bundle=bundle)
        StageBinding("elsewhere", certificate=SharedCertificate(certificate.shared(bundle)), stage=STAGE)

    registered = program(declare)
    assert set(registered) == {"orders", "trust", "here", "elsewhere"}
    assert "create" not in str(registered)


def test_a_binding_by_a_shared_certificate_has_the_inputs_of_one_beside_its_certificate() -> None:
    """The policy included, and where to look; the PEM not."""

    def declare() -> None:
        certificate, bundle = published()
        StageBinding("beside", certificate=certificate, stage=STAGE, trust_bundle=bundle)
        StageBinding("elsewhere", certificate=SharedCertificate(certificate.shared(bundle)), stage=STAGE)

    found = program(declare)
    beside, elsewhere = ({**found[name], "owner": None} for name in ("beside", "elsewhere"))
    assert beside == elsewhere
    assert beside["publishLead"] == "12h"
    assert beside["publishedSince"] == SINCE
    assert beside["publishedTo"] == {
        "rotationIds": ["r"],
        "targets": [{"type": "ssm", "name": "/pins", "content": "pem"}],
        "region": "eu-west-1",
        "accountId": "123456789012",
    }
    assert set(beside["generations"][0]) == {"id", "number", "role", "sha256", "sha1", "pemSha1"}


def test_the_other_stacks_place_is_looked_at_as_this_stack_reaches_its_stages() -> None:
    """A profile or a role of the owner's machine says nothing here; region and account are the place."""

    def declare() -> None:
        certificate, bundle = published(profile="owner", endpoint_url="http://127.0.0.1:1", region="eu-west-1")
        StageBinding("beside", certificate=certificate, stage=STAGE, trust_bundle=bundle)
        shared = SharedCertificate(certificate.shared(bundle), aws=Aws(profile="consumer", region="eu-west-1"))
        StageBinding("elsewhere", certificate=shared, stage=STAGE)

    found = program(declare)
    assert found["beside"]["publishedTo"]["profile"] == "owner"
    assert found["beside"]["publishedTo"]["endpointUrl"] == "http://127.0.0.1:1"
    there = found["elsewhere"]["publishedTo"]
    assert (there["profile"], there["region"], "endpointUrl" in there) == ("consumer", "eu-west-1", False)


def test_a_stack_that_may_not_read_the_targets_takes_the_owners_word() -> None:
    """``look="no"``: since when they were published is all that it has."""

    def declare() -> None:
        certificate, bundle = published()
        shared = SharedCertificate(certificate.shared(bundle))
        StageBinding("elsewhere", certificate=shared, stage=STAGE, look="no")

    found = program(declare)["elsewhere"]
    assert found["publishedSince"] == SINCE
    assert "publishedTo" not in found


def test_look_no_is_for_other_stacks_and_nothing_else_is_a_look() -> None:
    """Beside the bundle there is nothing that could not be read."""

    def beside(look: str) -> None:
        certificate, bundle = published()
        StageBinding("beside", certificate=certificate, stage=STAGE, trust_bundle=bundle, look=look)

    with pytest.raises(BadInput, match='look="no" is given where this program publishes'):
        program(lambda: beside("no"))
    with pytest.raises(BadInput, match="look is 'never'"):
        program(lambda: beside("never"))


def test_a_certificate_shared_without_its_bundle_is_refused_to_a_binding() -> None:
    """The stage would move seconds after the first publication; the remedy that the text names works."""

    def declare(*, publishing: bool) -> None:
        shared = SharedCertificate(RotatingClientCertificate("orders").shared())
        bundle = TrustBundle("own", certificates=[shared], targets=[File("pins.txt")]) if publishing else None
        StageBinding("elsewhere", certificate=shared, stage=STAGE, trust_bundle=bundle)

    with pytest.raises(BadInput, match=r"without the bundle that publishes it.*certificate\.shared\(trust_bundle\)"):
        program(lambda: declare(publishing=False))
    found = program(lambda: declare(publishing=True))
    assert found["own"]["rotations"][0]["generations"] == [GENERATION]
    assert found["own"]["rotations"][0]["connection"] == {"region": "eu-west-1", "accountId": "123456789012"}
    assert found["elsewhere"]["publishedTo"]["targets"] == [{"type": "file", "path": "pins.txt", "content": "pem"}]


def test_a_bundle_is_told_where_each_certificate_lives() -> None:
    """Who presents it is looked for there, not where the targets are."""

    def declare() -> None:
        certificate, _bundle = published(profile="owner")
        TrustBundle("far", certificates=[certificate], targets=[File("pins.txt")], aws=Aws(profile="readers"))

    (rotation,) = program(declare)["far"]["rotations"]
    assert rotation["connection"] == {"region": "eu-west-1", "accountId": "123456789012", "profile": "owner"}
    assert rotation["overlap"] == "48h"


@pytest.mark.parametrize("since", [None, SINCE])
def test_what_an_older_release_exported_works_as_before(since: object) -> None:
    """No look, and nothing more on the wire than that release sent."""
    exported = {**OLDER, **({} if since is None else {"publishedSince": since})}
    found = program(lambda: StageBinding("elsewhere", certificate=SharedCertificate(exported), stage=STAGE))
    assert "publishedTo" not in found["elsewhere"]
    assert found["elsewhere"].get("publishedSince") == since
    assert found["elsewhere"]["generations"] == OLDER["generations"]


def test_a_bundle_of_what_an_older_release_exported_is_refused_and_names_the_export() -> None:
    """It holds no PEM: nothing could be published."""
    with pytest.raises(BadInput, match=r"an older release exported.*certificate\.shared"):
        program(lambda: TrustBundle("own", certificates=[SharedCertificate(OLDER)], targets=[File("pins.txt")]))


@pytest.mark.parametrize("wrong", ["a1b2c3", None, {"clientCertificateId": "a1b2c3"}])
def test_what_is_no_shared_certificate_is_refused_with_what_to_export(wrong: Any) -> None:
    """Where only the id was exported, for example."""
    mocks.set_mocks(FakeEngine(), project="orders", stack="dev")

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def run() -> pulumi.Output[str]:
        return SharedCertificate(wrong).client_certificate_id

    with pytest.raises(
        BadInput, match=r"something else than a shared certificate.*certificate\.shared\(trust_bundle\)"
    ):
        run()
