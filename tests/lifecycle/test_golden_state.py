"""State of every release is read, shows no change by itself, and is carried on (invariant 11)."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from apigw_client_cert import errors
from apigw_client_cert.clock import parse_instant
from apigw_client_cert.gateway.interface import IssuedCertificate, TrialAnswer
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.ownership import GENERATION, ROTATION_ID
from apigw_client_cert.lifecycle.trust_bundle import crud as trust_bundle
from tests.doubles.fake_gateway import FakeGateway
from tests.doubles.fake_target import FakeTarget
from tests.lifecycle.conftest import API, FakeRun, wire
from tests.lifecycle.golden.__main__ import ROLLOUT

GOLDEN = sorted((Path(__file__).parent / "golden").glob("state-v*.json"))
CASES = [(file.name, phase) for file in GOLDEN for phase in json.loads(file.read_text())]
MODULES: dict[str, Any] = {"certificate": certificate, "bundle": trust_bundle, "dev": binding}


@pytest.fixture
def restored(request: pytest.FixtureRequest) -> FakeRun:
    """The account and the stack as they were when the state was written."""
    name, phase = request.param
    saved = json.loads((Path(__file__).parent / "golden" / name).read_text())[phase]
    gateway = FakeGateway()
    gateway.backend = lambda *_what: TrialAnswer(status=200)
    gateway.add_stage(API, "dev", saved["state"]["dev"]["presentedClientCertificateId"])
    made = saved["state"]["certificate"]
    for one in made["generations"]:
        gateway.certificates[one["id"]] = IssuedCertificate(
            id=one["id"],
            pem=one["pem"],
            created_date=parse_instant(one["createdDate"]),
            expiration_date=parse_instant(one["expirationDate"]),
            tags={ROTATION_ID: made["rotationId"], GENERATION: str(int(one["number"]))},
        )
    asked = {key: saved["inputs"]["dev"][key] for key in ROLLOUT if key in saved["inputs"]["dev"]}
    run = FakeRun(gateway, stages=("dev",), state=saved["state"], inputs=saved["inputs"], binding_config=asked)
    run.at(saved["day"])
    run.targets["pins.txt"] = FakeTarget("file pins.txt", saved["state"]["bundle"]["trustBundlePem"])
    return run


def goes_on_to_its_end(restored: FakeRun) -> None:
    """Daily runs through the rest of a rotation, and then the deletion."""
    restored.binding_config.pop("after", None)  # the wave before is gone, and holds nobody
    start = (restored.now - FakeRun.now).days
    for day in range(max(start, 336), max(start, 336) + 8):
        restored.at(day)
        restored.up()
    assert restored.state["certificate"]["phase"] == "steady"
    assert restored.state["certificate"]["generation"] == 2
    restored.begin()
    for name in ("dev", "bundle", "certificate"):
        MODULES[name].delete(restored.state[name], restored.environment)
    assert restored.gateway.certificates == {}


def test_there_is_a_golden_state_for_every_phase() -> None:
    """The cases below are not empty by accident."""
    assert {phase for _name, phase in CASES} >= {"steady", "published", "overlapping"}


@pytest.mark.parametrize("restored", CASES, indirect=True)
def test_the_package_alone_shows_no_change(restored: FakeRun) -> None:
    """At the instant that the state was written, only a step that was due then is a change."""
    due = restored.state["certificate"]["phase"] == "overlapping"  # the first look is due with the next run
    for name, module in MODULES.items():
        difference = module.diff(restored.state[name], restored.inputs[name], restored.environment)
        assert difference.changes is (due and name == "certificate"), name


@pytest.mark.parametrize("restored", CASES, indirect=True)
@pytest.mark.parametrize("adopted", ["one of the generations", "one that was retired"])
def test_what_an_older_release_adopted_at_creation_is_not_adopted_again(restored: FakeRun, adopted: str) -> None:
    """It kept no memory of it but the echo of the input; this one's component says what it is made for besides."""
    state, inputs = restored.state["certificate"], restored.inputs["certificate"]
    named = state["clientCertificateId"] if adopted == "one of the generations" else "retired1"
    before = certificate.diff(state, inputs, restored.environment)
    for one in (state, inputs):
        one["adoptClientCertificateId"] = named
    news = {**inputs, "madeFor": {"stages": [{"apiId": API, "stageName": "dev"}]}}
    assert certificate.diff(state, news, restored.environment) == before
    after = certificate.update(state, news, restored.environment)
    assert after["clientCertificateId"] == state["clientCertificateId"]
    assert after["adoptedClientCertificateId"] == named
    assert not [line for line in restored.lines if "adopt" in line]


