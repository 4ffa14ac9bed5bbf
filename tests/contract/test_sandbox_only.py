"""The real gateway at the sandbox, where the fake has nothing to compare: calls, variants of refusals, throttle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors

if TYPE_CHECKING:
    from tests.doubles.aws_environments import SandboxEnvironment


def calls(environment: SandboxEnvironment) -> list[tuple[str, str]]:
    """What reached the control plane since the last time."""
    found = [(entry.service, entry.action) for entry in environment.sandbox.journal.calls()]
    environment.sandbox.journal.clear()
    return found


@pytest.mark.parametrize(("answer", "looks"), [("bad-request", False), ("conflict", True)])
def test_either_refusal_of_a_delete_means_in_use(real: SandboxEnvironment, answer: str, looks: bool) -> None:  # noqa: FBT001 - a parametrised case
    """AWS's own answer is unknown; after a 409, which may mean somebody else, a scan says which stage it is."""
    real.sandbox.change(in_use_deletion=answer)
    stage = real.new_stage()
    issued = real.gateway.generate(description="", tags={})
    real.gateway.bind(stage, issued.id)
    calls(real)
    with pytest.raises(errors.StillInUse) as refused:
        real.gateway.delete(issued.id)
    assert (f"{issued.id} is presented by {stage}: its" in str(refused.value)) is looks
    assert [action for _service, action in calls(real) if action.startswith("Delete")] == ["DeleteClientCertificate"]


@pytest.mark.parametrize("answer", ["not-found", "bad-request"])
def test_either_refusal_of_an_unknown_certificate_names_the_certificate(real: SandboxEnvironment, answer: str) -> None:
    """AWS's own answer is unknown."""
    real.sandbox.change(unknown_certificate=answer)
    stage = real.new_stage()
    with pytest.raises(errors.BadInput) as caught:
        real.gateway.bind(stage, "zzzzzz")
    assert caught.value.subject == "zzzzzz"


def test_a_full_quota_is_asked_once(real: SandboxEnvironment) -> None:
    """Botocore's own retries would ask three times."""
    real.sandbox.change(certificate_quota=0)
    with pytest.raises(errors.QuotaExhausted):
        real.gateway.generate(description="", tags={})
    assert calls(real) == [("apigateway", "GenerateClientCertificate"), ("apigateway", "GetClientCertificates")]


def test_a_pem_with_crlf_comes_as_it_is(real: SandboxEnvironment) -> None:
    """Mending it is the trust bundle's work."""
    real.sandbox.change(pem_crlf=True, pem_final_newline=False)
    pem = real.gateway.generate(description="", tags={}).pem
    assert pem.endswith("\r\n-----END CERTIFICATE-----")
