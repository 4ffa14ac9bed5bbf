"""StageBinding as a program declares it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pulumi
from pulumi.dynamic import Resource

from apigw_client_cert.errors import safe_repr
from apigw_client_cert.lifecycle.failed_step import FAILED_STEP
from apigw_client_cert.lifecycle.unset import without_none
from apigw_client_cert.program.arguments import BadArgument, left_out, made_of_kinds
from apigw_client_cert.program.claims import claim_stage, owner_of
from apigw_client_cert.program.failed_steps import raise_at_last
from apigw_client_cert.program.places import RestStage
from apigw_client_cert.program.properties import Registering, declared, known_output, optional_output, output
from apigw_client_cert.program.shared import SharedCertificate
from apigw_client_cert.program.wire import written
from apigw_client_cert.resources import StageBindingProvider

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apigw_client_cert.program.certificate import CertificateDeclaration
    from apigw_client_cert.program.places import Aws, Stage
    from apigw_client_cert.program.trust_bundle import BundleDeclaration
    from apigw_client_cert.program.verification import HttpProbe, TestInvoke
    from apigw_client_cert.program.wire import Duration


#: What the properties below read, and what ``told`` is put together from.
OUTPUTS: Final = (
    "evidence",
    FAILED_STEP,
    "lastConfirmed",
    "lastRefused",
    "presentedClientCertificateId",
    "presentedSince",
    "stateVersion",
    "verifiedAt",
    "verifiedClientCertificateId",
    "waitingBecause",
    "waitingUntil",
)


@made_of_kinds("StageBinding")
class BindingDeclaration(Registering):
    """One stage that presents one certificate, and moves when its successor has been published long enough.

    Args:
        resource_name: The Pulumi name.
        certificate: Whose active generation the stage presents: a resource, or another stack's ``SharedCertificate``.
        stage: Which stage.
        trust_bundle: What publishes the certificate; without it the generation's own ``pendingSince`` counts.
        take_over: Replace a live certificate that is not ours, once backends trust both.
        on_delete: ``clear`` the stage when this resource goes (the default), or ``keep`` what it presents.
        redeploy: ``never`` (the default), or ``same-deployment`` to re-send the deployment id with the switch.
        verify: Try the certificate before the stage moves; the stage's own ``verify`` where it has one.
        confirm: Look through the stage after it moved, and move back where the certificate is not seen; likewise.
        after: The bindings of the wave before: this stage moves when theirs have, were verified and have soaked.
        soak: How long the wave before must have presented the certificate.
        windows: When the stage may move, such as ``"Mon-Thu 09:00-16:00 Europe/Berlin"``; any time where none is given.
        look: ``targets`` (the default) reads the bundle's targets before the stage moves. ``no``, for a
            ``SharedCertificate`` whose targets this stack may not read, relies on what its stack remembers.
        aws: The certificate's by default.
        opts: Pulumi's resource options.
    """

    def __init__(  # noqa: PLR0913 - one keyword per documented input
        self,
        resource_name: str,
        *,
        certificate: CertificateDeclaration | SharedCertificate,
        stage: Stage,
        trust_bundle: BundleDeclaration | None = None,
        take_over: bool | None = None,
        on_delete: str | None = None,
        redeploy: str | None = None,
        verify: TestInvoke | None = None,
        confirm: HttpProbe | None = None,
        after: Sequence[BindingDeclaration] = (),
        soak: Duration | None = None,
        windows: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        look: str | None = None,
        aws: Aws | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        _guard_look(look, certificate, trust_bundle)
        self.aws = aws or certificate.aws
        if isinstance(stage, RestStage):
            verify, confirm = stage.verify or verify, stage.confirm or confirm
        self._verifies = verify is not None or confirm is not None
        props = {
            **stage.properties(),
            "clientCertificateId": certificate.client_certificate_id,
            "rotationId": certificate.rotation_id,
            "generations": certificate.identified_generations,
            **_published(certificate, trust_bundle, None if look == "no" else self.aws),
            **certificate.binding_policy,
            "takeOver": take_over,
            "onDelete": on_delete,
            "redeploy": redeploy,
            "verify": verify.properties() if verify else None,
            "confirm": confirm.properties() if confirm else None,
            "after": [one.told() for one in after] or None,
            "soak": written(soak),
            "windows": windows,
            **self.aws.properties(),
        }
        if stage.resource is not None:
            # A stage that was replaced under the same name presents nothing, and no input of ours would tell.
            again = pulumi.ResourceOptions(depends_on=[stage.resource], replace_with=[stage.resource])
            opts = pulumi.ResourceOptions.merge(opts, again)
        self._register(resource_name, declared(props, OUTPUTS), opts)

    def told(self) -> dict[str, Any]:
        """What the bindings of the next wave are told of this one."""
        # An output that state does not have is unknown at preview, and would show as a change for ever.
        verified = output(self, "verifiedClientCertificateId") if self._verifies else None
        return {
            "name": self.pulumi_resource_name,
            "clientCertificateId": self.presented_client_certificate_id,
            "presentedSince": self.presented_since,
            "verifiedClientCertificateId": verified,
            "verifies": self._verifies,
            "failedSince": known_output(self, FAILED_STEP).apply(lambda failed: (failed or {}).get("since")),
        }

    @property
    def verified_at(self) -> pulumi.Output[str | None]:
        """When it was proven that the backend accepts what the stage presents; RFC 3339."""
        return optional_output(self, "verifiedAt", "stateVersion")

    @property
    def evidence(self) -> pulumi.Output[dict[str, Any] | None]:
        """What proved it: the trial's status and kind of proof, the probe's URL and sightings."""
        return optional_output(self, "evidence", "stateVersion")

    @property
    def last_confirmed(self) -> pulumi.Output[dict[str, Any] | None]:
        """What was confirmed last, apart from what is presented: certificate, since when, and by what."""
        return optional_output(self, "lastConfirmed", "stateVersion")

    @property
    def last_refused(self) -> pulumi.Output[dict[str, Any] | None]:
        """What was refused through the stage and taken back: certificate, when, why, and how often in a row."""
        return optional_output(self, "lastRefused", "stateVersion")

    @property
    def waiting_because(self) -> pulumi.Output[str | None]:
        """What the stage waits for: ``lead``, ``wave`` or ``window``."""
        return optional_output(self, "waitingBecause", "stateVersion")

    @property
    def presented_client_certificate_id(self) -> pulumi.Output[str | None]:
        """What the stage presented when it was last looked at; an ACM ARN where one was found."""
        return optional_output(self, "presentedClientCertificateId", "stateVersion")

    @property
    def presented_since(self) -> pulumi.Output[str | None]:
        """Since when the stage has been seen presenting it, without a failed run; RFC 3339."""
        return optional_output(self, "presentedSince", "stateVersion")

    @property
    def waiting_until(self) -> pulumi.Output[str | None]:
        """Until when the stage keeps the former certificate, where it has to wait; RFC 3339."""
        return optional_output(self, "waitingUntil", "stateVersion")


class StageBinding(BindingDeclaration, Resource, module="apigw", name="StageBinding"):
    """One stage that presents one certificate; the dynamic resource.

    Arguments and outputs: ``BindingDeclaration``.
    """

    def _register(self, name: str, props: dict[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        owner = owner_of(name, "pulumi-python:dynamic/apigw:StageBinding", opts)
        claim_stage(props, owner)
        Resource.__init__(self, StageBindingProvider(), name, {**props, "owner": owner}, opts)
        raise_at_last(self)


def _published(
    certificate: CertificateDeclaration | SharedCertificate, trust_bundle: BundleDeclaration | None, aws: Aws | None
) -> dict[str, Any]:
    """Since when the certificate is published, and where; ``aws`` None: nobody looks there."""
    if trust_bundle is not None:
        return {"publishedSince": trust_bundle.published_since, "publishedTo": trust_bundle.published_to}
    if not isinstance(certificate, SharedCertificate):
        return {}
    if aws is None:
        return {"publishedSince": certificate.published_since}
    # The other stack's place, reached as this one reaches its stages.
    ways = {key: value for key, value in aws.properties().items() if key != "region"}
    told = pulumi.Output.all(certificate.published_to, ways)
    published_to = told.apply(lambda known: None if known[0] is None else without_none({**known[1], **known[0]}))
    return {"publishedSince": certificate.published_since, "publishedTo": published_to}


def _guard_look(look: str | None, certificate: object, trust_bundle: object) -> None:
    if look not in {None, "no", "targets"}:
        raise BadArgument(
            f"look is {safe_repr(look)}",
            means=left_out("StageBinding"),
            remedy='Leave it out, or say look="no".',
            subject="look",
        )
    if look == "no" and (trust_bundle is not None or not isinstance(certificate, SharedCertificate)):
        raise BadArgument(
            'look="no" is given where this program publishes the certificate itself',
            means=left_out("StageBinding"),
            remedy="Leave it out: it is for a SharedCertificate whose targets this stack may not read.",
            subject="look",
        )
