"""The three resources as a Pulumi program declares them: inputs in snake case, outputs typed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import Resource

from apigw_client_cert.lifecycle.binding_steps import OUTPUTS as BINDING_OUTPUTS
from apigw_client_cert.lifecycle.bundle_state import OUTPUTS as BUNDLE_OUTPUTS
from apigw_client_cert.lifecycle.certificate_state import OUTPUTS as CERTIFICATE_OUTPUTS
from apigw_client_cert.places import Aws
from apigw_client_cert.resources import (
    RotatingClientCertificateProvider,
    StageBindingProvider,
    TrustBundleProvider,
)
from apigw_client_cert.rotation.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from apigw_client_cert.places import Stage, Target

Duration = pulumi.Input[str] | timedelta


class RotatingClientCertificate(Resource, module="apigw", name="RotatingClientCertificate"):
    """One logical client certificate that renews itself over scheduled runs.

    Dependents take ``client_certificate_id``, never ``id``: the id is this resource's name and never changes.

    Args:
        resource_name: The Pulumi name; also the name in the certificates' tags.
        rotate_before: A successor is issued when the newest generation has less than this to live; "30d".
        publish_lead: How long a successor is trusted before stages may present it; "24h".
        overlap: How long nobody must have presented a previous generation before it is deleted; "72h".
        activate_by: Below this remaining life of the active one, its successor waits no longer; "3d".
        jitter: Run up to this much earlier, always the same amount for one name; nothing by default.
        rotation_trigger: Any text; changing it from one value to another makes a rotation due now.
        pin_generation: Keep this generation active; freezes activation and retirement, never publishing.
        adopt_client_certificate_id: Take over this certificate instead of generating one; read at creation only.
        description: AWS's description of each generation.
        tags: Your own tags, beside the ones that say who owns the certificate.
        aws: Region, profile, role and endpoint; boto3's default chain for what is left out.
        opts: Pulumi's resource options.
    """

    def __init__(  # noqa: PLR0913 - one keyword per documented input
        self,
        resource_name: str,
        *,
        rotate_before: Duration | None = None,
        publish_lead: Duration | None = None,
        overlap: Duration | None = None,
        activate_by: Duration | None = None,
        jitter: Duration | None = None,
        rotation_trigger: pulumi.Input[str] | None = None,
        pin_generation: pulumi.Input[int] | None = None,
        adopt_client_certificate_id: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        aws: Aws | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        self.aws = aws or Aws()
        # As inputs, for the bindings: an output that is unset reads as unknown at every preview.
        self.binding_policy = {"publishLead": _written(publish_lead), "activateBy": _written(activate_by)}
        props = {
            "name": resource_name,
            "project": pulumi.get_project(),
            "stack": pulumi.get_stack(),
            "rotateBefore": _written(rotate_before),
            **self.binding_policy,
            "overlap": _written(overlap),
            "jitter": _written(jitter),
            "rotationTrigger": rotation_trigger,
            "pinGeneration": pin_generation,
            "adoptClientCertificateId": adopt_client_certificate_id,
            "description": description,
            "tags": tags,
            **self.aws.properties(),
        }
        super().__init__(
            RotatingClientCertificateProvider(), resource_name, _declared(props, CERTIFICATE_OUTPUTS), opts
        )

    @property
    def client_certificate_id(self) -> pulumi.Output[str]:
        """The certificate that stages may present now."""
        return _output(self, "clientCertificateId")

    @property
    def rotation_id(self) -> pulumi.Output[str]:
        """Who owns the generations; also in their tags."""
        return _output(self, "rotationId")

    @property
    def pem_encoded_certificate(self) -> pulumi.Output[str]:
        """The active generation as PEM."""
        return _output(self, "pemEncodedCertificate")

    @property
    def created_date(self) -> pulumi.Output[str]:
        """When the active generation was made; RFC 3339."""
        return _output(self, "createdDate")

    @property
    def expiration_date(self) -> pulumi.Output[str]:
        """When the active generation expires; RFC 3339."""
        return _output(self, "expirationDate")

    @property
    def generation(self) -> pulumi.Output[int]:
        """The number of the active generation, from 1."""
        return _output(self, "generation")

    @property
    def generations(self) -> pulumi.Output[list[dict[str, Any]]]:
        """Every generation that is still needed, by number."""
        return _output(self, "generations")

    @property
    def phase(self) -> pulumi.Output[str]:
        """``steady``, ``published``, ``overlapping``, or ``lost`` until the next update."""
        return _output(self, "phase")

    @property
    def rotate_at(self) -> pulumi.Output[str]:
        """When the successor of the active generation is due; RFC 3339."""
        return _output(self, "rotateAt")

    @property
    def next_action(self) -> pulumi.Output[str]:
        """The next step, such as ``issue``, ``activate``, ``confirm`` or ``retire``."""
        return _output(self, "nextAction")

    @property
    def next_action_at(self) -> pulumi.Output[str]:
        """When the next step is due; RFC 3339."""
        return _output(self, "nextActionAt")

    @property
    def pending_client_certificate_id(self) -> pulumi.Output[str | None]:
        """The successor that is trusted but not presented yet."""
        return _output(self, "pendingClientCertificateId")

    @property
    def previous_client_certificate_ids(self) -> pulumi.Output[list[str]]:
        """The certificates that are kept until nobody presents them."""
        return _output(self, "previousClientCertificateIds")

    @property
    def retirement_blocked_by(self) -> pulumi.Output[list[str]]:
        """The stages that the last scan saw presenting a previous generation."""
        return _output(self, "retirementBlockedBy")

    @property
    def trust_bundle_pem(self) -> pulumi.Output[str]:
        """What backends must trust, oldest live generation first."""
        return _output(self, "trustBundlePem")

    @property
    def trusted_fingerprints_sha256(self) -> pulumi.Output[list[str]]:
        """The same as fingerprints: lower-case hex over the DER certificate."""
        return _output(self, "trustedFingerprintsSha256")


class TrustBundle(Resource, module="apigw", name="TrustBundle"):
    """What backends must trust, written to places that they read.

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
        certificates: Sequence[RotatingClientCertificate],
        targets: Sequence[Target],
        also_trust: Sequence[pulumi.Input[str]] | None = None,
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
            "alsoTrust": None if also_trust is None else list(also_trust),
            "takeOver": take_over,
            **self.aws.properties(),
        }
        super().__init__(TrustBundleProvider(), resource_name, _declared(props, BUNDLE_OUTPUTS), opts)

    @property
    def trust_bundle_pem(self) -> pulumi.Output[str]:
        """What is published, as PEM."""
        return _output(self, "trustBundlePem")

    @property
    def fingerprints_sha256(self) -> pulumi.Output[list[str]]:
        """What is published, as fingerprints."""
        return _output(self, "fingerprintsSha256")

    @property
    def published_since(self) -> pulumi.Output[dict[str, str]]:
        """Fingerprint -> since when every target holds it without a break; RFC 3339."""
        return _output(self, "publishedSince")


