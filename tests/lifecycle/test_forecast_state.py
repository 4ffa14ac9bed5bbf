"""What a forecast is told of a stage, from the states that runs leave."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.forecast_state import bound_of, publishing_of
from apigw_client_cert.lifecycle.state import load_rotation
from apigw_client_cert.rotation.binding import Presents

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun

ACM = "arn:aws:acm:eu-west-1:123456789012:certificate/0f1e2d3c-aaaa-bbbb-cccc-123456789012"


@pytest.mark.parametrize(
    ("presented", "kind"),
    [
        ("cert01", Presents.OURS),
        (None, Presents.NOTHING),
        (ACM, Presents.ACM),
        ("theirs", Presents.FOREIGN),
        ("cert00", Presents.GONE),
    ],
)
def test_what_a_stage_presents_is_told_as_far_as_state_knows(
    run: FakeRun, presented: str | None, kind: Presents
) -> None:
    """A generation that the binding was told of and the certificate's state does not know was deleted."""
    run.up()
    news, olds = run.inputs["dev"], run.state["dev"]
    told = [*olds["generations"], {**olds["generations"][0], "id": "cert00"}]
    olds = {**olds, "presentedClientCertificateId": presented, "generations": told}
    found = bound_of("dev", news, olds, load_rotation(run.state["certificate"]), stack="prod ")
    assert (found.name, found.stage, found.presented.kind) == ("prod dev", "a1b2c3d4e5/dev", kind)
    assert (found.presented.not_after is None) == (kind is not Presents.OURS)


def test_a_bundle_tells_what_it_holds_of_one_rotation_and_what_else(run: FakeRun) -> None:
    """By the entries' owners."""
    run.up()
    news, olds = run.inputs["bundle"], run.state["bundle"]
    rotation = load_rotation(run.state["certificate"])
    another = replace(rotation, rotation_id="another")
    ours, theirs = (publishing_of("trust", news, olds, one) for one in (rotation, another))
    assert ([len(ours.entries), len(ours.others)], [len(theirs.entries), len(theirs.others)]) == ([1, 0], [0, 1])
    assert ours.targets


def test_what_a_refresh_saw_missing_has_no_date(run: FakeRun) -> None:
    """The lead counts from the run that mends the target."""
    run.rotate_to("published")
    run.targets["pins.txt"].content = ""
    run.refresh()
    rotation = load_rotation(run.state["certificate"])
    found = publishing_of("trust", run.inputs["bundle"], run.state["bundle"], rotation)
    assert [entry.since for entry in found.entries] == [None, None]


def test_a_generation_that_also_trust_names_is_told_apart(run: FakeRun) -> None:
    """It stays in the bundle when it is deleted."""
    run.up()
    rotation = load_rotation(run.state["certificate"])
    news = {**run.inputs["bundle"], "alsoTrust": [rotation.generations[0].pem + "\n", "another"]}
    assert publishing_of("trust", news, run.state["bundle"], rotation).also == rotation.generations


def test_damage_is_refused(run: FakeRun) -> None:
    """As everywhere where state is read."""
    run.up()
    rotation = load_rotation(run.state["certificate"])
    with pytest.raises(errors.Refused, match="cannot be read"):
        bound_of("dev", {**run.inputs["dev"], "soak": 3}, run.state["dev"], rotation)
