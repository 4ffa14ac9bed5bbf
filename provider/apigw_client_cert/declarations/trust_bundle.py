"""TrustBundle as a program declares it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.dynamic import Resource

from apigw_client_cert.declarations.claims import owner_of
from apigw_client_cert.declarations.properties import Registering, declared, output
from apigw_client_cert.lifecycle.bundle_state import OUTPUTS
from apigw_client_cert.places import Aws
from apigw_client_cert.resources import TrustBundleProvider

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

    from apigw_client_cert.declarations.certificate import CertificateDeclaration
    from apigw_client_cert.places import Target


class BundleDeclaration(Registering):
    """What backends must trust, written to places that they read, whichever door serves it.

    Args:
        resource_name: The Pulumi name.
        certificates: Whose generations to publish.
        targets: Where, and in which form.
        also_trust: PEMs of other certificates that the same readers must keep trusting, one each.
        take_over: Replace what a target holds already.
        aws: Where SSM, S3 and Secrets Manager are; the first certificate's by default.
        opts: Pulumi's resource options.
    """

    def __init__(  # noqa: PLR0913 - one keyword per documented input
        self,
        resource_name: str,
        *,
        certificates: Sequence[CertificateDeclaration],
        targets: Sequence[Target],
        also_trust: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        take_over: bool | None = None,
        aws: Aws | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        self.aws = aws or (certificates[0].aws if certificates else Aws())
        props = {
            "name": resource_name,
            "rotations": [
                {
                    "rotationId": certificate.rotation_id,
                    "clientCertificateId": certificate.client_certificate_id,
                    "generations": certificate.generations,
                }
                for certificate in certificates
            ],
            "targets": [target.properties() for target in targets],
            "alsoTrust": also_trust,
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
    def published_since(self) -> pulumi.Output[dict[str, str]]:
        """Fingerprint -> since when every target holds it without a break; RFC 3339."""
        return output(self, "publishedSince")


class TrustBundle(BundleDeclaration, Resource, module="apigw", name="TrustBundle"):
    """What backends must trust, written to places that they read; the dynamic resource.

    Arguments and outputs: ``BundleDeclaration``.
    """

    def _register(self, name: str, props: dict[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        owner = owner_of(name, "pulumi-python:dynamic/apigw:TrustBundle", opts)
        Resource.__init__(self, TrustBundleProvider(), name, {**props, "owner": owner}, opts)
