"""The sandbox serves this machine only: it checks no signature and holds private keys."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

# What a browser says of a request that another site's page made (Fetch Metadata, W3C, section 2.1).
_FROM_ANOTHER_SITE = frozenset({"cross-site", "same-site"})


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's loopback; no name but ``localhost`` is looked at."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def page_behind(environ: Mapping[str, Any]) -> str | None:
    """Why a WSGI request may be a web page's, in words; None where it is a program's of this machine.

    A page can send a form or a picture's request anywhere, and by a name of its own that leads to loopback (DNS
    rebinding) it can read the answer as well. No AWS client sends an Origin.
    """
    host = environ.get("HTTP_HOST", "")
    if not _is_here(host):
        return f"The Host header names {host}, which is not this machine"
    if "HTTP_ORIGIN" in environ:
        return "The request has an Origin, so a web page sent it"
    if environ.get("HTTP_SEC_FETCH_SITE") in _FROM_ANOTHER_SITE:
        return "Sec-Fetch-Site says that another site's page sent it"
    return None


def _is_here(host: str) -> bool:
    """``bucket.localhost`` is how S3's clients name a bucket, and always loopback (RFC 6761, section 6.3)."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return is_loopback(name) or name.endswith(".localhost")
