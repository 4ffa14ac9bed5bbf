"""The gate before a switch and the probe after it, over the fake gateway and a backend that is told what to do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.gateway.interface import TrialAnswer
from tests.lifecycle.conftest import API, FakeRun
from tests.lifecycle.verified import CONFIRM, VERIFY, Backend, VerifiedRun, published

if TYPE_CHECKING:
    from apigw_client_cert.gateway.interface import StageRef, TrialCall

ACM = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"


@pytest.fixture
def run(run: FakeRun) -> VerifiedRun:
    """One stage."""
    return VerifiedRun(run.gateway, stages=("prod",))


@pytest.fixture
def backend(run: VerifiedRun) -> Backend:
    """In front of it."""
    made = Backend(run)
    run.gateway.backend = made.answer
    return made


def test_old_green_and_new_green_moves_the_stage_and_says_what_proved_it(run: VerifiedRun, backend: Backend) -> None:
    """Both were tried, in one lookup; evidence and instant are outputs, and the next diff is quiet."""
    first, second = published(run, verify=VERIFY)
    run.binding("prod")
    assert backend.tried == [second, first]
    state = run.state["prod"]
    assert run.presented("prod") == second == state["verifiedClientCertificateId"]
    assert state["evidence"] == {"testInvoke": {"status": 200, "proof": "fingerprint"}}
    assert state["verifiedAt"] == state["presentedSince"] == "2027-02-02T10:00:00Z"
    calls = len(run.gateway.calls)
    run.binding("prod")
    assert len(run.gateway.calls) == calls


def test_the_trap_is_caught_before_the_switch_and_the_error_mends_it(run: VerifiedRun, backend: Backend) -> None:
    """Old green and new red: the stage stays, and the setup lines for nginx are in the message."""
    first, second = published(run, verify=VERIFY)
    backend.accepts = {first}
    with pytest.raises(errors.NotVerified) as refused:
        run.binding("prod")
    said = str(refused.value)
    assert f"answers 200 to {first}, but 403 to {second} (GET /health by TestInvokeMethod)" in said
    assert "same-subject trap" in said
    assert 'content="nginx"' in said
    assert "ssl_verify_client optional_no_ca;" in said
    assert run.presented("prod") == first
    assert not run.gateway.called("bind")[1:]


@pytest.mark.parametrize(
    ("kind", "trapped", "remedy"),
    [("go", 0, 'content="go"'), ("stunnel", 1, "no setting"), (None, 1, "apigw_client_cert.docs backends")],
)
def test_what_mends_a_refusal_depends_on_the_server(
    run: VerifiedRun, backend: Backend, kind: str | None, trapped: int, remedy: str
) -> None:
    """The trap is OpenSSL's and BoringSSL's."""
    first, _second = published(run, verify={"resource": "/health", **({"backend": kind} if kind else {})})
    backend.accepts = {first}
    with pytest.raises(errors.NotVerified) as refused:
        run.binding("prod")
    assert str(refused.value).count("same-subject trap") == trapped
    assert remedy in str(refused.value)


@pytest.mark.parametrize(
    ("echoes", "says"),
    [
        ("nothing", "names no certificate: one-way TLS, or no echo"),
        ("c3" * 32, "but says that it saw c3c3c3c3c3c3c3c3…"),
        ("new", "so its echo proves nothing"),
    ],
)
def test_an_answer_without_an_honest_echo_is_no_proof(
    run: VerifiedRun, backend: Backend, echoes: str, says: str
) -> None:
    """A backend that accepts everyone, that echoes a constant, that happens to echo the right constant."""
    first, second = published(run, verify=VERIFY)
    backend.echoes = backend.sha256(second) if echoes == "new" else echoes
    with pytest.raises(errors.NotVerified) as refused:
        run.binding("prod")
    assert says in str(refused.value)
    assert run.presented("prod") == first


def test_one_way_tls_is_no_proof_unless_the_status_is(run: VerifiedRun, backend: Backend) -> None:
    """A backend that asks for no certificate answers 200 to everybody."""
    first, second = published(run, verify=VERIFY)
    backend.demands, backend.echoes = False, "nothing"
    with pytest.raises(errors.NotVerified, match="one-way TLS"):
        run.binding("prod")
    assert run.presented("prod") == first
    run.binding_config = {"verify": {**VERIFY, "proof": "status"}}
    run.binding("prod")
    assert run.presented("prod") == second
    assert run.state["prod"]["evidence"] == {"testInvoke": {"status": 200, "proof": "status"}}


def test_a_backend_that_is_down_is_not_taken_for_the_trap(run: VerifiedRun, backend: Backend) -> None:
    """Both are refused: doubt, so the stage stays."""
    first, _second = published(run, verify=VERIFY)
    backend.accepts = set()
    with pytest.raises(errors.NotVerified, match="it may be down") as refused:
        run.binding("prod")
    assert "same-subject" not in str(refused.value)
    assert run.presented("prod") == first


def test_a_backend_that_dropped_the_old_one_too_early_gets_the_new_one_loudly(
    run: VerifiedRun, backend: Backend
) -> None:
    """Moving is the cure."""
    first, second = published(run, verify=VERIFY)
    backend.accepts = {second}
    run.binding("prod")
    assert run.presented("prod") == second
    assert any(f"{first} is refused already (403" in line for line in run.lines)


def test_the_first_certificate_is_bound_where_nothing_works_and_verified_by_the_next_run(
    run: VerifiedRun, backend: Backend
) -> None:
    """A backend that has not loaded its first trust refuses everybody: there is nothing to lose."""
    backend.accepts = set()
    run.binding_config = {"verify": VERIFY}
    run.up()
    assert run.presented("prod") == run.state["certificate"]["clientCertificateId"]
    assert "verifiedAt" not in run.state["prod"]
    assert any("The next run verifies it" in line for line in run.lines)
    with pytest.raises(errors.NotVerified, match="which the stage presents"):
        run.up()
    backend.accepts = None
    run.up()
    assert run.state["prod"]["verifiedAt"]
    assert not run.gateway.called("bind")[1:]


def test_a_first_certificate_that_would_break_a_working_stage_is_not_bound(run: VerifiedRun, backend: Backend) -> None:
    """It serves without one, and refuses this one."""
    backend.accepts = set()
    run.gateway.backend = lambda stage, trial, one: (
        TrialAnswer(status=200) if one is None else backend.answer(stage, trial, one)
    )
    run.binding_config = {"verify": VERIFY}
    with pytest.raises(errors.NotVerified, match="answers 200 to no certificate, but 403 to"):
        run.up()
    assert run.presented("prod") is None


def test_an_expired_certificate_keeps_no_stage_although_its_backend_refuses_both(
    run: VerifiedRun, backend: Backend
) -> None:
    """Everything expired: the fresh one is bound at once, loudly, and verified later."""
    run.up()
    run.at(400)
    backend.accepts = set()
    run.binding_config = {"verify": VERIFY}
    run.up()
    assert run.presented("prod") == run.state["certificate"]["clientCertificateId"]
    assert any("although its backend answers 403" in line for line in run.lines)


def test_a_switch_by_somebody_else_during_the_trial_is_seen_and_not_overwritten(
    run: VerifiedRun, backend: Backend
) -> None:
    """Invariant 9: between gate and PATCH."""
    _first, second = published(run, verify=VERIFY)

    def meddling(stage: StageRef, trial: TrialCall, one: str | None) -> TrialAnswer:
        run.gateway.stages[stage].client_certificate_id = ACM
        return backend.answer(stage, trial, one)

    run.gateway.backend = meddling
    with pytest.raises(errors.ConcurrentModification, match=f"switched from cert01 to the ACM certificate {ACM} while"):
        run.binding("prod")
    assert run.presented("prod") == ACM
    assert second not in {stage.client_certificate_id for stage in run.gateway.stages.values()}


def test_a_trial_that_cannot_be_made_leaves_the_stage_alone(run: VerifiedRun, backend: Backend) -> None:
    """Throttled beyond the retries: the next run tries again."""
    first, second = published(run, verify=VERIFY)
    run.gateway.fail_next("try_certificates", errors.Throttled("Throttled", means="Nothing.", remedy="Later."))
    with pytest.raises(errors.Throttled):
        run.binding("prod")
    assert run.presented("prod") == first
    run.binding("prod")
    assert run.presented("prod") == second
    assert backend.tried == [second, first]


def test_a_switch_is_confirmed_by_sightings_in_a_row(run: VerifiedRun, backend: Backend) -> None:
    """Old and new come in any order while it propagates; the first request was made before the switch."""
    first, second = published(run, confirm=CONFIRM)
    old, new = (TrialAnswer(status=200, body=backend.sha256(one)) for one in (first, second))
    run.answers = [old, old, new, old, new, new, new]
    run.binding("prod")
    assert run.presented("prod") == second
    assert run.state["prod"]["evidence"] == {"probe": {"url": CONFIRM["url"], "sightings": 3}}
    assert (len(run.probes), run.waits) == (7, [2.0] * 5)


@pytest.mark.parametrize(
    ("after", "says", "requests"),
    [
        ([TrialAnswer(status=502)], "it answers 502 instead of 200", 3),
        ([TrialAnswer(status=200)], "no answer says which certificate was seen, after 6 requests", 7),
        ([TrialAnswer(status=200, body="OLD")], "it still sees the former certificate, after 6 requests", 7),
        ([TrialAnswer(status=200, body="c3" * 32)], "it sees c3c3c3c3c3c3c3c3…, after 6 requests", 7),
    ],
)
def test_an_unconfirmed_switch_is_taken_back_and_the_run_fails(
    run: VerifiedRun, backend: Backend, after: list[TrialAnswer], says: str, requests: int
) -> None:
    """Invariant 8; two refusals in a row end it at once, and are not repeated within a lead. Then it is tried again."""
    first, second = published(run, confirm=CONFIRM)
    good = TrialAnswer(status=200, body=backend.sha256(first))
    run.answers = [good, *(replace(one, body=good.body) if one.body == "OLD" else one for one in after)]
    with pytest.raises(errors.NotVerified) as refused:
        run.binding("prod")
    assert says in str(refused.value)
    assert f"told to present {first} again" in str(refused.value)
    assert run.presented("prod") == first
    assert len(run.probes) == requests
    run.at(338)
    run.answers = [TrialAnswer(status=200, body=backend.sha256(second))]
    run.binding("prod")
    assert run.presented("prod") == second


def test_a_probe_that_does_not_get_through_is_named_before_anything_changes(run: VerifiedRun, backend: Backend) -> None:
    """Not the backend; a probe that fails already would take every switch back."""
    first, _second = published(run, confirm=CONFIRM)
    run.answers = [errors.ProbeUnreachable("The probe X got no answer (DNS)", means="It says.", remedy="Mend it.")]
    with pytest.raises(errors.ProbeUnreachable, match=rf"\(DNS\)\. It says\. The stage keeps {first}"):
        run.binding("prod")
    run.answers = [TrialAnswer(status=404)]
    with pytest.raises(errors.NotVerified, match=f"answers 404 while stage .* still presents {first}"):
        run.binding("prod")
    assert run.presented("prod") == first
    assert backend.tried == []


def test_a_probe_that_stops_getting_through_after_the_switch_is_named_and_the_stage_goes_back(
    run: VerifiedRun, backend: Backend
) -> None:
    """Nobody is sent to look at the backend for a name that does not resolve."""
    first, second = published(run, confirm=CONFIRM)
    trouble = errors.ProbeUnreachable("The probe X got no answer (DNS)", means="It says.", remedy="Mend it.")
    run.answers = [TrialAnswer(status=200, body=backend.sha256(first)), trouble]
    with pytest.raises(errors.ProbeUnreachable) as failed:
        run.binding("prod")
    assert str(failed.value) == (
        f"The probe X got no answer (DNS), after stage {API}/prod was told to present {second}. It says. The stage was"
        f" told to present {first} again. Mend it. The next run tries again."
    )
    assert run.presented("prod") == first


def test_a_switch_by_hand_is_verified_by_the_next_run(run: VerifiedRun, backend: Backend) -> None:
    """So is one whose answer was lost; where it is refused, the stage goes back to what the last good run left."""
    first, second = published(run, verify=VERIFY, confirm=CONFIRM)
    (ref,) = [one for one in run.gateway.stages if one.stage_name == "prod"]
    run.gateway.stages[ref].client_certificate_id = second
    run.answers = [TrialAnswer(status=502)]
    with pytest.raises(errors.NotVerified, match=f"The stage was told to present {first} again"):
        run.binding("prod")
    assert run.presented("prod") == first
    run.gateway.stages[ref].client_certificate_id = second
    run.answers = [TrialAnswer(status=200, body=backend.sha256(second))]
    run.binding("prod")
    assert run.state["prod"]["verifiedClientCertificateId"] == second
    assert backend.tried == [second, second]


def test_a_verification_that_is_new_or_changed_is_made_at_once(run: VerifiedRun, backend: Backend) -> None:
    """A gate that cannot pass is found on the day that it is written, not in the rotation."""
    run.up()
    (first,) = run.gateway.certificates
    backend.echoes = "nothing"
    run.binding_config = {"verify": VERIFY}
    with pytest.raises(errors.NotVerified, match="does not say which certificate it saw"):
        run.up()
    run.binding_config = {"verify": {**VERIFY, "proof": "status"}}
    run.up()
    assert run.state["prod"]["verifiedClientCertificateId"] == first
    tried = len(backend.tried)
    run.up()
    assert len(backend.tried) == tried


def test_what_was_proven_belongs_to_what_was_presented(run: VerifiedRun, backend: Backend) -> None:
    """A refresh that finds something else forgets it."""
    run.binding_config = {"verify": VERIFY}
    run.up()
    assert run.state["prod"]["verifiedAt"]
    (ref,) = [one for one in run.gateway.stages if one.stage_name == "prod"]
    run.gateway.stages[ref].client_certificate_id = None
    run.refresh()
    assert not {"verifiedAt", "verifiedClientCertificateId", "evidence"} & set(run.state["prod"])
    assert backend.tried == [run.state["certificate"]["clientCertificateId"], None]
