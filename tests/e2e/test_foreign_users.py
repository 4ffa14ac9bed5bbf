"""Stages that somebody else manages: what they present is theirs, and what they present of ours is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok, refused

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e

ACM_ARN = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


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


def test_taking_over_waits_until_backends_trust_the_new_certificate(scenario: Scenario) -> None:
    """A foreign live certificate is presented until ours has been published for the lead (invariant 1)."""
    foreign = scenario.sandbox.console.generate_certificate()
    scenario.sandbox.console.bind(scenario.api, "dev", foreign)
    stack = _on_dev(scenario, takeOver=True, **{"alsoTrust[0]": _pem(scenario, foreign)})
    text = ok(stack.up())
    assert f"stage {scenario.api}/dev keeps {foreign} until 2026-03-03" in text
    ok(stack.preview("--expect-no-changes"))
    assert scenario.moves() == []

    scenario.at(1)
    ok(stack.up())
    assert scenario.moves() == [("dev", scenario.ids()[1])]

    ok(stack.destroy())
    assert scenario.ids() == [foreign]


def test_an_acm_certificate_is_replaced_only_with_take_over_and_after_the_lead(scenario: Scenario) -> None:
    """ACM ARNs are never overwritten without take_over (invariants 4, 9)."""
    scenario.sandbox.console.bind(scenario.api, "dev", ACM_ARN)
    stack = _on_dev(scenario)
    text = refused(stack.up())
    assert f"presents the ACM certificate {ACM_ARN}" in text
    assert "take_over=True" in text
    assert scenario.presented("dev") == ACM_ARN
    assert scenario.ids() == []

    stack.configure({"takeOver": True})
    assert f"keeps the ACM certificate {ACM_ARN} until" in ok(stack.up())
    scenario.at(1)
    ok(stack.up())
    assert scenario.moves() == [("dev", scenario.ids()[0])]


def test_an_acm_certificate_that_appears_in_mid_rotation_is_kept_while_the_rotation_goes_on(scenario: Scenario) -> None:
    """Seen by refresh, refused by name, never replaced, and left to ACM when the stage leaves the program (4, 9)."""
    stack = scenario.published()
    scenario.sandbox.console.bind(scenario.api, "prod", ACM_ARN)
    scenario.at(337)
    text = refused(stack.up("--refresh"))
    assert f"to the ACM certificate {ACM_ARN} by another tool" in text
    assert f"Stage {scenario.api}/prod presents the ACM certificate {ACM_ARN}" in text
    stack.unset("stages.prod")
    ok(stack.up())
    for day in (338, 341):
        scenario.at(day)
        ok(stack.up("--refresh"))
    (second,) = scenario.ids()
    assert (scenario.presented("dev"), scenario.presented("prod")) == (second, ACM_ARN)
    assert [stage for stage, _id in scenario.moves()].count("prod") == 1


def test_an_adopted_live_certificate_is_not_even_patched_and_later_rotated(scenario: Scenario) -> None:
    """Adoption tags the certificate and changes nothing else; from then on it is the first generation (invariant 4)."""
    foreign = scenario.sandbox.console.generate_certificate()
    for stage in ("dev", "prod"):
        scenario.sandbox.console.bind(scenario.api, stage, foreign)
    stack = scenario.stack(config={**scenario.default_config(), "adoptClientCertificateId": foreign})
    ok(stack.up())
    assert scenario.actions() == ["TagResource"]
    stack.unset("adoptClientCertificateId")
    ok(stack.preview("--expect-no-changes"))

    for day in (336, 337, 338, 341):
        scenario.at(day)
        ok(stack.up("--refresh"))
    (second,) = scenario.ids()
    assert second != foreign
    assert sorted(scenario.moves()) == [("dev", second), ("prod", second)]
    assert scenario.actions()[-1] == "DeleteClientCertificate"


def test_a_foreign_stage_that_keeps_the_old_certificate_for_two_years_stops_nothing(scenario: Scenario) -> None:
    """Rotations go on, the stage is named, runs are quiet between scans, and nothing it uses is deleted (3)."""
    stack = _on_dev(scenario)
    ok(stack.up())
    (first,) = scenario.ids()
    foreign_api = scenario.sandbox.console.create_rest_api("reports", stages=["ops"])
    scenario.sandbox.console.bind(foreign_api, "ops", first)

    for start, rest in ((336, 400), (672, 677)):
        before = scenario.mark()
        for day in (start, start + 1, start + 2):
            scenario.at(day)
            ok(stack.up("--refresh"))
        assert scenario.actions(before) == ["GenerateClientCertificate", "UpdateStage"]
        assert scenario.presented("dev") == scenario.ids()[-1]
        assert stack.outputs("RotatingClientCertificate")["retirementBlockedBy"] == [f"{foreign_api}/ops"]
        scenario.at(start + 2.5)
        ok(stack.preview("--expect-no-changes"))
        scenario.at(rest)
        ok(stack.up())
    ok(stack.preview("--expect-no-changes"))
    kept, third = scenario.ids()
    assert kept == first
    assert len((stack.folder / "pins.txt").read_text().splitlines()) == 1

    scenario.sandbox.console.bind(foreign_api, "ops", None)
    for day in (730, 733):
        scenario.at(day)
        ok(stack.up())
    assert scenario.ids() == [third]
    assert stack.outputs("RotatingClientCertificate")["retirementBlockedBy"] == []
    assert scenario.presented("dev") == third