@pytest.mark.parametrize("restored", CASES, indirect=True)
def test_a_state_without_its_generations_is_read_and_goes_on(restored: FakeRun) -> None:
    """A hand, or another tool, took them out: they are found in AWS, and the rotation ends as any other."""
    del restored.state["certificate"]["generations"]
    restored.certificate()
    goes_on_to_its_end(restored)


@pytest.mark.parametrize("restored", CASES, indirect=True)
def test_a_refresh_keeps_every_property(restored: FakeRun) -> None:
    """Read writes the state of today: what was there is there, with the same values but for the next step's time."""
    before = json.loads(json.dumps(restored.state))
    restored.refresh()
    for name, state in before.items():
        after = restored.state[name]
        changed = {key for key, value in state.items() if after.get(key) != value}
        assert changed <= {"nextActionAt"}, name


@pytest.mark.parametrize("restored", CASES, indirect=True)
def test_the_rotation_goes_on_to_its_end(restored: FakeRun) -> None:
    """Update carries old state through the rest of a rotation, and delete takes it away."""
    goes_on_to_its_end(restored)


@pytest.mark.parametrize("restored", CASES, indirect=True)
def test_no_output_was_dropped_since(restored: FakeRun) -> None:
    """Dependents read these: a release may add properties, never lose one."""
    for name, module in MODULES.items():
        old = set(restored.state[name])
        new = set(wire(module.update(restored.state[name], restored.inputs[name], restored.environment)))
        missing = {key for key in old - new if not key.startswith(("pending", "retirementBlocked"))}
        assert missing == set(), name


@pytest.mark.parametrize("restored", CASES, indirect=True)
def test_a_recorded_failure_survives_a_refresh_and_goes_with_the_next_update(restored: FakeRun) -> None:
    """``failedStep`` is the one output that no golden file holds: it is absent where nothing failed."""
    recorded = {"step": "issue", "since": "2027-01-02T10:00:00Z", "message": "The quota is used up."}
    for name in ("certificate", "dev"):
        assert "failedStep" not in restored.state[name]
        restored.state[name]["failedStep"] = recorded
    restored.refresh()
    for name in ("certificate", "dev"):
        assert restored.state[name]["failedStep"] == recorded
        assert MODULES[name].diff(restored.state[name], restored.inputs[name], restored.environment).changes
    restored.certificate()
    restored.state["dev"] = wire(binding.update(restored.state["dev"], restored.inputs["dev"], restored.environment))
    assert not [name for name in ("certificate", "dev") if "failedStep" in restored.state[name]]


@pytest.mark.parametrize("restored", CASES, indirect=True)
def test_a_target_that_failed_is_in_state_until_it_does_not(restored: FakeRun) -> None:
    """What says so is in no golden file: it is absent where nothing failed."""
    bundle, target = restored.state["bundle"], restored.targets["pins.txt"]
    assert not {"failedStep", "foundDigests", "unreadTargets"} & set(bundle)
    denied = errors.AccessDenied("permission denied", means="", remedy="")
    target.fail_next("read", denied)
    restored.refresh()
    assert restored.state["bundle"]["unreadTargets"] == {"file pins.txt": "permission denied"}
    target.content = ""
    target.fail_next("write", denied)
    restored.certificate()
    with pytest.raises(errors.AccessDenied):
        restored.bundle()
    bundle = restored.state["bundle"]
    assert bundle["failedStep"]["step"] == "publish"
    assert bundle["foundDigests"] == {"file pins.txt": hashlib.sha256(b"").hexdigest()}
    assert set(bundle["digests"]) == {"file pins.txt"}
    restored.begin()
    restored.bundle()
    assert not {"failedStep", "foundDigests", "unreadTargets"} & set(restored.state["bundle"])
    assert restored.state["bundle"]["driftedTargets"] == []


@pytest.mark.parametrize("restored", CASES, indirect=True)
def test_what_was_refused_and_taken_over_survives_a_refresh_and_goes_with_the_next_confirmation(
    restored: FakeRun,
) -> None:
    """No golden file holds them either: they are absent where every switch was confirmed."""
    presented = restored.state["dev"]["presentedClientCertificateId"]
    left = {
        "lastRefused": {
            "clientCertificateId": presented,
            "at": "2027-01-02T10:00:00Z",
            "because": "It answers 403.",
            "times": 1.0,
            "asked": "5" * 64,
        },
        "takenOverClientCertificateId": "theirs1",
    }
    assert not left.keys() & restored.state["dev"].keys()
    restored.state["dev"].update(left)
    restored.refresh()
    assert {key: restored.state["dev"][key] for key in left} == left
    restored.state["dev"] = wire(binding.update(restored.state["dev"], restored.inputs["dev"], restored.environment))
    assert not left.keys() & restored.state["dev"].keys()
