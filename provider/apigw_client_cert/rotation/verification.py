"""judge(): whether trial calls prove that a backend accepts the desired certificate, and what else they tell. Pure.

The desired certificate is tried before a stage moves, and so is what the stage presents now: only the pair tells a
backend that refuses the new certificate from one that is down, and an honest echo from a constant one.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

# SHA-256 as backends write it: hex in any case, bytes run together or parted by colons.
_FINGERPRINT = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{2}:?){31}[0-9a-f]{2}(?![0-9a-f])")


class Proof(enum.Enum):
    """What counts as proof; its value is the word of the input."""

    FINGERPRINT = "fingerprint"
    STATUS = "status"


class Verdict(enum.Enum):
    """What a pair of trials amounts to."""

    PROVEN = "proven"
    PRESENTED_REFUSED = "presented-refused"
    NOTHING_TO_LOSE = "nothing-to-lose"
    REFUSED_ALONE = "refused-alone"
    REFUSED_WITH_PRESENTED = "refused-with-presented"
    REFUSED_UNTRIED = "refused-untried"
    NO_PROOF = "no-proof"
    OTHER_PROOF = "other-proof"
    CONSTANT_ECHO = "constant-echo"

    @property
    def lets_move(self) -> bool:
        """Whether the stage may move."""
        return self in {Verdict.PROVEN, Verdict.PRESENTED_REFUSED, Verdict.NOTHING_TO_LOSE}


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
class Before:
    """What the stage presents before it moves, and how a trial of it went.

    ``trial`` is None for a certificate that is gone or expired. ``bare``: it presents nothing, and the trial was made
    without a certificate. ``sha256`` is None where it cannot be known (ACM). ``untried``: it lives, and could not be
    tried.
    """

    trial: Trial | None = None
    sha256: str | None = None
    bare: bool = False
    untried: bool = False


def fingerprints_in(texts: Iterable[str]) -> frozenset[str]:
    """Every SHA-256 fingerprint that the texts name, lower-case hex without colons."""
    return frozenset(found.replace(":", "") for text in texts for found in _FINGERPRINT.findall(text.lower()))


def judge(expected: Expected, desired: Trial, sha256: str, before: Before) -> Verdict:
    """Whether the stage may move; defined for every pair."""
    accepts_before = before.trial is not None and before.trial.accepted(expected)
    if not desired.accepted(expected):
        return _refused(before, accepts_before=accepts_before)
    if not desired.proves(expected, sha256):
        return Verdict.OTHER_PROOF if desired.seen else Verdict.NO_PROOF
    if before.trial is None or before.bare:
        return Verdict.PROVEN
    if not accepts_before:
        return Verdict.PRESENTED_REFUSED
    # Whatever an unknown certificate's fingerprint is, it is not the desired one's.
    constant = expected.proof is Proof.FINGERPRINT and before.sha256 is None and sha256.lower() in before.trial.seen
    honest = before.trial.proves(expected, before.sha256) and not constant
    return Verdict.PROVEN if honest else Verdict.CONSTANT_ECHO


def _refused(before: Before, *, accepts_before: bool) -> Verdict:
    """What a refusal of the desired certificate amounts to."""
    if accepts_before:
        return Verdict.REFUSED_ALONE
    if before.untried:
        return Verdict.REFUSED_UNTRIED
    # What is gone, expired or absent serves nobody: there is nothing to stay on.
    return Verdict.NOTHING_TO_LOSE if before.bare or before.trial is None else Verdict.REFUSED_WITH_PRESENTED


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
