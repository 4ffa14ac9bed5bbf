"""ClientCertificateRotation: one certificate, what publishes it, and the stages that present it, wired in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import pulumi

from apigw_client_cert import errors
from apigw_client_cert.declarations.binding import BindingDeclaration, StageBinding
from apigw_client_cert.declarations.certificate import CertificateDeclaration, RotatingClientCertificate
from apigw_client_cert.declarations.trust_bundle import BundleDeclaration, TrustBundle
from apigw_client_cert.rotation.durations import parse_duration

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from apigw_client_cert.declarations.certificate import CertificateOptions
    from apigw_client_cert.places import Aws, Stage, Target

Publisher = Callable[[pulumi.Output[str], pulumi.Output[list[str]]], Sequence[pulumi.Resource]]

# Below it no person and no pipeline could bring a certificate to a backend by hand: without ``publish`` nothing
# in this program does.
SHORTEST_UNPUBLISHED_LEAD = timedelta(hours=1)


class Children(NamedTuple):
    """What a component is made of: the resources of one door.

    ``other_door`` begins the types of the same resources behind the other one: a component that moves from the dynamic
    form to the plugin, or back, keeps its certificate, and nothing is unbound.
    """

    certificate: type[CertificateDeclaration]
    bundle: type[BundleDeclaration]
    binding: type[BindingDeclaration]
    other_door: str


class ClientCertificateRotation(pulumi.ComponentResource):
    """A certificate that rotates, published, and presented by stages.

    Args:
        name: The Pulumi name; the children are called after it and after the keys of ``stages``.
        stages: Key -> stage. The keys name the bindings, so their order may change freely.
        publish: Targets, or a callable that takes (trust_bundle_pem, fingerprints) and returns the resources
            which publish them; the bindings then depend on those. Nothing: backends are told some other way.
        certificate: An existing certificate; its policy then stays where it was declared.
        also_trust: PEMs of other certificates that the readers of the targets must keep trusting.
        take_over: Replace live certificates and target contents that are not ours.
        on_delete: What a binding does with its stage when it goes: ``clear`` (the default) or ``keep``.
        redeploy: ``never`` (the default) or ``same-deployment``.
        aws: Where and as whom; boto3's default chain for what is left out.
        policy: The keywords of ``RotatingClientCertificate``: rotate_before, publish_lead, overlap, activate_by,
            jitter, rotation_trigger, pin_generation, adopt_client_certificate_id, description, tags.
        opts: Pulumi's resource options; ``depends_on`` reaches every child.

    Raises ``BadInput`` where two keys name one stage, where a policy is given beside an existing certificate, and
    for a ``publish_lead`` under an hour without ``publish``.
    """

    children: ClassVar[Children] = Children(
        RotatingClientCertificate, TrustBundle, StageBinding, other_door="apigw-client-cert:index"
    )

    def __init__(  # noqa: PLR0913 - one keyword per documented input
        self,
        name: str,
        *,
        stages: Mapping[str, Stage],
        publish: Sequence[Target] | Publisher | None = None,
        certificate: CertificateDeclaration | None = None,
        also_trust: Sequence[pulumi.Input[str]] | None = None,
        take_over: bool | None = None,
        on_delete: str | None = None,
        redeploy: str | None = None,
        aws: Aws | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **policy: Unpack[CertificateOptions],
    ) -> None:
        _guard(stages, publish, certificate, policy)
        super().__init__("apigw-client-cert:index:ClientCertificateRotation", name, None, opts)
        self._after = opts.depends_on if opts is not None else None
        self.certificate = certificate or self.children.certificate(
            name, aws=aws, opts=self._child("RotatingClientCertificate"), **policy
        )
        self.trust_bundle: BundleDeclaration | None = None
        published_by: Sequence[pulumi.Resource] = ()
        if callable(publish):
            published_by = publish(self.certificate.trust_bundle_pem, self.certificate.trusted_fingerprints_sha256)
        elif publish:
            self.trust_bundle = self.children.bundle(
                f"{name}-trust",
                certificates=[self.certificate],
                targets=publish,
                also_trust=also_trust,
                take_over=take_over,
                aws=aws,
                opts=self._child("TrustBundle"),
            )
            published_by = [self.trust_bundle]
        self.bindings = {
            key: self.children.binding(
                f"{name}-{key}",
                certificate=self.certificate,
                stage=stage,
                trust_bundle=self.trust_bundle,
                take_over=take_over,
                on_delete=on_delete,
                redeploy=redeploy,
                aws=aws,
                opts=pulumi.ResourceOptions.merge(
                    self._child("StageBinding"), pulumi.ResourceOptions(depends_on=list(published_by))
                ),
            )
            for key, stage in sorted(stages.items())
        }
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

    def _child(self, kind: str) -> pulumi.ResourceOptions:
        # Pulumi hands a component's parent-ish options down (protect, aliases, transforms), but not depends_on.
        other = pulumi.Alias(type_=f"{self.children.other_door}:{kind}")
        return pulumi.ResourceOptions(parent=self, depends_on=self._after, aliases=[other])


def _guard(
    stages: Mapping[str, Stage],
    publish: Sequence[Target] | Publisher | None,
    certificate: CertificateDeclaration | None,
    policy: Mapping[str, object],
) -> None:
    keys: dict[tuple[object, ...], str] = {}
    for key, stage in stages.items():
        place = stage.properties()
        if any(isinstance(value, pulumi.Output) for value in place.values()):
            continue
        twin = keys.setdefault(tuple(place.values()), key)
        if twin != key:
            raise _bad("stages", f"stages {twin!r} and {key!r} are the same stage", "Remove one of the two keys.")
    given = sorted(key for key, value in policy.items() if value is not None)
    if certificate is not None and given:
        raise _bad(
            given[0],
            f"{given[0]} is given beside certificate=",
            "Set it where that RotatingClientCertificate is declared.",
        )
    lead = policy.get("publish_lead")
    if publish or not isinstance(lead, str | timedelta):
        return
    try:
        too_short = parse_duration(lead) < SHORTEST_UNPUBLISHED_LEAD
    except ValueError:
        return  # the certificate's own check says it better, with the property
    if too_short:
        raise _bad(
            "publish_lead",
            f"publish_lead is {lead!r} and nothing publishes the certificate",
            "Give publish=[…], or a lead of at least 1h in which the backends are told some other way.",
        )


def _bad(subject: str, what: str, remedy: str) -> errors.BadInput:
    return errors.BadInput(what, means="Nothing was registered.", remedy=remedy, subject=subject)
