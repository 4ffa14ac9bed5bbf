"""Adoption and retirement that end in the middle: the next run finds everything again (invariant 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.ownership import GENERATION, ROTATION_ID

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun


def _no_answer() -> errors.OutcomeUnknown:
    return errors.OutcomeUnknown("no answer", means="It may have happened.", remedy="Run again.")


@pytest.mark.parametrize("after_effect", [False, True])
def test_an_adoption_interrupted_while_tagging_loses_no_generation(run: FakeRun, *, after_effect: bool) -> None:
    """One of two is tagged anew and the other not yet: the next try takes over both, under one rotation id."""
    run.rotate_to("overlapping")
    former = run.rotation_id
    run.lose_state()
    run.bundle_config["takeOver"] = True
    run.config["adoptClientCertificateId"] = "cert02"
    run.gateway.fail_next("tag", _no_answer(), after_effect=after_effect)
    with pytest.raises(errors.OutcomeUnknown):
        run.up()
    assert run.state == {}
    run.up()
    assert [one["id"] for one in run.state["certificate"]["generations"]] == ["cert01", "cert02"]
    assert {one.tags[ROTATION_ID] for one in run.gateway.certificates.values()} == {run.rotation_id}
    assert run.rotation_id != former
    for day in (338, 341):
        run.at(day)
        run.up()
    assert list(run.gateway.certificates) == ["cert02"]


def test_two_stacks_that_adopt_one_after_the_other_are_two_rotations(run: FakeRun) -> None:
    """The rotation id of an adoption is found again by the same resource, and by no other."""
    given = run.gateway.add_certificate(tags={ROTATION_ID: "kept", GENERATION: "4"})
    run.config["adoptClientCertificateId"] = given.id
    run.certificate()
    first = run.rotation_id
    run.lose_state()
    run.gateway.tag(given.id, {ROTATION_ID: "kept"})
    run.certificate()
    assert run.rotation_id == first
    run.lose_state()
    run.gateway.tag(given.id, {ROTATION_ID: "kept"})
    run.config["stack"] = "prod"
    run.certificate()
    assert run.rotation_id != first


@pytest.mark.parametrize("after_effect", [False, True])
def test_a_retirement_interrupted_at_an_orphan_is_done_again(run: FakeRun, *, after_effect: bool) -> None:
    """The orphan goes before the generation whose retirement it waited for: nothing else would call for it."""
    run.rotate_to("overlapping")
    run.at(338)
    run.up()
    run.gateway.add_certificate(tags={ROTATION_ID: run.rotation_id, GENERATION: "1"})
    run.at(341)
    run.gateway.fail_next("delete", _no_answer(), after_effect=after_effect)
    with pytest.raises(errors.OutcomeUnknown):
        run.up()
    run.refresh()
    run.up()
    assert list(run.gateway.certificates) == ["cert02"]
    assert run.state["certificate"]["phase"] == "steady"
