"""What a certificate is made for is looked at before anything is made, and every remedy is then still open."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.inputs import UNKNOWN
from apigw_client_cert.lifecycle.ownership import GENERATION, ROTATION_ID, facts_of
from tests.lifecycle.conftest import API, START

if TYPE_CHECKING:
    from apigw_client_cert.gateway.interface import IssuedCertificate
    from tests.lifecycle.conftest import FakeRun

ARN = "arn:aws:acm:eu-west-1:123456789012:certificate/4f1b2c3d-0000-4000-8000-000000000000"
PINS: dict[str, Any] = {"type": "file", "path": "pins.txt", "content": "sha256"}


def made_for(run: FakeRun, **also: Any) -> None:
    """Hand on stages and targets, as a component does; ``also`` goes to bundle and bindings besides."""
    run.bundle_config = {"targets": [PINS], **also}
    run.binding_config = {key: value for key, value in also.items() if key == "takeOver"}
    stages = [{"apiId": API, "stageName": stage, "apiKind": "REST"} for stage in run.stages]
    run.config["madeFor"] = {"stages": stages, **run.bundle_config}


@pytest.fixture(autouse=True)
def _component(run: FakeRun) -> None:
    made_for(run)


def present(run: FakeRun, certificate_id: str, *names: str) -> None:
    """Let stages present something, by hand."""
    for ref, stage in run.gateway.stages.items():
        if ref.stage_name in names:
            stage.client_certificate_id = certificate_id


def foreign(run: FakeRun, *names: str) -> IssuedCertificate:
    """A certificate that somebody else made, presented by these stages, and what its backends trust."""
    made = run.gateway.add_certificate()
    present(run, made.id, *names)
    return made


def refused(run: FakeRun, kind: type[errors.RotationError], match: str) -> None:
    """One run is refused, and has made nothing, in AWS, in a target and in state."""
    certificates = dict(run.gateway.certificates)
    held = {path: target.content for path, target in run.targets.items()}
    with pytest.raises(kind, match=match):
        run.up()
    assert run.gateway.certificates == certificates
    assert run.gateway.called("generate", "tag", "untag", "delete", "bind", "unbind") == []
    assert {path: target.content for path, target in run.targets.items()} == {**dict.fromkeys(run.targets), **held}
    assert run.state == {}


def to_the_end(run: FakeRun, expected: str) -> None:
    """Daily runs until every stage presents what it should; in between none presents what the targets do not hold."""
    for day in range(4):
        run.at(day)
        run.up()
        pins = run.targets["pins.txt"].content or ""
        for stage in run.stages:
            presented = str(run.presented(stage))
            assert presented in run.gateway.certificates
            assert fingerprint(run, presented) in pins
    assert [run.presented(stage) for stage in run.stages] == [expected] * len(run.stages)
    assert not run.due()


def fingerprint(run: FakeRun, certificate_id: str) -> str:
    """As the targets hold it."""
    return facts_of(run.gateway.certificates[certificate_id]).sha256


def test_stages_and_targets_are_read_before_the_first_certificate_is_made(run: FakeRun) -> None:
    """One look at all stages of the API, one at each target; the state keeps nothing of it."""
    run.certificate()
    methods = [call.method for call in run.gateway.calls if call.method != "account_id"]
    assert methods == ["list_certificates", "list_presented", "generate"]
    assert run.targets["pins.txt"].calls == ["read"]
    assert "madeFor" not in run.state["certificate"]


def test_what_it_was_made_for_is_never_looked_at_again(run: FakeRun) -> None:
    """A change of it, or a value that is not known yet, makes no update due, and no update reads it."""
    run.up()
    run.config["madeFor"] = {"stages": [{"apiId": "zzz", "stageName": UNKNOWN}], "takeOver": True}
    run.certificate()
    news = {**run.inputs["certificate"], "madeFor": UNKNOWN}
    assert not certificate.diff(run.state["certificate"], news, run.environment).changes
    run.config["tags"] = {"team": "a"}
    run.gateway.calls.clear()
    run.certificate()
    assert run.gateway.called("presented") == []
    assert "madeFor" not in run.state["certificate"]


def test_a_missing_stage_is_named_and_its_correction_goes_through(run: FakeRun) -> None:
    """A typing error leaves no certificate behind."""
    run.stages = ("dev", "prdo")
    made_for(run)
    refused(run, errors.StageNotFound, "'prdo'")
    run.stages = ("dev", "prod")
    made_for(run)
    to_the_end(run, "cert01")


def test_a_live_foreign_certificate_is_refused_and_can_be_adopted(run: FakeRun) -> None:
    """The first remedy of the refusal: it becomes the first generation, and no stage moves."""
    theirs = foreign(run, "dev", "prod")
    refused(run, errors.StageTaken, f"presents {theirs.id}.*adopt_client_certificate_id='{theirs.id}'")
    run.config["adoptClientCertificateId"] = theirs.id
    to_the_end(run, theirs.id)
    assert run.gateway.called("generate", "bind") == []


def test_a_live_foreign_certificate_is_refused_and_can_be_taken_over(run: FakeRun) -> None:
    """The other remedy: the bundle trusts both, and the stages wait for the lead before they move."""
    theirs = foreign(run, "dev", "prod")
    refused(run, errors.StageTaken, "take_over=True.*also_trust")
    made_for(run, takeOver=True)
    refused(run, errors.StageTaken, "the trust bundle does not hold that certificate.*also_trust")
    made_for(run, takeOver=True, alsoTrust=[theirs.pem])
    to_the_end(run, "cert02")


def test_what_one_stage_presents_is_asked_for_while_another_ones_is_adopted(run: FakeRun) -> None:
    """Two foreign certificates: adopting one, and taking a target over, would cut the other one's stage off."""
    first, other = foreign(run, "dev"), foreign(run, "prod")
    run.target(PINS).content = f"{fingerprint(run, first.id)}\n{fingerprint(run, other.id)}\n"
    run.config["adoptClientCertificateId"] = other.id
    made_for(run, takeOver=True)
    refused(run, errors.StageTaken, f"a1b2c3d4e5/dev presents {first.id}, and the trust bundle does not hold")
    made_for(run, takeOver=True, alsoTrust=[first.pem])
    to_the_end(run, other.id)


