"""A certificate that another stack declares, as its stack output tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pulumi

from apigw_client_cert.errors import BadInput
from apigw_client_cert.places import Aws

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_REQUIRED: Final = ("clientCertificateId", "rotationId", "generations")
#: The policy that bindings follow; as the certificate's stack has it, left out where that leaves it out.
POLICY: Final = ("publishLead", "activateBy", "rotateBefore")


class SharedCertificate:
    """What ``certificate=`` of a ``StageBinding`` takes in a stack that does not declare the certificate itself.

    Args:
        output: The other stack's output: ``certificate.shared(trust_bundle)`` there, and here
            ``pulumi.StackReference(…).require_output(…)``. Plain JSON; docs/resources.md lists what is in it.
        aws: Where the stages are; boto3's default chain for what is left out. The certificate must be there, too:
            API Gateway knows a client certificate in its own account and region only. Not checked before the switch.

    What the output holds is checked when it is known: anything else raises ``BadInput``.
    """

    def __init__(self, output: pulumi.Input[Mapping[str, Any]], *, aws: Aws | None = None) -> None:
        self._output = pulumi.Output.from_input(output).apply(_checked)
        self.aws = aws or Aws()
        self.binding_policy = {key: self._part(key) for key in POLICY}

    @property
    def client_certificate_id(self) -> pulumi.Output[str]:
        """The certificate that stages may present now."""
        return self._part("clientCertificateId")

    @property
    def rotation_id(self) -> pulumi.Output[str]:
        """Who owns the generations."""
        return self._part("rotationId")

    @property
    def generations(self) -> pulumi.Output[list[dict[str, Any]]]:
        """Every generation that is still needed, by number: what ``identified`` keeps of each."""
        return self._part("generations")

    @property
    def published_since(self) -> pulumi.Output[dict[str, str] | None]:
        """Fingerprint -> since when every target holds it; None where the other stack has no trust bundle."""
        return self._part("publishedSince")

    def _part(self, key: str) -> pulumi.Output[Any]:
        return self._output.apply(lambda found: found.get(key))


def identified(generations: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What a binding needs of each generation, and no PEM."""
    kept = ("id", "number", "sha256", "expirationDate", "pendingSince")
    return [{key: one[key] for key in kept if key in one} for one in generations]


def _checked(output: object) -> dict[str, Any]:
    if isinstance(output, dict) and all(output.get(key) for key in _REQUIRED):
        return output
    raise BadInput(
        "SharedCertificate was given something else than a shared certificate",
        means="Nothing was changed.",
        remedy="Export certificate.shared(trust_bundle) in the stack that declares the certificate, run that stack, and"
        " hand on StackReference(…).require_output(…) of that name.",
    )
