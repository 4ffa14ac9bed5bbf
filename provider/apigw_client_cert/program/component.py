"""ClientCertificateRotation: one certificate, what publishes it, and the stages that present it, wired in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import pulumi

from apigw_client_cert.program import guards
from apigw_client_cert.program.arguments import made_of_kinds
from apigw_client_cert.program.binding import BindingDeclaration, StageBinding
from apigw_client_cert.program.certificate import (
    CertificateDeclaration,
    CertificateOptions,
    RotatingClientCertificate,
)
from apigw_client_cert.program.claims import former_urns
from apigw_client_cert.program.places import MadeFor, RestStage
from apigw_client_cert.program.trust_bundle import BundleDeclaration, TrustBundle

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from apigw_client_cert.program.places import Aws, Stage, Target, Wave
    from apigw_client_cert.program.verification import TestInvoke

Publisher = Callable[[pulumi.Output[str], pulumi.Output[list[str]]], Sequence[pulumi.Resource]]


class Children(NamedTuple):
    """What a component is made of: the resources of one host.

    ``other_host`` begins the types of the same resources in the other one: a component that moves from the dynamic
    form to the plugin, or back, keeps its certificate, and nothing is unbound.
    """

    certificate: type[CertificateDeclaration]
    bundle: type[BundleDeclaration]
    binding: type[BindingDeclaration]
    other_host: str


TYPE = "apigw-client-cert:index:ClientCertificateRotation"


@made_of_kinds("ClientCertificateRotation", more=CertificateOptions.__annotations__)
class ClientCertificateRotation(pulumi.ComponentResource):
    """A certificate that rotates, published, and presented by stages.

    Args:
        name: The Pulumi name; the children are called after it and after the keys of ``stages``.
        stages: Key -> stage. The keys name the bindings, so their order may change freely.
        waves: Instead of ``stages``: groups of stages that move one after the other.
        publish: Targets, or a callable that takes (trust_bundle_pem, fingerprints) and returns the resources
            which publish them; the bindings then depend on those. Nothing: backends are told some other way.
        certificate: An existing certificate; its policy then stays where it was declared.
        also_trust: PEMs of other certificates that the readers of the targets must keep trusting.
        withdraw: PEMs that are in ``also_trust`` no more and leave although no look finds where they live.
        take_over: Replace live certificates and target contents that are not ours.
        on_delete: What a binding does with its stage when it goes: ``clear`` (the default) or ``keep``.
        redeploy: ``never`` (the default) or ``same-deployment``.
        verify: How a switch of a REST stage is tried first, unless the stage says so itself.
        windows: When stages may move, such as ``"Mon-Thu 09:00-16:00 Europe/Berlin"``; overruled near expiry.
        aws: Where and as whom; boto3's default chain for what is left out.
        policy: The keywords of ``RotatingClientCertificate``: rotate_before, publish_lead, overlap, activate_by,
            jitter, rotation_trigger, pin_generation, adopt_client_certificate_id, description, tags.
        opts: Pulumi's resource options; ``depends_on`` reaches every child.

    Raises ``BadInput`` where two keys name one stage, where a policy is given beside an existing certificate, for waves
    that say too little or too much, and for a ``publish_lead`` under an hour without ``publish``.
    """

    children: ClassVar[Children] = Children(
        RotatingClientCertificate, TrustBundle, StageBinding, other_host="apigw-client-cert:index"
    )

    def __init__(  # noqa: PLR0913 - one keyword per documented input
        self,
        name: str,
        *,
        stages: Mapping[str, Stage] | None = None,
        waves: Sequence[Wave] | None = None,
        publish: Sequence[Target] | Publisher | None = None,
        certificate: CertificateDeclaration | None = None,
        also_trust: Sequence[pulumi.Input[str]] | None = None,
        withdraw: Sequence[pulumi.Input[str]] | None = None,
        take_over: bool | None = None,
        on_delete: str | None = None,
        redeploy: str | None = None,
        verify: TestInvoke | None = None,
        windows: Sequence[pulumi.Input[str]] | None = None,
        aws: Aws | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **policy: Unpack[CertificateOptions],
    ) -> None:
        ordered = guards.waves_of(stages, waves)
        guards.guard_policy(publish, certificate, policy)
        super().__init__(TYPE, name, None, opts)
        self._opts = opts or pulumi.ResourceOptions()
        self._former = former_urns(name, TYPE, self._opts)
        made_for = MadeFor(
            stages=[stage for wave in ordered for _key, stage in sorted(wave.stages.items())],
            targets=[] if callable(publish) else publish or [],
            # What a callable publishes is all that backends trust, too: what is taken over has to be among it.
            also_trust=also_trust or ([] if callable(publish) else None) if publish else None,
            take_over=take_over,
        )
        self.certificate = certificate or self.children.certificate(
            name, made_for=made_for, aws=aws, opts=self._child("RotatingClientCertificate"), **policy
        )
        published_by: Sequence[pulumi.Resource] = ()
        targets: Sequence[Target] = ()
        if callable(publish):
            pem, fingerprints = self.certificate.trust_bundle_pem, self.certificate.trusted_fingerprints_sha256
            if also_trust:
                from apigw_client_cert.program.publishers import with_others  # noqa: PLC0415 - few programs need it

                pem, fingerprints = with_others(pem, fingerprints, also_trust)
            published_by = guards.published(publish(pem, fingerprints))
        elif publish:
            targets = publish
        self.trust_bundle: BundleDeclaration | None = None
        if targets or published_by:
            self.trust_bundle = self.children.bundle(
                f"{name}-trust",
                certificates=[self.certificate],
                targets=targets,
                # The lead begins when these have succeeded: a bundle that depends on them keeps the date.
                published_by=published_by,
                also_trust=also_trust,
                withdraw=withdraw,
                take_over=take_over,
                aws=aws,
                opts=self._child("TrustBundle", "-trust"),
            )
            published_by = [*published_by, self.trust_bundle]
        self.bindings: dict[str, BindingDeclaration] = {}
        before: Sequence[BindingDeclaration] = ()
        for wave in ordered:
            made = {
                key: self.children.binding(
                    f"{name}-{key}",
                    certificate=self.certificate,
                    stage=stage,
                    trust_bundle=self.trust_bundle,
                    take_over=take_over,
                    on_delete=on_delete,
                    redeploy=redeploy,
                    # TestInvokeMethod knows no WebSocket API.
                    verify=verify if isinstance(stage, RestStage) else None,
                    after=before,
                    soak=wave.soak,
                    windows=windows,
                    aws=aws,
                    opts=pulumi.ResourceOptions.merge(
                        self._child("StageBinding", f"-{key}"), pulumi.ResourceOptions(depends_on=list(published_by))
                    ),
                )
                for key, stage in sorted(wave.stages.items())
            }
            self.bindings |= made
            before = list(made.values())
        self.client_certificate_id = self.certificate.client_certificate_id
        self.expiration_date = self.certificate.expiration_date
        self.generation = self.certificate.generation
        self.phase = self.certificate.phase
        self.next_action = self.certificate.next_action
        self.next_action_at = self.certificate.next_action_at
        self.retirement_blocked_by = self.certificate.retirement_blocked_by
        self.trust_bundle_pem = self.certificate.trust_bundle_pem
        self.trusted_fingerprints_sha256 = self.certificate.trusted_fingerprints_sha256
        self.register_outputs(
            {"clientCertificateId": self.client_certificate_id, "expirationDate": self.expiration_date}
        )

    def _child(self, kind: str, suffix: str = "") -> pulumi.ResourceOptions:
        # Pulumi hands a component's parent-ish options down (protect, aliases, transforms), but not these two; and
        # aliases only where the component itself was found by one, which after a run that failed it no longer is.
        other = pulumi.Alias(type_=f"{self.children.other_host}:{kind}")
        former = [pulumi.Alias(name=f"{name}{suffix}", parent=urn) for name, urn in self._former]
        return pulumi.ResourceOptions(
            parent=self,
            depends_on=self._opts.depends_on,
            custom_timeouts=self._opts.custom_timeouts,
            aliases=[other, *former],
        )
