"""A stage that AWS does not find: gone where this is its account, and not to be told where nothing says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apigw_client_cert.lifecycle.binding.outputs import known_generations
from apigw_client_cert.lifecycle.inputs import known
from apigw_client_cert.lifecycle.proof import FORGET, Proof

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_client_cert.gateway.interface import Gateway, StageRef


def guard_gone(gateway: Gateway, props: Mapping[str, Any], stage: StageRef) -> None:
    """Raise ``NotProven`` where neither STS nor a certificate of the binding's rotation proves the account.

    An API's id is in one account: a stage that is found needs no proof.
    """
    named = (known(props, key) for key in ("clientCertificateId", "setClientCertificateId"))
    proof = Proof(
        gateway=gateway,
        account_id=known(props, "accountId"),
        rotation_ids=(),
        ids={*known_generations(props), *(str(one) for one in named if one)},
    )
    proof.guard(missing=f"stage {stage}", otherwise=FORGET)
