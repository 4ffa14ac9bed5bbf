"""From a spec to a target, and every write read back."""

from __future__ import annotations

import pytest

from apigw_client_cert import errors
from apigw_client_cert.gateway.connection import Connection
from apigw_client_cert.publish.file import FileTarget
from apigw_client_cert.publish.interface import Target
from apigw_client_cert.publish.s3 import S3Target
from apigw_client_cert.publish.secretsmanager import SecretsManagerTarget
from apigw_client_cert.publish.ssm import SsmTarget
from apigw_client_cert.publish.targets import ReadBack, target_for
from tests.doubles.fake_target import FakeTarget


@pytest.mark.parametrize(
    ("spec", "address"),
    [
        ({"type": "file", "path": "pins.pem", "content": "nginx"}, "file pins.pem"),
        ({"type": "ssm", "name": "/orders/pins", "unheard": "of"}, "ssm /orders/pins"),
        ({"type": "s3", "bucket": "trust", "key": "pins"}, "s3 trust/pins"),
        ({"type": "secretsmanager", "secretId": "pins"}, "secretsmanager pins"),
    ],
)
def test_a_target_is_made_without_aws(spec: dict[str, str], address: str) -> None:
    """No region is set here: making a client would be refused."""
    assert target_for(spec, Connection()).address == address


def test_a_bad_spec_is_refused_in_the_words_of_check() -> None:
    """A program that skips check gets the same sentence."""
    with pytest.raises(errors.BadInput, match="`type`"):
        target_for({"type": "ftp"}, Connection())


def test_a_write_that_reads_back_is_done_after_one_look() -> None:
    """Nothing is waited for."""
    inner, waits = FakeTarget(), list[float]()
    ReadBack(inner, waits.append).write("pins")
    assert (inner.calls, waits) == (["write", "read"], [])


@pytest.mark.parametrize("kind", [ReadBack, FileTarget, SsmTarget, S3Target, SecretsManagerTarget, FakeTarget])
def test_every_target_has_what_the_lifecycle_asks_for(kind: type) -> None:
    """The protocol's members, no more needed."""
    assert {name for name in vars(Target) if not name.startswith("_")} <= set(dir(kind))


class LateTarget(FakeTarget):
    """Answers with the former value a few times."""

    late = 2

    def read(self) -> str | None:
        """Late."""
        found = super().read()
        self.late -= 1
        return "former" if self.late >= 0 else found


def test_a_place_that_is_late_is_looked_at_again() -> None:
    """SSM and Secrets Manager are eventually consistent."""
    inner, waits = LateTarget(), list[float]()
    ReadBack(inner, waits.append).write("pins")
    assert waits == [0.5, 1.0]
    assert inner.content == "pins"


@pytest.mark.parametrize("patient", [True, False])
def test_a_place_that_holds_something_else_is_said(patient: bool) -> None:  # noqa: FBT001 - a parametrised case
    """The switch must not happen on a bundle that somebody else overwrote."""

    class Overwritten(FakeTarget):
        def write(self, content: str) -> None:
            super().write(content + "!")

    waits: list[float] = []
    place = ReadBack(Overwritten(), waits.append if patient else None)
    with pytest.raises(errors.ConcurrentModification, match=r"file pins\.pem"):
        place.write("pins")
    assert len(waits) == (3 if patient else 0)
    assert (place.address, place.read()) == ("file pins.pem", "pins!")
