"""What a run announced it says again when it is done: in the past tense, once, and nothing as if it were ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert.gateway.interface import TrialAnswer
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.certificate import crud as certificate
from tests.lifecycle.conftest import API

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun

MADE_FOR = {"stages": [{"apiId": API, "stageName": name} for name in ("dev", "prod")]}


def _said(run: FakeRun, day: float) -> list[str]:
    run.lines.clear()
    run.at(day)
    run.up()
    return [line for line in run.lines if not line.startswith("orders-trust: ")]


def test_each_run_of_a_rotation_says_what_it_did_and_found(run: FakeRun) -> None:
    """Issued, made the one to present, moved, looked for, deleted; the stages by their names, no move twice."""
    run.config["madeFor"] = MADE_FOR
    run.up()
    both = f"{API}/dev, {API}/prod"
    assert _said(run, 336) == [
        (
            "orders: certificate cert01 (generation 1) expires 2027-03-02, in 29 days; this update generates"
            f" generation 2 and publishes it; {both} move to it at 2027-02-02T08:48Z at the earliest"
        ),
        "orders: certificate cert02 (generation 2) was issued, and expires 2028-02-01",
    ]
    assert _said(run, 337) == [
        (
            "orders: certificate cert01 (generation 1) expires 2027-03-02, in 28 days; this update makes certificate"
            f" cert02 (generation 2, pending since 2027-02-01T10:00Z) the one to present, and {both} move to it"
        ),
        "orders: certificate cert02 (generation 2) became the one to present, and expires 2028-02-01",
        f"stage {API}/dev presents cert02 now; it presented cert01 before",
        f"stage {API}/prod presents cert02 now; it presented cert01 before",
    ]
    assert _said(run, 338) == [
        "orders: this update looks whether any stage still presents certificate cert01 (generation 1)",
        (
            "orders: no stage presented certificate cert01 (generation 1) at the look of this run; a run after"
            " 2027-02-06T06:24Z looks again and deletes it"
        ),
    ]
    assert _said(run, 341) == [
        (
            "orders: no stage has presented certificate cert01 (generation 1) since 2027-02-03T10:00Z; this update"
            " looks once more and deletes what is still unused"
        ),
        "orders: certificate cert01 (generation 1) was looked for once more, presented by no stage, and deleted",
    ]
    assert _said(run, 342) == []


def test_a_move_that_no_update_of_this_run_announced_is_announced(run: FakeRun) -> None:
    """At the preview of an activation, and in the run of a stage that somebody switched."""
    run.rotate_to("published")
    run.at(337)
    run.lines.clear()
    news = {**run.inputs["dev"], "clientCertificateId": "cert02"}
    assert binding.diff(run.state["dev"], news, run.environment).changes
    assert run.lines[-1] == f"stage {API}/dev presents cert01 and should present cert02"
    run.up()
    run.at(338)
    (dev,) = [ref for ref in run.gateway.stages if ref.stage_name == "dev"]
    run.gateway.stages[dev].client_certificate_id = None
    run.refresh()
    run.lines.clear()
    run.up()
    said = [line for line in run.lines if line.startswith(f"stage {API}/dev")]
    assert said[0] == f"stage {API}/dev presents no certificate and should present cert02"
    assert said[1].startswith(f"stage {API}/dev presents cert02 now")


def test_a_look_that_finds_a_stage_or_is_denied_says_so(run: FakeRun) -> None:
    """Who still presents it, and what could not be seen."""
    run.gateway.add_stage("theirs", "live")
    run.rotate_to("overlapping")
    (theirs,) = [ref for ref in run.gateway.stages if ref.api_id == "theirs"]
    run.gateway.stages[theirs].client_certificate_id = "cert01"
    counts = "orders: certificate cert01 (generation 1) counts as in use, by the look of this run:"
    assert _said(run, 338)[-1] == f"{counts} theirs/live"
    run.gateway.stages[theirs].client_certificate_id = None
    run.gateway.gaps = ("GET /restapis/theirs/stages was denied",)
    assert _said(run, 339)[-1] == f"{counts} unknown: GET /restapis/theirs/stages was denied"


def test_what_was_verified_is_said_with_the_move(run: FakeRun) -> None:
    """Once, in the run that proved it."""
    run.binding_config["verify"] = {"resource": "/health", "proof": "status"}
    run.gateway.backend = lambda *_what: TrialAnswer(status=200)
    run.rotate_to("published")
    said = _said(run, 337)
    assert f"stage {API}/dev presents cert02 now, which was verified; it presented cert01 before" in said
    assert not [line for line in _said(run, 337.5) if "verified" in line]


def test_the_bundle_says_where_the_successor_was_published(run: FakeRun) -> None:
    """In the run that issued it, and in no other of the rotation: what it withdraws, the certificate tells."""
    run.up()
    told = []
    for day in (336, 337, 338, 341, 342):
        run.lines.clear()
        run.at(day)
        run.up()
        told += [(day, line) for line in run.lines if line.startswith("orders-trust: ") and ": note: " not in line]
    assert told == [(336, "orders-trust: certificate cert02 was published to file pins.txt")]


def test_a_refresh_announces_no_step_that_the_program_may_not_ask_for(run: FakeRun) -> None:
    """It is asked with the inputs of the last run; those of the program, with a pin by now, come after it."""
    run.rotate_to("overlapping")
    run.at(338)
    run.lines.clear()
    run.refresh()
    assert certificate.diff(run.state["certificate"], run.inputs["certificate"], run.environment).changes
    assert [line for line in run.lines if "this update" in line] == []
    run.config["pinGeneration"] = 1
    run.certificate()
    assert [line for line in run.lines if "this update" in line] == [
        (
            "orders: pin_generation=1; this update makes certificate cert01 (generation 1) the one to present;"
            " activation and retirement stand still while the pin is set"
        )
    ]
    assert run.state["certificate"]["clientCertificateId"] == "cert01"


def test_after_a_refresh_the_program_is_told_what_is_due(run: FakeRun) -> None:
    """Once its inputs were checked."""
    run.rotate_to("overlapping")
    run.at(338)
    run.refresh()
    run.lines.clear()
    run.certificate()
    assert (
        run.lines[0] == "orders: this update looks whether any stage still presents certificate cert01 (generation 1)"
    )
