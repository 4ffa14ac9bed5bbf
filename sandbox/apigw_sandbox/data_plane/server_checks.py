"""What API Gateway still checks of a backend's certificate when ``insecureSkipVerification`` is on."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from cryptography import x509

from apigw_sandbox.clock import wall_now

if TYPE_CHECKING:
    from datetime import datetime


def complaint(der: bytes, host: str, now: datetime | None = None) -> str:
    """Why the certificate does not do for the host, or "".

    Name and dates are looked at, not who issued it, nor AWS's demand for a root CA in the chain
    (docs/aws.md §4).
    """
    certificate = x509.load_der_x509_certificate(der)
    now = now or wall_now()
    if now > certificate.not_valid_after_utc:
        return "certificate has expired"
    if now < certificate.not_valid_before_utc:
        return "certificate is not yet valid"
    return "" if _names(certificate, host) else f"certificate is not valid for {host}"


def _names(certificate: x509.Certificate, host: str) -> bool:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    try:
        return ipaddress.ip_address(host) in found.get_values_for_type(x509.IPAddress)
    except ValueError:
        return any(_matches(name.lower(), host.lower()) for name in found.get_values_for_type(x509.DNSName))


def _matches(pattern: str, host: str) -> bool:
    """RFC 9525 §6.3: a ``*`` stands for one whole left-most label."""
    if pattern.startswith("*."):
        return host.partition(".")[2] == pattern[2:]
    return pattern == host
