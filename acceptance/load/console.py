"""A rotation by single API calls, as a person or another tool makes them: in any order, the wrong ones included."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from acceptance.load import clock as wall
from acceptance.load.observed import NEW, OLD
from acceptance.load.site import STAGES
from apigw_client_cert.trust.contents import render
from apigw_client_cert.trust.x509 import trusted_certificate
from apigw_sandbox.behaviour import InUseDeletion

if TYPE_CHECKING:
    from acceptance.load.site import Site
    from apigw_client_cert.rotation.model import TrustedCertificate


class RotationByHand:
    """The calls on a site's certificates, which are called old and new.

    AWS may refuse to delete a certificate in use (docs/aws.md §3.1). Nobody has seen it do so; here it
    does not, which is the worse case.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.plan = site.plan
        self.published = site.folder / "trust"
        self._client = site.sandbox.client("apigateway")
        self._ids: dict[str, str] = {}
        self._trusted: dict[str, TrustedCertificate] = {}
        site.sandbox.change(in_use_deletion=InUseDeletion.ALLOWED)

    def begin(self) -> None:
        """The old certificate is trusted and presented, the backend runs, the load comes; for ``steady`` seconds."""
        self.generate(OLD)
        self.publish(OLD)
        self.bind(OLD, *STAGES)
        wall.wait(self.plan.propagation)
        self.site.backend.start(self.published)
        self.site.begin()
        with self.site.phase("steady"):
            wall.wait(self.plan.steady)

    def generate(self, name: str) -> None:
        """GenerateClientCertificate."""
        made = self._client.generate_client_certificate(description=name)
        self._learn(name, made["clientCertificateId"], made["pemEncodedCertificate"])

    def generate_expired(self, name: str) -> None:
        """A certificate whose year ended yesterday, as if it had been generated then."""
        sandbox = self.site.sandbox
        made = sandbox.console.generate_certificate(not_before=wall.now() - timedelta(days=366))
        self._learn(name, made, self._client.get_client_certificate(clientCertificateId=made)["pemEncodedCertificate"])

    def publish(self, *names: str) -> None:
        """Replace the file that the backend reads, by a rename."""
        text = render(self.site.backend.content, [self._trusted[name] for name in names])
        written = self.published.with_suffix(".new")
        with self.site.doing("publish", " + ".join(names)):
            written.write_text(text, encoding="utf-8")
            written.replace(self.published)

    def reload(self, label: str = "") -> None:
        """The backend reads it."""
        self.site.reload(label)

    def bind(self, name: str, *stages: str) -> None:
        """UpdateStage: these stages present this certificate."""
        for stage in stages:
            self._client.update_stage(
                restApiId=self.site.api,
                stageName=stage,
                patchOperations=[{"op": "replace", "path": "/clientCertificateId", "value": self._ids[name]}],
            )

    def delete(self, name: str) -> None:
        """DeleteClientCertificate, whoever uses it."""
        self._client.delete_client_certificate(clientCertificateId=self._ids[name])

    def introduce(self) -> None:
        """The right first half: generate, publish both, reload, and wait until backends have it."""
        self.generate(NEW)
        self.publish(OLD, NEW)
        self.reload("old + new")
        wall.wait(self.plan.lead)

    def linger(self) -> None:
        """Leave things as they are for a while, so that requests of every shape meet them."""
        wall.wait(self.plan.lead)

    def _learn(self, name: str, certificate_id: str, pem: str) -> None:
        self._ids[name] = certificate_id
        self._trusted[name] = trusted_certificate(pem)
        self.site.name_certificates()
