"""What a preview knows of the state after an update."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert.lifecycle.inputs import UNKNOWN, has_unknown
from apigw_client_cert.native.preview import after_create, after_update
from apigw_client_cert.native.resource_types import BINDING, BUNDLE, CERTIFICATE, Kind
from tests.doubles.fake_gateway import FakeGateway
from tests.lifecycle.conftest import API, FakeRun

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.fixture
def run() -> FakeRun:
    """An account with two stages that present nothing."""
    gateway = FakeGateway()
    for stage in ("dev", "prod"):
        gateway.add_stage(API, stage)
    return FakeRun(gateway)


def foreseen(run: FakeRun, kind: Kind, name: str, /, **inputs: object) -> dict[str, Any]:
    """The state after an update of one resource, which asks nothing of AWS."""
    calls = len(run.gateway.calls), [len(target.calls) for target in run.targets.values()]
    after = after_update(kind, run.state[name], {**run.inputs[name], **inputs}, run.environment)
    assert (len(run.gateway.calls), [len(target.calls) for target in run.targets.values()]) == calls
    return after


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """The properties that differ."""
    return {key for key in {*before, *after} if before.get(key) != after.get(key)}


def test_of_a_creation_only_the_inputs_are_known() -> None:
    """The region too, unless the default chain names it."""
    assert after_create(CERTIFICATE, {"name": "orders"})["region"] == UNKNOWN
    after = after_create(CERTIFICATE, {"name": "orders", "region": "eu-west-1"})
    assert (after["name"], after["region"], after["clientCertificateId"]) == ("orders", "eu-west-1", UNKNOWN)


def test_what_only_a_creation_reads_is_in_no_foreseen_state(run: FakeRun) -> None:
    """Neither after a creation nor after an update, and what is unknown in it makes nothing else unknown."""
    assert "madeFor" not in after_create(CERTIFICATE, {"name": "orders", "madeFor": UNKNOWN})
    run.up()
    assert foreseen(run, CERTIFICATE, "certificate", madeFor=UNKNOWN) == run.state["certificate"]


def test_an_adoption_that_is_asked_for_later_can_not_be_foreseen(run: FakeRun) -> None:
    """Only AWS knows who presents what; one that was adopted is remembered, and quiet."""
    run.up()
    after = foreseen(run, CERTIFICATE, "certificate", adoptClientCertificateId="theirs1")
    assert after["clientCertificateId"] == UNKNOWN
    after = foreseen(run, CERTIFICATE, "certificate", adoptClientCertificateId="cert01")
    assert after["clientCertificateId"] == "cert01"


@pytest.mark.parametrize("inputs", [{"description": "mine"}, {"tags": {"team": "a"}}, {"overlap": "4d"}])
def test_an_update_that_is_no_step_leaves_nothing_unknown(run: FakeRun, inputs: dict[str, object]) -> None:
    """So a changed description or threshold lists no binding."""
    run.up()
    after = foreseen(run, CERTIFICATE, "certificate", **inputs)
    assert not has_unknown(after)
    assert changed(run.state["certificate"], after) == set(inputs)


def test_what_an_issue_leaves_alone_is_known_and_the_new_certificate_is_not(run: FakeRun) -> None:
    """The stages keep presenting the first generation, so its id stays known."""
    run.up()
    run.at(336)
    before, after = run.state["certificate"], foreseen(run, CERTIFICATE, "certificate")
    for key in ("clientCertificateId", "expirationDate", "pemEncodedCertificate", "rotationId", "accountId"):
        assert after[key] == before[key]
    assert (after["phase"], after["highestGeneration"], after["nextAction"]) == ("published", 2, "activate")
    for key in ("pendingClientCertificateId", "trustBundlePem", "nextActionAt"):
        assert after[key] == UNKNOWN
    first, second = after["generations"]
    assert (first, second["number"], second["id"]) == (before["generations"][0], 2, UNKNOWN)
    assert after["trustedFingerprintsSha256"] == [first["sha256"], UNKNOWN]
    done, coming = after["history"]
    assert done == before["history"][0]
    known = {"step": "issue", "generation": 2, "role": "pending"}
    assert coming == {
        **dict.fromkeys(("at", "clientCertificateId", "sha256", "createdDate", "caller"), UNKNOWN),
        **known,
    }


def test_an_activation_is_shown_with_its_values(run: FakeRun) -> None:
    """Which certificate, until when, and what the stage then presents; but not the second of the run."""
    run.rotate_to("published")
    run.at(337)
    pending = run.state["certificate"]["generations"][1]
    after = foreseen(run, CERTIFICATE, "certificate")
    assert (after["clientCertificateId"], after["expirationDate"]) == (pending["id"], pending["expirationDate"])
    moved = foreseen(run, BINDING, "dev", clientCertificateId=pending["id"], generations=after["generations"])
    assert (moved["presentedClientCertificateId"], moved["presentedSince"]) == (pending["id"], UNKNOWN)


def test_what_a_scan_will_see_is_unknown(run: FakeRun) -> None:
    """A retirement may be blocked by a stage that nobody told us of."""
    run.rotate_to("overlapping")
    run.at(338)
    run.up()
    run.at(341)
    after = foreseen(run, CERTIFICATE, "certificate")
    for key in ("generations", "previousClientCertificateIds", "phase", "retirementBlockedBy"):
        assert after[key] == UNKNOWN
    assert after["clientCertificateId"] == run.state["certificate"]["clientCertificateId"]


def test_a_bundle_with_one_more_target_keeps_what_it_published(run: FakeRun) -> None:
    """Nothing that backends trust changes by it."""
    run.up()
    more = [{"type": "file", "path": "pins.txt"}, {"type": "file", "path": "more.txt"}]
    run.target(more[1])
    after = foreseen(run, BUNDLE, "bundle", targets=more)
    assert after["trustBundlePem"] == run.state["bundle"]["trustBundlePem"]
    assert set(after["digests"]) == {"file pins.txt", "file more.txt"}


def test_a_binding_to_a_foreign_certificate_is_unknown_until_somebody_looks(run: FakeRun) -> None:
    """A refusal is said by the update; the preview only knows less."""
    run.up()
    run.state["dev"]["presentedClientCertificateId"] = "foreign"
    after = foreseen(run, BINDING, "dev")
    assert after["presentedClientCertificateId"] == UNKNOWN
    assert after["region"] == run.state["dev"]["region"]


@pytest.mark.parametrize(("kind", "name"), [(CERTIFICATE, "certificate"), (BUNDLE, "bundle"), (BINDING, "dev")])
def test_with_unknown_inputs_only_what_never_changes_is_known(run: FakeRun, kind: Kind, name: str) -> None:
    """Every input in turn."""
    run.up()
    fixed = {"rotationId", "accountId", "region", "stateVersion"}
    for key in set(kind.inputs) - {*kind.creation_only, *kind.declaring}:
        after = foreseen(run, kind, name, **{key: UNKNOWN})
        assert after[key] == UNKNOWN
        if key != "publishedTo":
            assert {key for key in kind.outputs if after[key] != UNKNOWN} <= fixed


def test_unknown_targets_make_nothing_else_unknown(run: FakeRun) -> None:
    """Where they are says nothing of what they hold: the preview believes state, and the update looks."""
    run.rotate_to("published")
    run.at(337)
    run.certificate()
    run.bundle()
    moved = run.state["certificate"]["clientCertificateId"]
    for known in ({}, {"publishedTo": UNKNOWN}, {"publishedTo": {"targets": [{"type": "file", "path": UNKNOWN}]}}):
        told = {"clientCertificateId": moved, "generations": run.state["certificate"]["generations"], **known}
        after = foreseen(run, BINDING, "dev", **told)
        assert after["presentedClientCertificateId"] == moved
