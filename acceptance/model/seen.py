"""The account as the oracle sees it: plain values, read with no code of the package."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

ROTATION_TAG = "apigw-client-cert:rotation-id"
ACM = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate as the account holds it."""

    id: str
    expires: datetime
    created: datetime
    sha256: str
    rotation: str | None
    pem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The account and the targets at one instant: ``presents`` by ``api/stage``, ``targets`` by address."""

    now: datetime
    mark: int
    certificates: Mapping[str, Certificate]
    presents: Mapping[str, str | None]
    targets: Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A run's write to a target, after the journal's entry ``mark``: what was there before it, and after."""

    mark: int
    address: str
    before: str | None
    after: str | None


def fingerprint(pem: str) -> str:
    """SHA-256 of the DER, hex."""
    body = re.sub(r"-----[A-Z ]+-----|\s", "", pem)
    return hashlib.sha256(base64.b64decode(body)).hexdigest()


def fingerprints(content: str | None) -> frozenset[str]:
    """Whom a target's text lets in: PEM blocks or lines of hex."""
    text = content or ""
    blocks = re.findall(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", text, re.DOTALL)
    return frozenset({*map(fingerprint, blocks), *re.findall(r"^[0-9a-f]{64}$", text, re.MULTILINE)})
