"""Stages that present a certificate of ACM: shown as such, and never ours, whenever it appears."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.gateway.interface import TrialAnswer
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.ownership import ROTATION_ID
from tests.lifecycle.conftest import API, FakeRun

if TYPE_CHECKING:
    from apigw_client_cert.gateway.http_probe import ProbeCall
    from apigw_client_cert.gateway.interface import StageRef, TrialCall
    from apigw_client_cert.lifecycle.environment import Environment

ACM = "arn:aws:acm:eu-west-1:123456789012:certificate/0f1e2d3c-aaaa-bbbb-cccc-123456789012"
NAMED = f"the ACM certificate {ACM}"
# What no document shows today.
OTHER_ARN = "arn:aws:acm-next:eu-west-1:123456789012:certificate-set/7/part-2"
VERIFY = {"resource": "/health", "backend": "nginx"}
CONFIRM = {"url": "https://orders.example.com/health", "attempts": 3}


@dataclass
class AcmRun(FakeRun):
    """A run with one backend, for which TestInvokeMethod takes an ACM ARN or does not, and one probe."""

    accepts: set[str] | None = None
    echoes: str = ""
    takes_arns: bool = True
    probed: TrialAnswer = field(default_factory=lambda: TrialAnswer(status=200))

    @property
    def environment(self) -> Environment:
        """The fake world, with a canned probe."""
        return replace(super().environment, probe=self._probe, pause=lambda _seconds: None)

    def answer(self, _stage: StageRef, _trial: TrialCall, certificate_id: str | None) -> TrialAnswer:
        """As AWS and the backend behind it would."""
        if certificate_id == ACM and not self.takes_arns:
            raise errors.BadInput("GET cannot be tried: NotFound", means="Nothing.", remedy="Correct it.")
        if self.accepts is not None and certificate_id not in self.accepts:
            return TrialAnswer(status=403)
        return TrialAnswer(status=200, body=self.echoes or self.sha256(certificate_id))

    def sha256(self, certificate_id: str | None) -> str:
        """The fingerprint of a generation in state; some other for ACM's."""
        found = {one["id"]: one["sha256"] for one in self.state["certificate"]["generations"]}
        return str(found.get(certificate_id or "", "ac" * 32))

    def show(self, stage: str, certificate_id: str | None) -> None:
        """Somebody lets a stage present this."""
        (ref,) = [ref for ref in self.gateway.stages if ref.stage_name == stage]
        self.gateway.stages[ref].client_certificate_id = certificate_id

    def _probe(self, _call: ProbeCall) -> TrialAnswer:
        return self.probed


@pytest.fixture
def run(run: FakeRun) -> AcmRun:
    """Two stages."""
    made = AcmRun(run.gateway)
    made.gateway.backend = made.answer
    return made


def taking_over(run: AcmRun, **config: object) -> tuple[str, str]:
    """Day 337: generation 2 is active, dev presents ACM's, and its binding may take it over."""
    run.stages = ("dev",)
    run.rotate_to("published")
    run.show("dev", ACM)
    run.binding_config = {"takeOver": True, **config}
    run.at(337)
    run.certificate()
    run.bundle()
    first, second = (one["id"] for one in run.state["certificate"]["generations"])
    return first, second


@pytest.mark.parametrize("refreshed", [True, False])
def test_an_acm_certificate_that_appears_in_mid_rotation_is_kept_and_the_rotation_goes_on(
    run: AcmRun, *, refreshed: bool
) -> None:
    """Invariants 4 and 9: the stage is refused by name in every run; the others move, and the old one is retired."""
    run.rotate_to("published")
    run.show("prod", ACM)
    for day in (337, 338, 341):
        run.at(day)
        if refreshed:
            run.refresh()
        with pytest.raises(errors.StageTaken) as refused:
            run.up()
        assert str(refused.value) == (
            f"Stage {API}/prod presents {NAMED}. The stage was left as it is. ACM renews it without us."
            " Leave the stage to ACM and remove this binding, or set take_over=True to replace it"
            " (`python -m apigw_client_cert.docs acm` says how)."
        )
    assert (run.presented("dev"), run.presented("prod")) == ("cert02", ACM)
    assert run.state["certificate"]["phase"] == "steady"
    assert list(run.gateway.certificates) == ["cert02"]
    assert [call for call in run.gateway.calls if ACM in call.subject] == []
    # What the refusal advises: the stage is left to ACM, and nothing takes it away.
    run.begin()
    binding.delete(run.state.pop("prod"), run.environment)
    run.stages = ("dev",)
    run.up()
    assert run.presented("prod") == ACM


def test_an_acm_certificate_that_goes_again_in_mid_rotation_leaves_the_stage_where_it_was(run: AcmRun) -> None:
    """Put back by hand to the generation before: it moves on from there."""
    run.rotate_to("published")
    run.show("prod", ACM)
    run.at(337)
    with pytest.raises(errors.StageTaken):
        run.up()
    run.show("prod", "cert01")
    run.at(338)
    run.refresh()
    run.up()
    assert run.presented("prod") == "cert02"


