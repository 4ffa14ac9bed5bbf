"""Bindings whose inputs stand still, because ``ignore_changes`` was added everywhere: red from when they lag."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harm.conftest import ok, refused

if TYPE_CHECKING:
    from tests.harm.conftest import Scene

pytestmark = pytest.mark.e2e


def test_ignored_client_certificate_id_is_red_until_it_is_taken_off(scene: Scene) -> None:
    """Each run from the activation on names cause and date; without the option the stages move. No request fails."""
    stack = scene.orders()
    stack.configure({"ignored": ["clientCertificateId"]})
    ok(stack.up())
    (first,) = scene.ids()
    with scene.traffic() as traffic:
        scene.at(336)
        ok(stack.up("--refresh"))
        for day in (337, 345):
            scene.at(day)
            said = refused(stack.up("--refresh"))
            assert f"told to present {first}, which is refused from" in said
            assert "Take ignore_changes of" in said
            assert f"It presents {first}" in said
            assert scene.presented("dev") == scene.presented("prod") == first
            traffic.go_on()
        stack.configure({"ignored": []})
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    second = scene.ids()[-1]
    assert scene.presented("dev") == scene.presented("prod") == second != first


def test_all_ignored_inputs_are_red_within_activate_by(scene: Scene) -> None:
    """They still call the old certificate active: its end tells, twenty days before here."""
    stack = scene.orders(activateBy="20d", rotateBefore="40d")
    stack.configure({"ignored": ["*"]})
    ok(stack.up())
    (first,) = scene.ids()
    with scene.traffic() as traffic:
        for day in (326, 327):
            scene.at(day)
            ok(stack.up())
        scene.at(346)
        said = refused(stack.up())
        assert f"told to present {first}, which is refused from" in said
        assert "and of no successor" in said
        stack.configure({"ignored": []})
        ok(stack.up())
        traffic.go_on()
    assert traffic.failed() == []
    second = scene.ids()[-1]
    assert scene.presented("dev") == scene.presented("prod") == second != first


def test_ignored_published_since_is_red_until_it_is_taken_off(scene: Scene) -> None:
    """The stages would wait for a lead that never begins, up to the last days."""
    stack = scene.orders()
    stack.configure({"ignored": ["publishedSince"]})
    ok(stack.up())
    (first,) = scene.ids()
    with scene.traffic() as traffic:
        scene.at(336)
        ok(stack.up())
        second = scene.ids()[-1]
        scene.at(338)
        said = refused(stack.up("--refresh"))
        assert f"is not told since when all targets hold {second}" in said
        assert f"It presents {first}" in said
        stack.configure({"ignored": []})
        ok(stack.up())
        traffic.go_on()
    assert traffic.failed() == []
    assert scene.presented("dev") == scene.presented("prod") == second
