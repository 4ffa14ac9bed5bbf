"""A generation is lost only when two looks say so, and what AWS still knows is carried on with (invariant 12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.ownership import GENERATION, ROTATION_ID

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun


@pytest.mark.parametrize(
    ("phase", "deleted", "generated", "left"),
    [
        ("published", ["cert01"], 0, {"cert02": (2, "active")}),  # backends know the pending one already
        ("published", ["cert02"], 1, {"cert01": (1, "active"), "cert03": (3, "pending")}),
        ("overlapping", ["cert01"], 0, {"cert02": (2, "active")}),
        ("overlapping", ["cert02"], 0, {"cert01": (1, "active")}),
        ("overlapping", ["cert01", "cert02"], 1, {"cert03": (3, "active")}),
    ],
)
def test_what_somebody_deleted_is_mended_by_the_next_run(
    run: FakeRun, phase: str, deleted: list[str], generated: int, left: dict[str, tuple[int, str]]
) -> None:
    """Both stages present a live one, the bundle holds what is left, and no number is used twice (invariant 5)."""
    run.rotate_to(phase)
    before = len(run.gateway.called("generate"))
    for one in deleted:
        del run.gateway.certificates[one]
    run.refresh()
    assert sum("was deleted by somebody else" in line for line in run.lines) == len(deleted)
    run.up()
    assert {one["id"]: (one["number"], one["role"]) for one in run.state["certificate"]["generations"]} == left
    (active,) = [one for one, (_number, role) in left.items() if role == "active"]
    assert run.presented("dev") == run.presented("prod") == active
    assert len(run.gateway.called("generate")) - before == generated
    assert set(run.state["bundle"]["fingerprintsSha256"]) >= {
        one["sha256"] for one in run.state["certificate"]["generations"]
    }


def test_one_not_found_loses_nothing(run: FakeRun) -> None:
    """The list knows it: state stays as it is, one line says so, and the next refresh is quiet."""
    run.up()
    before = run.state["certificate"]
    run.gateway.unfound = {"cert01"}
    run.refresh()
    assert run.state["certificate"] == before
    (said,) = [line for line in run.lines if "cert01 by its id" in line]
    assert said.endswith("nothing is taken for lost; the next run looks again")
    run.lines.clear()
    run.gateway.unfound.clear()
    run.refresh()
    assert run.lines == []


def test_a_refresh_costs_one_call_per_generation_and_the_list(run: FakeRun) -> None:
    """Whatever is missing; who presents what is asked only where AWS knows one that state does not."""
    run.rotate_to("overlapping")
    for gone in (False, True):
        run.gateway.calls.clear()
        if gone:
            run.gateway.certificates.clear()
        run.refresh()
        assert len(run.gateway.called("list_certificates")) == 1
        assert run.gateway.called("scan") == []
    assert run.state["certificate"]["generations"] == []


@pytest.mark.parametrize("presented", [True, False])
def test_a_refresh_takes_in_what_stages_present_and_state_was_put_back_over(run: FakeRun, presented: bool) -> None:  # noqa: FBT001 - a parameter
    """What publishes by the certificate's own list would withdraw it; an orphan stays for the step that finds it."""
    run.up()
    before = run.state["certificate"]
    run.rotate_to("overlapping")
    run.state["certificate"] = before
    if not presented:
        for stage in run.gateway.stages.values():
            stage.client_certificate_id = "cert01"
    trusted = before["trustedFingerprintsSha256"]
    run.refresh()
    after = run.state["certificate"]
    assert after["clientCertificateId"] == "cert01"
    assert len(after["trustedFingerprintsSha256"]) == len(trusted) + presented
    assert {one["id"]: one["role"] for one in after["generations"]} == {
        "cert01": "active",
        **({"cert02": "previous"} if presented else {}),
    }


def test_a_refresh_takes_in_what_a_stage_may_present_that_could_not_be_seen(run: FakeRun) -> None:
    """What the look cannot see counts as harm."""
    run.up()
    before = run.state["certificate"]
    run.rotate_to("overlapping")
    run.state["certificate"] = before
    for stage in run.gateway.stages.values():
        stage.client_certificate_id = "cert01"
    run.gateway.gaps = ("the stages of x: denied",)
    run.refresh()
    assert [one["id"] for one in run.state["certificate"]["generations"]] == ["cert01", "cert02"]


def test_a_refresh_that_may_not_list_believes_state(run: FakeRun) -> None:
    """The permission belongs to the scan, and a refresh went without it."""
    run.up()
    before = run.state["certificate"]
    run.gateway.fail_next("list_certificates", errors.AccessDenied("denied", means="No.", remedy="Allow it."))
    run.refresh()
    assert run.state["certificate"] == before


