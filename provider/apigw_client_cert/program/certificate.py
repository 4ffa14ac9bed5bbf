"""RotatingClientCertificate as a program declares it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypedDict

import pulumi
from pulumi.dynamic import Resource

from apigw_client_cert.lifecycle.failed_step import FAILED_STEP
from apigw_client_cert.program.arguments import made_of_kinds, takes
from apigw_client_cert.program.claims import owner_of
from apigw_client_cert.program.failed_steps import raise_at_last
from apigw_client_cert.program.places import Aws
from apigw_client_cert.program.properties import Registering, declared, known_output, optional_output, output, together
from apigw_client_cert.program.shared import identified, place_of
from apigw_client_cert.program.wire import Duration, written
from apigw_client_cert.resources import RotatingClientCertificateProvider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_client_cert.program.places import MadeFor
    from apigw_client_cert.program.trust_bundle import BundleDeclaration


#: What the properties below read, and what a certificate is asked for as the way to others.
OUTPUTS: Final = (
    "accountId",
    "clientCertificateId",
    "createdDate",
    "expirationDate",
    FAILED_STEP,
    "generation",
    "generations",
    "history",
    "nextAction",
    "nextActionAt",
    "overlap",
    "pemEncodedCertificate",
    "pendingClientCertificateId",
    "phase",
    "previousClientCertificateIds",
    "region",
    "retirementBlockedBy",
    "rotateAt",
    "rotationId",
    "stateVersion",
    "trustBundlePem",
    "trustedFingerprintsSha256",
    "untaggedClientCertificateIds",
)


class CertificateOptions(TypedDict, total=False):
    """The keywords of ``RotatingClientCertificate`` that a component hands on."""

    rotate_before: Duration | None
    publish_lead: Duration | None
    overlap: Duration | None
    activate_by: Duration | None
    jitter: Duration | None
    rotation_trigger: pulumi.Input[str] | None
    pin_generation: pulumi.Input[int] | None
    adopt_client_certificate_id: pulumi.Input[str] | None
    description: pulumi.Input[str] | None
    tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None


@made_of_kinds("RotatingClientCertificate")
class CertificateDeclaration(Registering):
    """One logical client certificate that renews itself over scheduled runs, whichever host serves it.

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
        adopt_client_certificate_id: Take over this certificate instead of generating one. Named later, it becomes the
            active one, provided that no stage presents one that this resource has.
        description: AWS's description of each generation.
        tags: Your own tags, beside the ones that say who owns the certificate.
        made_for: The stages and targets that the creation looks at before it makes anything; a component hands on its.
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
        made_for: MadeFor | None = None,
        aws: Aws | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        self.aws = aws or Aws()
        self._identified: pulumi.Output[list[dict[str, Any]]] | None = None
        # As inputs, for the bindings: an output that is unset reads as unknown at every preview.
        self.binding_policy = {
            "publishLead": written(publish_lead),
            "activateBy": written(activate_by),
            "rotateBefore": written(rotate_before),
        }
        props = {
            "name": resource_name,
            "project": pulumi.get_project(),
            "stack": pulumi.get_stack(),
            # With the name it tells two certificates of one stack apart, as far as a program can say it.
            "parent": opts.parent.pulumi_resource_type if opts is not None and opts.parent is not None else None,
            **self.binding_policy,
            "overlap": written(overlap),
            "jitter": written(jitter),
            "rotationTrigger": rotation_trigger,
            "pinGeneration": pin_generation,
            "adoptClientCertificateId": adopt_client_certificate_id,
            "description": description,
            "tags": tags,
            "madeFor": made_for.properties() if made_for else None,
            **self.aws.properties(),
        }
        self._register(resource_name, declared(props, OUTPUTS), opts)

    @takes("RotatingClientCertificate.shared")
    def shared(self, trust_bundle: BundleDeclaration | None = None) -> pulumi.Output[dict[str, Any]]:
        """What another stack needs to bind its stages or to publish, as one output for ``SharedCertificate`` there.

        Plain JSON. With ``trust_bundle`` it says since when each certificate is published, and where: without it, it is
        of use only to a stack that publishes by itself.
        """
        published: dict[str, Any] = {}
        if trust_bundle is not None:
            published = {"publishedSince": trust_bundle.published_since, "publishedTo": place_of(trust_bundle)}
        everything = {
            "clientCertificateId": self.client_certificate_id,
            "rotationId": self.rotation_id,
            "generations": self.generations,
            **published,
            **self.binding_policy,
            **{key: known_output(self, key) for key in ("overlap", "region", "accountId")},
        }
        return together(everything)

    @property
    def client_certificate_id(self) -> pulumi.Output[str]:
        """The certificate that stages may present now."""
        return output(self, "clientCertificateId")

    @property
    def rotation_id(self) -> pulumi.Output[str]:
        """Who owns the generations; also in their tags."""
        return output(self, "rotationId")

    @property
    def pem_encoded_certificate(self) -> pulumi.Output[str]:
        """The active generation as PEM."""
        return output(self, "pemEncodedCertificate")

    @property
    def created_date(self) -> pulumi.Output[str]:
        """When the active generation was made; RFC 3339."""
        return output(self, "createdDate")

    @property
    def expiration_date(self) -> pulumi.Output[str]:
        """When the active generation expires; RFC 3339."""
        return output(self, "expirationDate")

    @property
    def generation(self) -> pulumi.Output[int]:
        """The number of the active generation, from 1."""
        return output(self, "generation")

    @property
    def generations(self) -> pulumi.Output[list[dict[str, Any]]]:
        """Every generation that is still needed, by number."""
        return output(self, "generations")

    @property
    def history(self) -> pulumi.Output[list[dict[str, Any]] | None]:
        """The last 24 steps, the newest last; None until a release that keeps them has taken one."""
        return optional_output(self, "history", "nextActionAt")

    @property
    def identified_generations(self) -> pulumi.Output[list[dict[str, Any]]]:
        """The same without their PEMs, for bindings: one output for all of them."""
        if self._identified is None:
            self._identified = self.generations.apply(identified)
        return self._identified

    @property
    def phase(self) -> pulumi.Output[str]:
        """``steady``, ``published``, ``overlapping``, or ``lost`` until the next update."""
        return output(self, "phase")

    @property
    def rotate_at(self) -> pulumi.Output[str]:
        """When the successor of the active generation is due; RFC 3339."""
        return output(self, "rotateAt")

    @property
    def next_action(self) -> pulumi.Output[str]:
        """The next step, such as ``issue``, ``activate``, ``confirm`` or ``retire``."""
        return output(self, "nextAction")

    @property
    def next_action_at(self) -> pulumi.Output[str]:
        """When the next step is due; RFC 3339."""
        return output(self, "nextActionAt")

    @property
    def pending_client_certificate_id(self) -> pulumi.Output[str | None]:
        """The successor that is trusted but not presented yet."""
        return optional_output(self, "pendingClientCertificateId", "nextActionAt")

    @property
    def previous_client_certificate_ids(self) -> pulumi.Output[list[str]]:
        """The certificates that are kept until nobody presents them."""
        return output(self, "previousClientCertificateIds")

    @property
    def retirement_blocked_by(self) -> pulumi.Output[list[str]]:
        """The stages that the last scan saw presenting a previous generation."""
        return output(self, "retirementBlockedBy")

    @property
    def untagged_client_certificate_ids(self) -> pulumi.Output[list[str] | None]:
        """Those that the last refresh found without the tags of this rotation; the next update tags them again."""
        return optional_output(self, "untaggedClientCertificateIds", "nextActionAt")

    @property
    def trust_bundle_pem(self) -> pulumi.Output[str]:
        """What backends must trust, oldest live generation first."""
        return output(self, "trustBundlePem")

    @property
    def trusted_fingerprints_sha256(self) -> pulumi.Output[list[str]]:
        """The same as fingerprints: lower-case hex over the DER certificate."""
        return output(self, "trustedFingerprintsSha256")


class RotatingClientCertificate(CertificateDeclaration, Resource, module="apigw", name="RotatingClientCertificate"):
    """One logical client certificate that renews itself over scheduled runs; the dynamic resource.

    Dependents take ``client_certificate_id``, never ``id``. Arguments and outputs: ``CertificateDeclaration``.
    """

    def _register(self, name: str, props: dict[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        owner = owner_of(name, "pulumi-python:dynamic/apigw:RotatingClientCertificate", opts)
        Resource.__init__(self, RotatingClientCertificateProvider(), name, {**props, "owner": owner}, opts)
        raise_at_last(self)
