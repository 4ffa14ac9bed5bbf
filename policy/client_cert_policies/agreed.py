"""What the pack and the provider must both say: type tokens, and who reads which content.

tests/policy/test_agreement.py holds these equal to the provider's own; the pack cannot import it, because the two need
different releases of protobuf.
"""

from __future__ import annotations

from enum import Enum
from typing import Final


class Kind(Enum):
    """Our resources, by the last part of their type."""

    CERTIFICATE = "RotatingClientCertificate"
    BUNDLE = "TrustBundle"
    BINDING = "StageBinding"


DYNAMIC: Final = "pulumi-python:dynamic/apigw:"
PLUGIN: Final = "apigw-client-cert:index:"

KINDS: Final = {f"{host}{kind.value}": kind for host in (DYNAMIC, PLUGIN) for kind in Kind}
"""Type token -> which of our resources; the dynamic resources of Python and the plugin's."""

COMPONENT: Final = f"{PLUGIN}ClientCertificateRotation"
"""The component, which has this type through either host."""

OPENSSL_FAMILY: Final = ("nginx", "apache", "haproxy", "node", "python", "stunnel", "envoy", "grpc")
"""Backends that try only the first trust anchor of a subject."""

PLAIN_PEM: Final = ("pem", "python", "go", "java")
"""Contents that are a plain list of PEM certificates, whoever reads it."""

READ_WITH_SETUP_LINES: Final = (("python", "python"),)
"""Content and backend: readers of plain PEM that accept every certificate by their own setup lines."""

BACKENDS: Final = ("nginx", "haproxy", "apache", "node", "python", "go", "java", "envoy")
"""Backends that have a content of their own name."""

CLOCK_VARIABLE: Final = "APIGW_CLIENT_CERT_NOW"
"""The environment variable that makes up the current instant, for previews of another day."""