def test_another_rotations_live_certificate_is_refused_and_its_alias_helps(run: FakeRun) -> None:
    """A component that was renamed: with the alias of its former name it has its state again."""
    run.up()
    state, inputs = dict(run.state), dict(run.inputs)
    run.lose_state()
    run.gateway.calls.clear()
    run.config["name"] = "invoices"
    made_for(run, takeOver=True)
    refused(run, errors.StageTaken, "a live certificate of another rotation.*alias")
    run.state, run.inputs = state, inputs
    made_for(run)
    to_the_end(run, "cert01")
    assert run.state["certificate"]["name"] == "invoices"
    assert len(run.gateway.certificates) == 1


def test_a_lost_state_of_two_generations_is_adopted_with_both(run: FakeRun) -> None:
    """Some stages have moved already: what they present is the family of what is adopted, and none of it a stranger."""
    run.rotate_to("overlapping")
    present(run, "cert01", "dev")
    run.lose_state()
    run.gateway.calls.clear()
    refused(run, errors.NotOurs, "adopt_client_certificate_id='cert02'")
    run.config["adoptClientCertificateId"] = "cert02"
    made_for(run, takeOver=True)
    run.up()
    assert [one["id"] for one in run.state["certificate"]["generations"]] == ["cert01", "cert02"]


def test_an_acm_certificate_is_refused_and_can_be_taken_over(run: FakeRun) -> None:
    """In the binding's words; with take_over the creation goes on, and the stage waits as it always did."""
    present(run, ARN, "dev")
    refused(run, errors.StageTaken, "ACM renews it without us")
    made_for(run, takeOver=True)
    run.up()
    assert run.presented("dev") == ARN
    for day in (1, 2):
        run.at(day)
        run.up()
    assert run.presented("dev") == run.presented("prod") == "cert01"


@pytest.mark.parametrize("presented", ["expired", "gone"])
def test_what_is_dead_stands_in_nobodys_way(run: FakeRun, presented: str) -> None:
    """Nothing that is accepted would be lost; one stale NotFound does not make it dead."""
    dead = run.gateway.add_certificate(created=START - timedelta(days=400)).id if presented == "expired" else "nothere"
    present(run, dead, "dev")
    run.up()
    assert run.presented("dev") == run.state["certificate"]["clientCertificateId"]


def test_one_stale_answer_does_not_make_a_foreign_certificate_dead(run: FakeRun) -> None:
    """The list still has it."""
    theirs = foreign(run, "dev")
    run.gateway.unfound = {theirs.id}
    refused(run, errors.StageTaken, theirs.id)


@pytest.mark.parametrize("content", ["sha256", "pem", "json", "nginx"])
def test_a_taken_target_is_refused_and_can_be_taken_over(run: FakeRun, content: str) -> None:
    """Somebody else's trust: nothing is made until the program says what becomes of it."""
    theirs = foreign(run)
    targets = [{**PINS, "content": content}]
    run.bundle_config["targets"] = run.config["madeFor"]["targets"] = targets
    run.target(PINS).content = f"{fingerprint(run, theirs.id)}\n"
    refused(run, errors.TargetTaken, r"pins.txt already holds something.*take_over=True.*also_trust")
    run.bundle_config.update(takeOver=True, alsoTrust=[theirs.pem])
    run.config["madeFor"].update(takeOver=True, alsoTrust=[theirs.pem])
    run.up()
    assert run.presented("dev") == run.presented("prod") == "cert02"
    assert len(run.state["bundle"]["fingerprintsSha256"]) == 2