def test_a_refresh_and_the_diff_behind_it_call_it_an_acm_certificate(run: AcmRun) -> None:
    """It was another tool; nothing says that it is ours, or due."""
    run.up()
    run.show("dev", ACM)
    run.lines.clear()
    run.refresh()
    assert run.lines == [f"stage {API}/dev was switched from cert01 to {NAMED} by another tool"]
    difference = binding.diff(run.state["dev"], run.inputs["dev"], run.environment)
    assert difference.changes
    assert (difference.line or "").startswith(f"stage {API}/dev presents {NAMED} and should present cert01")
    run.show("dev", "cert01")
    run.lines.clear()
    run.begin()
    run.refresh()
    assert run.lines[0].startswith(f"stage {API}/dev was switched from {NAMED} to cert01 by hand")


def test_an_arn_of_a_form_that_nobody_has_seen_is_not_taken_for_a_certificate_that_is_gone(run: AcmRun) -> None:
    """What is gone is replaced at once; this one may be alive."""
    run.show("dev", OTHER_ARN)
    with pytest.raises(errors.StageTaken, match="presents the ACM certificate arn:aws:acm-next"):
        run.up()
    assert run.presented("dev") == OTHER_ARN
    assert run.gateway.called("get") == []


def test_a_takeover_waits_for_the_lead_in_the_same_words(run: AcmRun) -> None:
    """Invariant 1 holds for a certificate whose expiry nobody knows."""
    run.stages = ("dev",)
    run.show("dev", ACM)
    run.binding_config["takeOver"] = True
    run.up()
    assert any(line.startswith(f"stage {API}/dev keeps {NAMED} until 2026-03-03T07:36:00Z: ") for line in run.lines)
    assert run.presented("dev") == ACM
    run.at(1)
    run.up()
    assert run.presented("dev") == "cert01"


@pytest.mark.parametrize("takes_arns", [True, False])
def test_a_verified_takeover_works_whether_or_not_testinvokemethod_takes_an_arn(
    run: AcmRun, *, takes_arns: bool
) -> None:
    """AWS does not document it; the new certificate has to be proven all the same."""
    run.takes_arns = takes_arns
    _first, second = taking_over(run, verify=VERIFY)
    run.binding("dev")
    assert run.presented("dev") == second
    assert run.state["dev"]["evidence"] == {"testInvoke": {"status": 200, "proof": "fingerprint"}}


@pytest.mark.parametrize(
    ("takes_arns", "says"),
    [
        (True, f"answers 200 to {NAMED}, but 403 to cert02"),
        (False, "answers 403 to cert02, and TestInvokeMethod takes no ACM certificate to compare"),
    ],
)
def test_a_stage_does_not_leave_acm_for_a_certificate_that_its_backend_refuses(
    run: AcmRun, says: str, *, takes_arns: bool
) -> None:
    """Invariant 8; a certificate that could not be tried is alive, and two subjects make no same-subject trap."""
    run.takes_arns = takes_arns
    run.accepts = {ACM}
    taking_over(run, verify=VERIFY)
    with pytest.raises(errors.NotVerified) as refused:
        run.binding("dev")
    assert says in str(refused.value)
    assert f"he stage keeps {NAMED}." in str(refused.value)
    assert "same-subject" not in str(refused.value)
    assert run.presented("dev") == ACM


def test_an_echo_that_names_the_new_certificate_when_acms_was_presented_is_a_constant(run: AcmRun) -> None:
    """Its own fingerprint is not known, but it is not that one."""
    _first, second = taking_over(run, verify=VERIFY)
    run.echoes = run.sha256(second)
    with pytest.raises(errors.NotVerified, match=f"when {NAMED} was presented to it, so its echo proves nothing"):
        run.binding("dev")
    assert run.presented("dev") == ACM


def test_a_takeover_that_is_not_confirmed_goes_back_to_the_acm_certificate(run: AcmRun) -> None:
    """The way back is the same PATCH with the ARN."""
    taking_over(run, confirm=CONFIRM)
    with pytest.raises(errors.NotVerified, match=f"The stage was told to present {NAMED} again"):
        run.binding("dev")
    assert run.presented("dev") == ACM


def test_a_certificate_is_retired_although_a_stage_left_it_for_acm(run: AcmRun) -> None:
    """The in-use scan looks for our ids; an ARN is nobody of ours."""
    run.rotate_to("overlapping")
    run.show("prod", ACM)
    run.stages = ("dev",)
    for day in (338, 341):
        run.at(day)
        run.up()
    assert [one.tags[ROTATION_ID] for one in run.gateway.certificates.values()] == [run.rotation_id]
    assert run.state["certificate"]["retirementBlockedBy"] == []
