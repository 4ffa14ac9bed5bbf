"""What trial calls and probes say of a certificate. Pure; what follows from it is verdict.py's table.

The certificate to come is tried before a stage moves, and so is what the stage presents now: only the pair tells a
backend that refuses the new certificate from one that is down, and an honest echo from a constant one.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apigw_client_cert.rotation.verdict import Standing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

# SHA-256 as backends write it: hex in any case, bytes run together or parted by colons.
_FINGERPRINT = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{2}:?){31}[0-9a-f]{2}(?![0-9a-f])")


class Proof(enum.Enum):
    """What counts as proof; its value is the word of the input."""

    FINGERPRINT = "fingerprint"
    STATUS = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a good answer looks like."""

    status: int = 200
    proof: Proof = Proof.FINGERPRINT


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One answer: its status, and the fingerprints that headers and body name."""

    status: int
    seen: frozenset[str] = frozenset()

    def accepted(self, expected: Expected) -> bool:
        """Whether the backend answered as it should, whoever it took the caller for."""
        return self.status == expected.status

    def proves(self, expected: Expected, sha256: str | None) -> bool:
        """Whether it also says that it saw this certificate; one whose fingerprint is unknown is believed."""
        return self.accepted(expected) and (
            expected.proof is Proof.STATUS or sha256 is None or sha256.lower() in self.seen
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The trial of another certificate by the same call; ``sha256`` is None where there is none, or nobody knows it."""

    trial: Trial
    sha256: str | None = None

    def names_instead(self, sha256: str | None, expected: Expected) -> bool:
        """Whether it accepts, and names a certificate that was not shown, and not the one that was."""
        honest = self.sha256 is not None and self.sha256.lower() in self.trial.seen
        return self.trial.accepted(expected) and sha256 is not None and sha256.lower() in self.trial.seen and not honest


def fingerprints_in(texts: Iterable[str]) -> frozenset[str]:
    """Every SHA-256 fingerprint that the texts name, lower-case hex without colons."""
    return frozenset(found.replace(":", "") for text in texts for found in _FINGERPRINT.findall(text.lower()))


def standing(expected: Expected, trial: Trial, sha256: str | None, beside: Beside | None = None) -> Standing:
    """What a trial says of the certificate with this fingerprint; ``beside`` is the trial that was made with another.

    An echo that names this certificate where another one was shown, and not that one, proves nothing.
    """
    if not trial.accepted(expected):
        return Standing.REFUSED
    if not trial.proves(expected, sha256):
        return Standing.UNPROVEN
    constant = expected.proof is Proof.FINGERPRINT and beside is not None and beside.names_instead(sha256, expected)
    return Standing.UNPROVEN if constant else Standing.ACCEPTED


class Sighting(enum.Enum):
    """What one request through the deployed stage met."""

    DESIRED = "desired"
    FORMER = "former"
    UNPROVEN = "unproven"
    REFUSED = "refused"


# One refusal may be a restart or a deployment; two in a row while a certificate has just changed are not.
REFUSALS_THAT_END_IT = 2


def sighting(expected: Expected, trial: Trial, sha256: str, former: Collection[str]) -> Sighting:
    """What one answer says of the certificate that the backend saw."""
    if not trial.accepted(expected):
        return Sighting.REFUSED
    if trial.proves(expected, sha256):
        return Sighting.DESIRED
    return Sighting.FORMER if trial.seen & frozenset(former) else Sighting.UNPROVEN


def confirmed(seen: Iterable[Sighting], wanted: int) -> bool | None:
    """Whether a row of requests, oldest first, confirms the switch; None while more are needed.

    True: the last ``wanted`` all met the desired certificate. False: the last ones were refused.
    """
    row = list(seen)
    if len(row) >= wanted and all(one is Sighting.DESIRED for one in row[-wanted:]):
        return True
    refused = row[-REFUSALS_THAT_END_IT:]
    if len(refused) == REFUSALS_THAT_END_IT and all(one is Sighting.REFUSED for one in refused):
        return False
    return None
