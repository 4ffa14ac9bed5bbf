"""Stages that somebody re-binds, unbinds, deletes or re-creates behind our back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok, quiet, refused

if TYPE_CHECKING:
    from tests.e2e.conftest import Scene

pytestmark = pytest.mark.e2e


def test_a_stage_is_re_bound_to_a_foreign_certificate(scene: Scene) -> None:
    """Invariants 1, 9: refused with the remedies; with take_over it moves once backends had time to learn ours."""
    stack = scene.stack()
    ok(stack.up())
    (ours,) = scene.ids()
    scene.at(0.1)
    foreign = scene.sandbox.by_hand.generate_certificate()
    scene.sandbox.by_hand.bind(scene.api, "prod", foreign)
    before = scene.mark()
    said = refused(stack.up("--refresh"))
    assert f"stage {scene.api}/prod was switched from {ours} to {foreign} by another tool" in said
    assert f"Stage {scene.api}/prod presents {foreign}, a live certificate that this rotation did not make" in said
    assert "Set take_over=True" in said
    assert f"adopt_client_certificate_id='{foreign}'" in said
    assert scene.actions(before) == []
    assert scene.presented("dev") == ours

    stack.configure({"takeOver": True})
    assert "Add its PEM to the bundle with also_trust" in refused(stack.up("--refresh"))
    assert scene.presented("prod") == foreign

    pem = next(one.pem for one in scene.sandbox.certificates() if one.id == foreign)
    stack.configure({"alsoTrust[0]": pem})
    assert f"stage {scene.api}/prod keeps {foreign} until" in ok(stack.up("--refresh"))
    assert scene.actions(before) == []
    quiet(stack)

    scene.at(0.91)
    ok(stack.up("--refresh"))
    assert scene.presented("dev") == scene.presented("prod") == ours
    quiet(stack)


def test_a_stage_is_unbound_by_hand(scene: Scene) -> None:
    """The refresh says who most likely does this and how to stop it; the next update binds the stage again."""
    stack = scene.stack()
    ok(stack.up())
    (ours,) = scene.ids()
    scene.at(50)
    scene.sandbox.by_hand.bind(scene.api, "prod", None)
    before = scene.mark()
    said = ok(stack.refresh())
    assert f"stage {scene.api}/prod was unbound by another tool" in said
    assert 'ignore_changes=["clientCertificateId"]' in said
    assert scene.actions(before) == []
    said = ok(stack.preview())
    assert f"stage {scene.api}/prod presents no certificate and should present {ours}" in said
    ok(stack.up())
    assert scene.actions(before) == ["UpdateStage"]
    assert scene.presented("prod") == ours
    quiet(stack)


def test_a_stage_is_deleted_by_hand_and_comes_back(scene: Scene) -> None:
    """A stage that is gone is an error that names it; as soon as it is there again, a run binds it."""
    stack = scene.stack()
    ok(stack.up())
    (ours,) = scene.ids()
    scene.at(50)
    scene.sandbox.by_hand.delete_stage(scene.api, "prod")
    said = refused(stack.up("--refresh"))
    assert f"REST API {scene.api} has no stage 'prod'" in said
    assert "or remove the binding" in said
    assert scene.presented("dev") == ours

    scene.sandbox.by_hand.create_stage(scene.api, "prod")
    ok(stack.up())
    assert scene.presented("prod") == ours

    scene.sandbox.by_hand.delete_stage(scene.api, "dev")
    scene.sandbox.by_hand.create_stage(scene.api, "dev")
    ok(stack.up("--refresh"))
    assert scene.presented("dev") == ours
    quiet(stack)
