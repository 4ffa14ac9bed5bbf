"""Whose something is after an interruption or an adoption: each found by the model in tests/acceptance/model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle import engine_run
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.binding.act import stage_of

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun

ROTATION_ID = "apigw-client-cert:rotation-id"
OTHER: dict[str, Any] = {"type": "file", "path": "other.txt"}


def _adopted_elsewhere(run: FakeRun, certificate_id: str) -> None:
    run.gateway.tag(certificate_id, {ROTATION_ID: "another-rotation", "team": "theirs"})


def test_other_tags_do_not_take_back_what_another_rotation_adopted(run: FakeRun) -> None:
    """A certificate that carries another rotation's id is not tagged, though our state lists it (invariant 4)."""
    run.up()
    _adopted_elsewhere(run, "cert01")
    run.config["tags"] = {"team": "ours"}
    run.up()
    tags = run.gateway.certificates["cert01"].tags
    assert (tags[ROTATION_ID], tags["team"]) == ("another-rotation", "theirs")


def test_other_tags_do_not_claim_a_certificate_that_lost_its_tags(run: FakeRun) -> None:
    """Nobody knows whose it is; an update of tags is no adoption (invariant 4)."""
    run.up()
    run.gateway.untag("cert01", [ROTATION_ID])
    run.config["tags"] = {"team": "ours"}
    run.up()
    assert "team" not in run.gateway.certificates["cert01"].tags


def test_a_released_stage_keeps_what_another_rotation_adopted(run: FakeRun) -> None:
    """We set it once, and now the other rotation's binding stands on it: it is not cleared (invariant 9)."""
    run.up()
    _adopted_elsewhere(run, "cert01")
    engine_run.forget()
    binding.delete(run.state["prod"], run.environment)
    assert run.presented("prod") == "cert01"


def test_a_released_stage_is_cleared_of_a_certificate_that_lost_its_tags(run: FakeRun) -> None:
    """Without a tag, state says who set it."""
    run.up()
    run.gateway.untag("cert01", [ROTATION_ID])
    engine_run.forget()
    binding.delete(run.state["prod"], run.environment)
    assert run.presented("prod") is None
    assert stage_of(run.state["prod"]) in run.gateway.stages


@pytest.mark.parametrize("content", ["pem", "sha256", "json", "nginx"])
def test_a_target_written_by_an_interrupted_run_is_not_taken(run: FakeRun, content: str) -> None:
    """Killed before the second target, and nothing is saved until the rotation has gone on (invariant 5)."""
    run.config["rotationTrigger"] = "a"
    first = {"type": "file", "path": "pins.txt", "content": content}
    run.bundle_config["targets"] = [first, OTHER]
    run.target(OTHER).fail_next("write", RuntimeError("killed"))
    with pytest.raises(RuntimeError):
        run.up()
    assert run.target(first).content is not None
    run.config["rotationTrigger"] = "b"
    run.up()
    assert len(run.state["bundle"]["fingerprintsSha256"]) == 2
    assert run.target(first).content not in {None, ""}
    assert run.state["bundle"]["driftedTargets"] == []


def test_a_target_that_holds_a_strangers_certificate_beside_ours_is_taken(run: FakeRun) -> None:
    """Somebody else trusts ours and one more there: nothing is overwritten (invariant 9)."""
    run.up()
    ours = run.target({"path": "pins.txt"}).content or ""
    run.target(OTHER).content = f"{ours}{'-' * 5}BEGIN CERTIFICATE{'-' * 5}\nAAAA\n{'-' * 5}END CERTIFICATE{'-' * 5}\n"
    run.bundle_config["targets"] = [{"type": "file", "path": "pins.txt"}, OTHER]
    with pytest.raises(errors.TargetTaken):
        run.up()


def test_a_target_that_says_something_else_about_ours_is_taken(run: FakeRun) -> None:
    """A person's own lines around our fingerprint are theirs."""
    run.up()
    pin = run.state["bundle"]["fingerprintsSha256"][0]
    other = {**OTHER, "content": "sha256"}
    run.target(other).content = f"# the gateway, do not remove\n{pin}\n"
    run.bundle_config["targets"] = [{"type": "file", "path": "pins.txt"}, other]
    with pytest.raises(errors.TargetTaken):
        run.up()
