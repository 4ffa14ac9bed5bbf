"""The three resources as the component of the plugin registers them: the plugin's own types."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import pulumi

from apigw_client_cert.lifecycle.failed_step import DEFER
from apigw_client_cert.native.resource_types import BINDING, BUNDLE, CERTIFICATE
from apigw_client_cert.program.binding import BindingDeclaration
from apigw_client_cert.program.certificate import CertificateDeclaration
from apigw_client_cert.program.claims import claim_stage, owner_of
from apigw_client_cert.program.component import Children, ClientCertificateRotation
from apigw_client_cert.program.trust_bundle import BundleDeclaration

# The component's Construct raises what they could not do, once all of them are done.
_DEFERRING: Final = {DEFER: True}


class NativeCertificate(CertificateDeclaration, pulumi.CustomResource):
    """``apigw-client-cert:index:RotatingClientCertificate``."""

    def _register(self, name: str, props: dict[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        pulumi.CustomResource.__init__(self, CERTIFICATE.token, name, {**props, **_DEFERRING}, opts)


class NativeBundle(BundleDeclaration, pulumi.CustomResource):
    """``apigw-client-cert:index:TrustBundle``."""

    def _register(self, name: str, props: dict[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        pulumi.CustomResource.__init__(self, BUNDLE.token, name, {**props, **_DEFERRING}, opts)


class NativeBinding(BindingDeclaration, pulumi.CustomResource):
    """``apigw-client-cert:index:StageBinding``."""

    def _register(self, name: str, props: dict[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        # The engine constructs a component under --target, too, and does not check what is not named.
        claim_stage(props, owner_of(name, BINDING.token, opts))
        pulumi.CustomResource.__init__(self, BINDING.token, name, {**props, **_DEFERRING}, opts)


class NativeRotation(ClientCertificateRotation):
    """``apigw-client-cert:index:ClientCertificateRotation``: the same wiring over the plugin's resources."""

    children: ClassVar[Children] = Children(
        NativeCertificate, NativeBundle, NativeBinding, other_host="pulumi-python:dynamic/apigw"
    )
