"""Stages that somebody else manages: what they present is theirs, and what they present of ours is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok, refused

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e


def _on_dev(scenario: Scenario, **config: object) -> PulumiStack:
    published = {"name": "orders", "publish[0].file": "pins.txt", "publish[0].content": "sha256"}
    return scenario.stack(config={**published, **scenario.stage_config("dev"), **config})


def _pem(scenario: Scenario, certificate_id: str) -> str:
    (pem,) = [one.pem for one in scenario.sandbox.certificates() if one.id == certificate_id]
    return pem


def test_a_stage_with_a_live_foreign_certificate_is_refused_and_named_remedies_work(scenario: Scenario) -> None:
    """Nothing foreign is replaced without take_over, nor before backends trust both certificates (1, 9)."""
    foreign = scenario.sandbox.console.generate_certificate()
    scenario.sandbox.console.bind(scenario.api, "dev", foreign)
    stack = _on_dev(scenario)
    text = refused(stack.up())
    assert f"Stage {scenario.api}/dev presents {foreign}" in text
    assert "take_over=True" in text
    assert "also_trust=[its PEM]" in text
    assert f"adopt_client_certificate_id='{foreign}'" in text
    assert (scenario.actions(), stack.resources("RotatingClientCertificate")) == ([], [])
    assert not (stack.folder / "pins.txt").exists()

    stack.configure({"takeOver": True})
    text = refused(stack.up())
    assert "the trust bundle does not hold that certificate" in text
    assert "also_trust=[its PEM]" in text
    assert scenario.ids() == [foreign]

    stack.configure({"alsoTrust[0]": _pem(scenario, foreign)})
    assert f"keeps {foreign} until" in ok(stack.up())
    scenario.at(1)
    text = ok(stack.up())
    assert f"keeps {foreign} until" not in text
    _, ours = scenario.ids()
    assert scenario.moves() == [("dev", ours)]
    assert len((stack.folder / "pins.txt").read_text().splitlines()) == 2
