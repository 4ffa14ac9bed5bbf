"""What will not fit at the first rotation is refused while there is nothing to lose."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.inputs import UNKNOWN
from apigw_client_cert.lifecycle.trust_bundle import crud as trust_bundle
from apigw_client_cert.lifecycle.trust_bundle.room import short_of_room
from apigw_client_cert.trust.contents import CONTENTS, render
from tests.lifecycle.conftest import wire
from tests.x509 import twins

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun

SSM = {"type": "ssm", "name": "/orders/ca", "content": "pem"}
SECRET = {"type": "secretsmanager", "secretId": "orders/ca", "content": "pem"}


def unknown(count: int) -> list[dict[str, Any]]:
    """Certificates that are to be made."""
    return [{"rotationId": f"r{number}", "generations": UNKNOWN} for number in range(count)]


def said(count: int, **changed: Any) -> str:
    """What a new bundle's check says of its targets."""
    news = {"name": "ca", "rotations": unknown(count), "targets": [SSM], **changed}
    return trust_bundle.check({}, wire(news)).failures.get("targets", "")


def test_four_certificates_in_one_parameter_are_refused_with_both_numbers_and_the_way_out() -> None:
    """4280 bytes fit, and the 8560 of the first rotation do not."""
    text = said(4)
    assert "targets, entry 1: 4280 bytes" in text
    assert "8560 during a rotation" in text
    assert "holds 8192" in text
    for way_out in ("Publish pins", "S3", "several bundles and places"):
        assert way_out in text
    assert "exist and stay" not in text


def test_certificates_that_were_made_before_the_refusal_are_named() -> None:
    """The engine makes them first; whoever reads only the refusal believes that there is nothing."""
    made = [{**one, "clientCertificateId": f"cert0{number}"} for number, one in enumerate(unknown(4))]
    text = said(4, rotations=made)
    assert "Certificates 'cert00', 'cert01', 'cert02', 'cert03' exist and stay; no binding that waits" in text


@pytest.mark.parametrize(
    "changed",
    [
        {"targets": [{**SSM, "content": "sha256"}]},
        {"targets": [{**SSM, "content": "nginx"}]},
        {"targets": [{"type": "s3", "bucket": "orders", "key": "ca.pem"}]},
        {"targets": [{"type": "file", "path": "ca.pem"}]},
        {"targets": [SECRET]},
        {"rotations": unknown(3)},
        {"rotations": UNKNOWN},
        {"targets": UNKNOWN},
    ],
)
def test_each_way_out_leads_out(changed: dict[str, Any]) -> None:
    """Pins, another kind of place, fewer certificates; what is unknown is looked at when it is known."""
    assert said(4, **changed) == ""


def test_a_secret_holds_thirty_certificates_with_their_successors() -> None:
    """64 KiB."""
    assert said(30, targets=[SECRET]) == ""
    assert "holds 65536" in said(31, targets=[SECRET])


def test_other_certificates_take_room_as_long_as_they_are() -> None:
    """also_trust counts once, by its own length."""
    pems = [trustme.CA().cert_pem.bytes().decode() for _ in range(3)]
    assert said(3) == ""
    assert "during a rotation" in said(3, alsoTrust=pems)


@pytest.mark.parametrize("content", CONTENTS)
def test_what_is_reckoned_is_what_is_published(content: str) -> None:
    """For certificates of API Gateway's shape, whatever names them."""
    made = twins(1)[0].trusted
    marks = [hashlib.sha256(bytes([number % 256, number // 256])).hexdigest() for number in range(300)]
    real = [dataclasses.replace(made, sha256=mark, sha1=mark[:40]) for mark in marks]
    text = short_of_room({**SSM, "content": content}, ["?"] * 300, [])
    assert text is not None
    # A DER with a shorter signature or serial number may take one group of base64 less.
    assert abs(int(text.split(" ", 1)[0]) - len(render(content, real).encode())) <= 4 * 300


def test_a_bundle_that_is_full_already_can_still_be_updated_but_not_grow() -> None:
    """Its retirements and repairs must go on; one more certificate or another place is refused."""
    olds = wire({"name": "ca", "rotations": unknown(4), "targets": [SSM]})
    assert trust_bundle.check(olds, wire({**olds, "takeOver": True})).failures == {}
    assert "targets" in trust_bundle.check(olds, wire({**olds, "rotations": unknown(5)})).failures
    assert "targets" in trust_bundle.check(olds, wire({**olds, "targets": [{**SSM, "name": "/x"}]})).failures


def test_creation_looks_too_and_writes_nothing(run: FakeRun) -> None:
    """Where the check could not know, as without a preview."""
    run.certificate()
    rotation = {key: run.state["certificate"][key] for key in ("rotationId", "clientCertificateId", "generations")}
    news = {"name": "ca", "rotations": [rotation] * 4, "targets": [SSM]}
    with pytest.raises(errors.BadInput, match="8560 during a rotation"):
        trust_bundle.create(wire(news), run.environment)
    assert not run.targets


def test_a_rotation_that_overlaps_is_not_counted_twice() -> None:
    """It has its successor already; what left the bundle takes no room."""
    both = {"rotationId": "r", "generations": [{"trusted": True}, {"trusted": True}]}
    gone = {"rotationId": "r", "generations": [{"trusted": False}]}
    assert short_of_room(SSM, [both] * 3, []) is None
    assert short_of_room(SSM, [both] * 3 + [gone] * 3, []) is None
    assert "8560 bytes" in (short_of_room(SSM, [both] * 4, []) or "")


@pytest.mark.parametrize(("present", "warned"), [(58, False), (59, True)])
def test_a_crowded_quota_is_warned_of_when_a_certificate_is_made(run: FakeRun, present: int, warned: bool) -> None:  # noqa: FBT001 - an expectation
    """58 of others and its own: its successor is the sixtieth, and of 59 there is no room for it."""
    for _ in range(present):
        run.gateway.generate(description="somebody's", tags={})
    run.gateway.quota = 100
    certificate.create(wire({"name": "orders", "project": "p", "stack": "s"}), run.environment)
    assert any("unless AWS raised its quota" in line for line in run.lines) is warned
