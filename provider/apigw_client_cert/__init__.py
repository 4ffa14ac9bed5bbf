"""Rotate AWS API Gateway client certificates with Pulumi, without a failed request.

Importing this package loads nothing else: a preview with nothing due needs neither boto3 nor cryptography, and the
plugin's process none of the dynamic declarations.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from apigw_client_cert.program.binding import StageBinding
    from apigw_client_cert.program.certificate import RotatingClientCertificate
    from apigw_client_cert.program.component import ClientCertificateRotation
    from apigw_client_cert.program.places import (
        Aws,
        File,
        MadeFor,
        RestStage,
        S3Object,
        SecretsManagerSecret,
        SsmParameter,
        Wave,
        WebSocketStage,
    )
    from apigw_client_cert.program.protect_stages import protect_stages
    from apigw_client_cert.program.shared import SharedCertificate
    from apigw_client_cert.program.trust_bundle import TrustBundle
    from apigw_client_cert.program.verification import HttpProbe, TestInvoke
else:
    _HOMES = {
        "ClientCertificateRotation": "component",
        "HttpProbe": "verification",
        "RotatingClientCertificate": "declarations.certificate",
        "SharedCertificate": "declarations.shared",
        "StageBinding": "declarations.binding",
        "TestInvoke": "verification",
        "TrustBundle": "declarations.trust_bundle",
        "protect_stages": "protection",
    }

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'places')}"), name)


__all__ = [
    "Aws",
    "ClientCertificateRotation",
    "File",
    "HttpProbe",
    "MadeFor",
    "RestStage",
    "RotatingClientCertificate",
    "S3Object",
    "SecretsManagerSecret",
    "SharedCertificate",
    "SsmParameter",
    "StageBinding",
    "TestInvoke",
    "TrustBundle",
    "Wave",
    "WebSocketStage",
    "protect_stages",
]