def test_a_target_that_cannot_be_read_is_known_before_anything_is_made(run: FakeRun) -> None:
    """A missing permission: the first certificate is not made for a bundle that cannot publish it."""
    denied = errors.AccessDenied("the file cannot be read", means="Nothing was published there.", remedy="Allow it.")
    run.target(PINS).fail_next("read", denied)
    refused(run, errors.AccessDenied, "cannot be read")
    to_the_end(run, "cert01")


def test_what_an_interrupted_creation_wrote_is_no_strangers(run: FakeRun) -> None:
    """Killed after the bundle had written: the creation that finds the certificate again finds its target, too."""
    run.certificate()
    run.bundle()
    run.lose_state()
    to_the_end(run, "cert01")


def test_what_this_owners_expired_certificate_left_in_a_target_is_no_strangers(run: FakeRun) -> None:
    """A state that was lost until everything expired starts afresh, in its own target."""
    run.up()
    run.lose_state()
    run.at(366)
    run.certificate()
    assert run.state["certificate"]["clientCertificateId"] == "cert02"


def test_without_targets_a_foreign_certificate_needs_take_over_alone(run: FakeRun) -> None:
    """Backends are told some other way: who tells them knows what they trust."""
    run.with_bundle = False
    theirs = foreign(run, "dev")
    stages = [{"apiId": API, "stageName": "dev"}]
    run.config["madeFor"] = {"stages": stages}
    refused(run, errors.StageTaken, theirs.id)
    run.config["madeFor"] = {"stages": stages, "takeOver": True}
    run.certificate()
    assert len(run.gateway.certificates) == 2


@pytest.mark.parametrize(("key", "name"), [("stageName", "../prod"), ("stageName", ""), ("apiId", "A b")])
def test_a_name_that_no_stage_has_is_not_looked_for(run: FakeRun, key: str, name: str) -> None:
    """It would go into a URL."""
    run.config["madeFor"]["stages"] = [{"apiId": API, "stageName": "dev", key: name}]
    refused(run, errors.BadInput, "among its stages.*Correct the entry")
    assert run.gateway.called("presented") == []


def test_a_target_that_can_never_work_is_refused_before_anything_is_made(run: FakeRun) -> None:
    """The bundle's check says the same, and is not always the first to be asked."""
    run.config["madeFor"]["targets"] = [{"type": "file", "path": "pins/"}]
    refused(run, errors.BadInput, "among its targets: `path` 'pins/' is a folder")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("dev", "made_for must be stages and targets"),
        ({"stage": []}, "made_for has no 'stage'; it takes stages, targets, alsoTrust, takeOver"),
        ({"stages": {"dev": {}}}, "stages of made_for must be a list"),
        ({"takeOver": "yes"}, "takeOver of made_for must be True or False"),
    ],
)
def test_its_shape_is_checked(value: object, message: str) -> None:
    """By its property, like every other input (invariant 10)."""
    checked = certificate.check({}, {"name": "orders", "madeFor": value})
    assert message in checked.failures["madeFor"]


@pytest.mark.parametrize(
    ("key", "entry"),
    [
        ("stages", "dev"),
        ("stages", {"apiId": API, "stageName": "dev", "apiKind": ["HTTP"]}),
        ("targets", 7),
        ("alsoTrust", 7),
    ],
)
def test_an_entry_that_is_none_is_refused_by_the_creation(run: FakeRun, key: str, entry: object) -> None:
    """Where the binding or the bundle was not asked first."""
    run.config["madeFor"][key] = [entry]
    refused(run, errors.BadInput, f"among its {key}")


@pytest.mark.parametrize("value", [UNKNOWN, {"stages": UNKNOWN}, {"stages": [UNKNOWN], "takeOver": UNKNOWN}])
def test_what_is_not_known_at_preview_passes(value: object) -> None:
    """Stages and targets may be outputs of resources that are not made yet."""
    assert certificate.check({}, {"name": "orders", "madeFor": value}).failures == {}


def test_a_certificate_of_another_rotation_that_is_dead_is_no_rival(run: FakeRun) -> None:
    """Only what lives can be cut off."""
    old = run.gateway.add_certificate(
        tags={ROTATION_ID: "another", GENERATION: "1"}, created=START - timedelta(days=366)
    )
    present(run, old.id, "prod")
    run.up()
    assert run.presented("prod") == "cert02"


def test_an_unreadable_target_is_named_where_the_others_hold_all_already(run: FakeRun) -> None:
    """State was lost: nothing is to be written in the rehearsal, and no bundle's state becomes the certificate's."""
    targets = [{"type": "file", "path": place, "content": "sha256"} for place in ("one.txt", "two.txt")]
    made_for(run, targets=targets)
    run.up()
    ours = run.state["certificate"]["clientCertificateId"]
    run.lose_state()
    run.config["adoptClientCertificateId"] = ours
    run.targets["two.txt"].fail_next("read", errors.AccessDenied("permission denied", means="m.", remedy="Grant it."))
    run.begin()
    with pytest.raises(errors.AccessDenied, match="permission denied"):
        run.certificate()
    assert "certificate" not in run.state
    run.begin()
    run.up()
    assert run.state["certificate"]["clientCertificateId"] == ours