class StageBinding(Resource, module="apigw", name="StageBinding"):
    """One stage that presents one certificate, and moves when its successor has been published long enough.

    Args:
        resource_name: The Pulumi name.
        certificate: Whose active generation the stage presents.
        stage: Which stage.
        trust_bundle: What publishes the certificate; without it the generation's own ``pendingSince`` counts.
        take_over: Replace a live certificate that is not ours, once backends trust both.
        on_delete: ``clear`` the stage when this resource goes (the default), or ``keep`` what it presents.
        redeploy: ``never`` (the default), or ``same-deployment`` to re-send the deployment id with the switch.
        aws: The certificate's by default.
        opts: Pulumi's resource options.
    """

    def __init__(  # noqa: PLR0913 - one keyword per documented input
        self,
        resource_name: str,
        *,
        certificate: RotatingClientCertificate,
        stage: Stage,
        trust_bundle: TrustBundle | None = None,
        take_over: bool | None = None,
        on_delete: str | None = None,
        redeploy: str | None = None,
        aws: Aws | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        self.aws = aws or certificate.aws
        props = {
            **stage.properties(),
            "clientCertificateId": certificate.client_certificate_id,
            "rotationId": certificate.rotation_id,
            "generations": certificate.generations.apply(_identified),
            "publishedSince": trust_bundle.published_since if trust_bundle else None,
            **certificate.binding_policy,
            "takeOver": take_over,
            "onDelete": on_delete,
            "redeploy": redeploy,
            **self.aws.properties(),
        }
        if stage.resource is not None:
            # A stage that was replaced under the same name presents nothing, and no input of ours would tell.
            again = pulumi.ResourceOptions(depends_on=[stage.resource], replace_with=[stage.resource])
            opts = pulumi.ResourceOptions.merge(opts, again)
        super().__init__(StageBindingProvider(), resource_name, _declared(props, BINDING_OUTPUTS), opts)

    @property
    def presented_client_certificate_id(self) -> pulumi.Output[str | None]:
        """What the stage presented when it was last looked at; an ACM ARN where one was found."""
        return _output(self, "presentedClientCertificateId")

    @property
    def presented_since(self) -> pulumi.Output[str | None]:
        """Since when the stage has been seen presenting it; RFC 3339."""
        return _output(self, "presentedSince")

    @property
    def waiting_until(self) -> pulumi.Output[str | None]:
        """Until when the stage keeps the former certificate, where it has to wait; RFC 3339."""
        return _output(self, "waitingUntil")


def _declared(props: Mapping[str, Any], outputs: Iterable[str]) -> dict[str, Any]:
    # Outputs exist only for keys that are registered: a placeholder each (facts/pulumi-semantics.md §1.1).
    return {**dict.fromkeys(outputs), **props}


def _output(resource: Resource, key: str) -> pulumi.Output[Any]:
    output: pulumi.Output[Any] = resource.__dict__[key]
    return output


def _written(duration: Duration | None) -> pulumi.Input[str] | None:
    return format_duration(duration) if isinstance(duration, timedelta) else duration


def _identified(generations: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    kept = ("id", "number", "sha256", "expirationDate", "pendingSince")
    return [{key: one[key] for key in kept if key in one} for one in generations]
