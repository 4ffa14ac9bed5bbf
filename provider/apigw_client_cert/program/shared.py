"""A certificate that another stack declares, as its stack output tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pulumi

from apigw_client_cert.errors import BadInput
from apigw_client_cert.program.arguments import BadArgument, made_of_kinds
from apigw_client_cert.program.places import Aws
from apigw_client_cert.trust.pem import sha1_of_text, split_pem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apigw_client_cert.program.trust_bundle import BundleDeclaration

_REQUIRED: Final = ("clientCertificateId", "rotationId", "generations")
#: The policy that bindings follow; as the certificate's stack has it, left out where that leaves it out.
POLICY: Final = ("publishLead", "activateBy", "rotateBefore")


@made_of_kinds("SharedCertificate")
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
        self.identified_generations = self.generations.apply(identified)

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
        """Every generation that is still needed, by number."""
        return self._part("generations")

    @property
    def complete_generations(self) -> pulumi.Output[list[dict[str, Any]]]:
        """The same, with all that a ``TrustBundle`` needs; ``BadInput`` for what an older release exported."""
        return self.generations.apply(_complete)

    @property
    def published_since(self) -> pulumi.Output[dict[str, str] | None]:
        """Fingerprint -> since when every target holds it; ``BadInput`` where the other stack gave no trust bundle."""
        return self._output.apply(_published_since)

    @property
    def published_to(self) -> pulumi.Output[dict[str, Any] | None]:
        """Where the other stack's bundle publishes; None where an older release exported it."""
        return self._part("publishedTo")

    @property
    def region(self) -> pulumi.Output[str | None]:
        """Where the certificate lives."""
        return self._part("region")

    @property
    def account_id(self) -> pulumi.Output[str | None]:
        """Whose account it is."""
        return self._part("accountId")

    @property
    def overlap(self) -> pulumi.Output[str | None]:
        """The certificate's ``overlap``, None where it is left out."""
        return self._part("overlap")

    def _part(self, key: str) -> pulumi.Output[Any]:
        return self._output.apply(lambda found: found.get(key))


def place_of(trust_bundle: BundleDeclaration) -> pulumi.Output[dict[str, Any]]:
    """Where a bundle publishes, as another stack may know it: profile, role and endpoint are each stack's own."""
    kept = ("targets", "rotationIds", "region", "accountId")
    return trust_bundle.published_to.apply(lambda told: {key: told[key] for key in kept if key in told})


def identified(generations: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What a binding needs of each generation: its role, what targets may name it by, and no PEM."""
    kept = ("id", "number", "role", "sha256", "sha1", "pemSha1", "expirationDate", "pendingSince")
    return [{key: told[key] for key in kept if key in told} for told in map(_with_text_digest, generations)]


def _with_text_digest(generation: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        blocks = split_pem(generation.get("pem") or "")
    except BadInput as error:
        raise BadArgument(error.what, means=error.means, remedy=error.remedy, subject=error.subject) from None
    return {**generation, "pemSha1": sha1_of_text(blocks[0])} if blocks else generation


def _complete(generations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if all(_of_this_release(one) for one in generations):
        return generations
    raise BadArgument(
        "TrustBundle was given a SharedCertificate that an older release exported, which holds no certificates",
        means="The bundle was not registered.",
        remedy="Upgrade apigw-client-cert in the stack that exports certificate.shared(…), and run that stack first.",
    )


def _published_since(found: Mapping[str, Any]) -> dict[str, str] | None:
    since: dict[str, str] | None = found.get("publishedSince")
    # What an older release exported keeps its meaning: the generation's own pendingSince counts.
    if since is not None or not any(map(_of_this_release, found["generations"])):
        return since
    raise BadArgument(
        "StageBinding was given a SharedCertificate without the bundle that publishes it",
        means="The stage could be moved seconds after the first publication; the binding was not registered.",
        remedy="Export certificate.shared(trust_bundle) with the bundle there; or publish it here, with"
        " bundle = TrustBundle(…, certificates=[shared]), and give trust_bundle=bundle to the binding.",
    )


def _of_this_release(generation: Mapping[str, Any]) -> bool:
    return "role" in generation


def _checked(output: object) -> dict[str, Any]:
    if isinstance(output, dict) and all(output.get(key) for key in _REQUIRED):
        return output
    raise BadArgument(
        "SharedCertificate was given something else than a shared certificate",
        means="What was to use it was not registered.",
        remedy="Export certificate.shared(trust_bundle) in the stack that declares the certificate, run that stack, and"
        " hand on StackReference(…).require_output(…) of that name.",
    )