@pytest.mark.parametrize("phase", ["published", "overlapping"])
def test_what_only_one_look_misses_is_neither_forgotten_nor_switched_to(run: FakeRun, phase: str) -> None:
    """An activation, and a retirement: AWS contradicts itself, so the trust stays and no stage moves."""
    run.rotate_to(phase)
    trusted = run.state["certificate"]["trustedFingerprintsSha256"]
    run.gateway.unfound = {"cert01", "cert02"}
    run.at(337 if phase == "published" else 338)
    run.up()
    assert run.state["certificate"]["trustedFingerprintsSha256"] == trusted
    assert run.state["certificate"]["phase"] == phase
    assert run.presented("dev") == ("cert01" if phase == "published" else "cert02")
    run.gateway.unfound.clear()
    run.up()
    assert run.presented("dev") == "cert02"


def test_a_retirement_deletes_what_only_the_list_knows(run: FakeRun) -> None:
    """Else it would stay in AWS for ever, and no state would name it."""
    run.rotate_to("overlapping")
    run.at(338)
    run.up()
    run.gateway.unfound = {"cert01"}
    run.at(341)
    run.up()
    assert list(run.gateway.certificates) == ["cert02"]


@pytest.mark.parametrize("generations", ["empty", "absent"])
@pytest.mark.parametrize("phase", ["steady", "published", "overlapping"])
def test_a_state_without_generations_is_filled_again_from_aws(run: FakeRun, phase: str, generations: str) -> None:
    """Nothing is generated beside what lives, and what the stages present stays active and trusted."""
    run.up() if phase == "steady" else run.rotate_to(phase)
    before, presented = run.state["certificate"], run.presented("dev")
    state = {**before, "generations": []}
    if generations == "absent":
        del state["generations"]
    run.state["certificate"] = state
    assert run.due()
    run.certificate()
    after = run.state["certificate"]
    assert after["clientCertificateId"] == presented == run.presented("prod")
    assert after["trustedFingerprintsSha256"] == before["trustedFingerprintsSha256"]
    assert len(run.gateway.called("generate")) == (1 if phase == "steady" else 2)
    assert any("this update carries on with it and generates nothing" in line for line in run.lines)


def test_a_rotation_whose_two_looks_failed_resumes_in_the_next_update(run: FakeRun) -> None:
    """A refresh lost everything while AWS answered from an old copy: the stages keep what they present."""
    run.rotate_to("published")
    saved = dict(run.gateway.certificates)
    run.gateway.certificates.clear()
    run.refresh()
    assert run.state["certificate"]["phase"] == "lost"
    run.gateway.certificates.update(saved)
    run.up()
    assert sorted(run.gateway.certificates) == ["cert01", "cert02"]
    assert run.state["certificate"]["clientCertificateId"] == "cert01"
    assert run.state["certificate"]["pendingClientCertificateId"] == "cert02"
    assert {one["pendingSince"] for one in run.state["certificate"]["generations"]} == {"2027-02-01T10:00:00Z"}
    assert run.presented("dev") == run.presented("prod") == "cert01"


def test_of_two_with_one_number_the_presented_one_keeps_it_and_both_stay_trusted(run: FakeRun) -> None:
    """Two runs at once may have left such: what a stage presents must not be the one that is dropped."""
    run.up()
    twin = run.gateway.add_certificate(tags={ROTATION_ID: run.rotation_id, GENERATION: "1"})
    for stage in run.gateway.stages.values():
        stage.client_certificate_id = twin.id
    run.state["certificate"]["generations"] = []
    run.certificate()
    after = {one["id"]: (one["number"], one["role"]) for one in run.state["certificate"]["generations"]}
    assert after == {twin.id: (1, "active"), "cert01": (2, "pending")}


def test_where_what_state_knows_has_expired_a_live_one_of_ours_is_carried_on_with(run: FakeRun) -> None:
    """The state of before a rotation: its certificate is dead, its successor lives and is presented."""
    run.with_bundle = False
    run.up()
    saved = dict(run.state["certificate"])
    for day in (336, 337):
        run.at(day)
        run.up()
    run.state["certificate"] = saved
    run.at(370)
    run.up()
    assert run.state["certificate"]["clientCertificateId"] == run.presented("dev") == "cert02"
    assert len(run.gateway.called("generate")) == 2


def test_what_has_expired_or_is_another_rotations_is_no_place_to_go_on_from(run: FakeRun) -> None:
    """Then a new one is generated, as ever."""
    run.up()
    run.gateway.add_certificate(tags={ROTATION_ID: "another", GENERATION: "1"})
    issued = run.gateway.certificates["cert01"]
    run.gateway.certificates["cert01"] = replace(issued, expiration_date=run.now - timedelta(days=1))
    run.state["certificate"]["generations"] = []
    run.certificate()
    assert run.state["certificate"]["clientCertificateId"] == "cert03"
