"""TrustBundle as a program declares it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pulumi
from pulumi.dynamic import Resource

from apigw_client_cert.lifecycle.failed_step import FAILED_STEP
from apigw_client_cert.program.arguments import made_of_kinds
from apigw_client_cert.program.claims import owner_of
from apigw_client_cert.program.failed_steps import raise_at_last
from apigw_client_cert.program.places import Aws
from apigw_client_cert.program.properties import Registering, declared, known_output, output, together
from apigw_client_cert.program.shared import SharedCertificate
from apigw_client_cert.resources import TrustBundleProvider

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apigw_client_cert.program.certificate import CertificateDeclaration
    from apigw_client_cert.program.places import Target


#: What the properties below read, and what ``published_to`` is put together from.
OUTPUTS: Final = (
    "accountId",
    FAILED_STEP,
    "fingerprintsSha256",
    "keptFor",
    "publishedSince",
    "region",
    "stateVersion",
    "trustBundlePem",
)


@made_of_kinds("TrustBundle")
class BundleDeclaration(Registering):
    """What backends must trust, written to places that they read, whichever host serves it.

    Args:
        resource_name: The Pulumi name.
        certificates: Whose generations to publish: resources, or other stacks' ``SharedCertificate``.
        targets: Where, and in which form.
        published_by: What publishes instead of targets, or beside them: the bundle depends on these resources, and
            dates what they did.
        also_trust: PEMs of other certificates that the same readers must keep trusting, one each.
        withdraw: PEMs that are in ``also_trust`` no more and leave although no look finds where they live: another
            region's or account's, or deleted. What a stage is seen to present stays all the same.
        take_over: Replace what a target holds when this bundle first takes it, or when this is switched on anew.
        aws: Where SSM, S3 and Secrets Manager are; the first certificate's by default.
        opts: Pulumi's resource options.
    """

    def __init__(  # noqa: PLR0913 - one keyword per documented input
        self,
        resource_name: str,
        *,
        certificates: Sequence[CertificateDeclaration | SharedCertificate],
        targets: Sequence[Target] = (),
        published_by: Sequence[pulumi.Resource] = (),
        also_trust: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        withdraw: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        take_over: bool | None = None,
        aws: Aws | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        self.aws = aws or (certificates[0].aws if certificates else Aws())
        self._targets = [target.properties() for target in targets]
        self._rotation_ids = [certificate.rotation_id for certificate in certificates]
        self._published_to: pulumi.Output[dict[str, Any]] | None = None
        rotations = [_rotation(certificate) for certificate in certificates]
        by_others: dict[str, Any] = {}
        if published_by:
            opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=list(published_by)))
            by_others = _by_others(published_by, rotations)
        props = {
            "name": resource_name,
            "rotations": rotations,
            "targets": self._targets,
            **by_others,
            "alsoTrust": also_trust,
            "withdraw": withdraw,
            "takeOver": take_over,
            **self.aws.properties(),
        }
        self._register(resource_name, declared(props, OUTPUTS), opts)

    @property
    def trust_bundle_pem(self) -> pulumi.Output[str]:
        """What is published, as PEM."""
        return output(self, "trustBundlePem")

    @property
    def fingerprints_sha256(self) -> pulumi.Output[list[str]]:
        """What is published, as fingerprints."""
        return output(self, "fingerprintsSha256")

    @property
    def kept_for(self) -> pulumi.Output[dict[str, list[str]]]:
        """Fingerprint -> the stages for which it stays trusted although no input asks for it any more."""
        return output(self, "keptFor")

    @property
    def published_since(self) -> pulumi.Output[dict[str, str]]:
        """Fingerprint -> since when every target holds it without a break; RFC 3339."""
        return output(self, "publishedSince")

    @property
    def published_to(self) -> pulumi.Output[dict[str, Any]]:
        """Where it publishes and as whom, for a binding's look: ``targets``, connection and ``accountId``."""
        # One for all bindings: each would make ten more.
        if self._published_to is None:
            ways = {**self.aws.properties(), "region": known_output(self, "region")}
            account_id = known_output(self, "accountId")
            told = {"targets": self._targets, "rotationIds": self._rotation_ids, **ways, "accountId": account_id}
            self._published_to = together(told)
        return self._published_to


def _rotation(certificate: CertificateDeclaration | SharedCertificate) -> dict[str, Any]:
    """What the bundle is told of a certificate; ``connection`` is how to see who presents its generations."""
    told: dict[str, Any] = {
        "rotationId": certificate.rotation_id,
        "clientCertificateId": certificate.client_certificate_id,
    }
    if isinstance(certificate, SharedCertificate):
        generations = certificate.complete_generations
        place = {"region": certificate.region, "accountId": certificate.account_id}
        overlap = certificate.overlap
        told["shared"] = True
    else:
        generations = certificate.generations
        place = {key: known_output(certificate, key) for key in ("region", "accountId")}
        overlap = known_output(certificate, "overlap")
    connection = together({**certificate.aws.properties(), **place})
    return {**told, "generations": generations, "connection": connection, "overlap": overlap}


def _by_others(published_by: Sequence[pulumi.Resource], rotations: Sequence[dict[str, Any]]) -> dict[str, Any]:
    from apigw_client_cert.program.publishers import identity_of, unpublished  # noqa: PLC0415 - few programs need it

    return {
        "publishedBy": [identity_of(one) for one in published_by],
        "unpublished": unpublished(published_by, [one["generations"] for one in rotations]),
    }


class TrustBundle(BundleDeclaration, Resource, module="apigw", name="TrustBundle"):
    """What backends must trust, written to places that they read; the dynamic resource.

    Arguments and outputs: ``BundleDeclaration``.
    """

    def _register(self, name: str, props: dict[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        owner = owner_of(name, "pulumi-python:dynamic/apigw:TrustBundle", opts)
        Resource.__init__(self, TrustBundleProvider(), name, {**props, "owner": owner}, opts)
        raise_at_last(self)
