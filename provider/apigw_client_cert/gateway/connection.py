"""Where and as whom to talk to AWS: values only, so that every layer may hold one."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The explicit part of an AWS connection; everything left None comes from boto3's default chain."""

    region: str | None = None
    profile: str | None = None
    assume_role_arn: str | None = None
    endpoint_url: str | None = None

    @property
    def is_loopback(self) -> bool:
        """Whether the endpoint is this machine, the only place where a made-up clock may change anything."""
        return is_loopback(self.endpoint_url or "")


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_plain(url: str) -> bool:
    """Whether a URL leads to another machine without TLS: anybody on the way reads it, and answers in its place."""
    return url.lower().startswith("http:") and not is_loopback(url)
