"""Stages that somebody else manages: what they present is theirs, and what they present of ours is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok, refused

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.e2e.conftest import Scene

pytestmark = pytest.mark.e2e

ACM_ARN = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


def _on_dev(scene: Scene, **config: object) -> PulumiStack:
    published = {"name": "orders", "publish[0].file": "pins.txt", "publish[0].content": "sha256"}
    return scene.stack(config={**published, **scene.stage_config("dev"), **config})


def _pem(scene: Scene, certificate_id: str) -> str:
    (pem,) = [one.pem for one in scene.sandbox.certificates() if one.id == certificate_id]
    return pem


def test_a_stage_with_a_live_foreign_certificate_is_refused_and_named_remedies_work(scene: Scene) -> None:
    """Nothing foreign is replaced without take_over, nor before backends trust both certificates (1, 9)."""
    foreign = scene.sandbox.by_hand.generate_certificate()
    scene.sandbox.by_hand.bind(scene.api, "dev", foreign)
    stack = _on_dev(scene)
    text = refused(stack.up())
    assert f"Stage {scene.api}/dev presents {foreign}" in text
    assert "take_over=True" in text
    assert "also_trust=[its PEM]" in text
    assert f"adopt_client_certificate_id='{foreign}'" in text
    assert (scene.actions(), stack.resources("RotatingClientCertificate")) == ([], [])
    assert not (stack.folder / "pins.txt").exists()

    stack.configure({"takeOver": True})
    text = refused(stack.up())
    assert "the trust bundle does not hold that certificate" in text
    assert "also_trust=[its PEM]" in text
    assert scene.ids() == [foreign]

    stack.configure({"alsoTrust[0]": _pem(scene, foreign)})
    assert f"keeps {foreign} until" in ok(stack.up())
    scene.at(1)
    text = ok(stack.up())
    assert f"keeps {foreign} until" not in text
    _, ours = scene.ids()
    assert scene.moves() == [("dev", ours)]
    assert len((stack.folder / "pins.txt").read_text().splitlines()) == 2


def test_taking_over_waits_until_backends_trust_the_new_certificate(scene: Scene) -> None:
    """A foreign live certificate is presented until ours has been published for the lead (invariant 1)."""
    foreign = scene.sandbox.by_hand.generate_certificate()
    scene.sandbox.by_hand.bind(scene.api, "dev", foreign)
    stack = _on_dev(scene, takeOver=True, **{"alsoTrust[0]": _pem(scene, foreign)})
    text = ok(stack.up())
    assert f"stage {scene.api}/dev keeps {foreign} until 2026-03-03" in text
    ok(stack.preview("--expect-no-changes"))
    assert scene.moves() == []

    scene.at(1)
    ok(stack.up())
    assert scene.moves() == [("dev", scene.ids()[1])]

    ok(stack.destroy())
    assert scene.ids() == [foreign]


def test_an_acm_certificate_is_replaced_only_with_take_over_and_after_the_lead(scene: Scene) -> None:
    """ACM ARNs are never overwritten without take_over (invariants 4, 9)."""
    scene.sandbox.by_hand.bind(scene.api, "dev", ACM_ARN)
    stack = _on_dev(scene)
    text = refused(stack.up())
    assert f"presents the ACM certificate {ACM_ARN}" in text
    assert "take_over=True" in text
    assert scene.presented("dev") == ACM_ARN
    assert scene.ids() == []

    stack.configure({"takeOver": True})
    assert f"keeps the ACM certificate {ACM_ARN} until" in ok(stack.up())
    scene.at(1)
    ok(stack.up())
    assert scene.moves() == [("dev", scene.ids()[0])]


def test_an_acm_certificate_that_appears_in_mid_rotation_is_kept_while_the_rotation_goes_on(scene: Scene) -> None:
    """Seen by refresh, refused by name, never replaced, and left to ACM when the stage leaves the program (4, 9)."""
    stack = scene.published()
    scene.sandbox.by_hand.bind(scene.api, "prod", ACM_ARN)
    scene.at(337)
    text = refused(stack.up("--refresh"))
    assert f"to the ACM certificate {ACM_ARN} by another tool" in text
    assert f"Stage {scene.api}/prod presents the ACM certificate {ACM_ARN}" in text
    stack.unset("stages.prod")
    ok(stack.up())
    for day in (338, 341):
        scene.at(day)
        ok(stack.up("--refresh"))
    (second,) = scene.ids()
    assert (scene.presented("dev"), scene.presented("prod")) == (second, ACM_ARN)
    assert [stage for stage, _id in scene.moves()].count("prod") == 1


def test_an_adopted_live_certificate_is_not_even_patched_and_later_rotated(scene: Scene) -> None:
    """Adoption tags the certificate and changes nothing else; from then on it is the first generation (invariant 4)."""
    foreign = scene.sandbox.by_hand.generate_certificate()
    for stage in ("dev", "prod"):
        scene.sandbox.by_hand.bind(scene.api, stage, foreign)
    stack = scene.stack(config={**scene.default_config(), "adoptClientCertificateId": foreign})
    ok(stack.up())
    assert scene.actions() == ["TagResource"]
    stack.unset("adoptClientCertificateId")
    ok(stack.preview("--expect-no-changes"))

    for day in (336, 337, 338, 341):
        scene.at(day)
        ok(stack.up("--refresh"))
    (second,) = scene.ids()
    assert second != foreign
    assert sorted(scene.moves()) == [("dev", second), ("prod", second)]
    assert scene.actions()[-1] == "DeleteClientCertificate"


def test_a_foreign_stage_that_keeps_the_old_certificate_for_two_years_stops_nothing(scene: Scene) -> None:
    """Rotations go on, the stage is named, runs are quiet between scans, and nothing it uses is deleted (3)."""
    stack = _on_dev(scene)
    ok(stack.up())
    (first,) = scene.ids()
    foreign_api = scene.sandbox.by_hand.create_rest_api("reports", stages=["ops"])
    scene.sandbox.by_hand.bind(foreign_api, "ops", first)

    for start, rest in ((336, 400), (672, 677)):
        before = scene.mark()
        for day in (start, start + 1, start + 2):
            scene.at(day)
            ok(stack.up("--refresh"))
        assert scene.actions(before) == ["GenerateClientCertificate", "UpdateStage"]
        assert scene.presented("dev") == scene.ids()[-1]
        assert stack.outputs("RotatingClientCertificate")["retirementBlockedBy"] == [f"{foreign_api}/ops"]
        scene.at(start + 2.5)
        ok(stack.preview("--expect-no-changes"))
        scene.at(rest)
        ok(stack.up())
    ok(stack.preview("--expect-no-changes"))
    kept, third = scene.ids()
    assert kept == first
    assert len((stack.folder / "pins.txt").read_text().splitlines()) == 1

    scene.sandbox.by_hand.bind(foreign_api, "ops", None)
    for day in (730, 733):
        scene.at(day)
        ok(stack.up())
    assert scene.ids() == [third]
    assert stack.outputs("RotatingClientCertificate")["retirementBlockedBy"] == []
    assert scene.presented("dev") == third
