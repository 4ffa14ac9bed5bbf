"""Rotate AWS API Gateway client certificates with Pulumi, without a failed request.

Importing this package loads neither boto3 nor cryptography: a preview with nothing due needs neither.
"""

from apigw_client_cert.component import ClientCertificateRotation
from apigw_client_cert.declarations.binding import StageBinding
from apigw_client_cert.declarations.certificate import RotatingClientCertificate
from apigw_client_cert.declarations.trust_bundle import TrustBundle
from apigw_client_cert.places import (
    Aws,
    File,
    RestStage,
    S3Object,
    SecretsManagerSecret,
    SsmParameter,
    WebSocketStage,
)

__all__ = [
    "Aws",
    "ClientCertificateRotation",
    "File",
    "RestStage",
    "RotatingClientCertificate",
    "S3Object",
    "SecretsManagerSecret",
    "SsmParameter",
    "StageBinding",
    "TrustBundle",
    "WebSocketStage",
]
