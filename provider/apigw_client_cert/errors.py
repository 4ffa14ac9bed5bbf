"""The errors that users see, split by what the operator should do.

::

    RotationError
    ├── Retryable               not done, as far as is known; the same call may succeed later
    │   ├── Throttled
    │   ├── ConcurrentModification
    │   └── Unavailable
    ├── OutcomeUnknown          sent, no answer: observe before acting again
    ├── Refused                 it was not done, and repeating will not help
    │   ├── BadInput
    │   ├── NotOurs
    │   ├── QuotaExhausted
    │   ├── StageNotFound
    │   ├── StageTaken
    │   ├── StillInUse
    │   └── TargetTaken
    └── NeedsOperator           the world outside must change first
        ├── AccessDenied
        ├── EndpointUnreachable
        ├── NoCredentials
        ├── NotFollowed
        ├── NotProven
        ├── NotPublished
        ├── NotVerified
        └── ProbeUnreachable

Each says what happened, what it means and what to do. Nothing is said to be unchanged, kept or unharmed but what the
raising code has seen: a call knows of itself alone, not of what the same update did before it.
No message may hold a PEM or a credential, nor may what it is raised from: where ``resources.py`` finds nothing to
take hold of, the dynamic host shows the whole chain of tracebacks to the user (docs/pulumi.md §1.6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Enough to recognise a value by; a message is read on a terminal.
LONGEST_SHOWN = 120
MOST_LISTED = 10


def safe_repr(value: object) -> str:
    """A user's value as a message may repeat it: its ``repr``, cut short, and withheld where it holds a PEM.

    Control characters come out escaped, so that a value cannot forge a line of a log.
    """
    text = repr(value)
    if "-----BEGIN" in text:
        return "(withheld: it holds a PEM)"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}… ({len(text)} characters)"


def printable(text: str) -> str:
    """The text with its control characters escaped: what a state holds may have been written by anybody."""
    return text if text.isprintable() else "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def page(name: str) -> str:
    """The command that shows a page of docs/, or a section of it, wherever the package is installed."""
    return f"`python -m apigw_client_cert.docs {name}`"


def joined(things: Iterable[object], separator: str = ", ") -> str:
    """The first ten, and how many more: a message may have to name a thousand stages."""
    names = [printable(str(one)) for one in things]
    more = [f"and {len(names) - MOST_LISTED} more"] if len(names) > MOST_LISTED else []
    return separator.join([*names[:MOST_LISTED], *more])


class RotationError(Exception):
    """Something this package cannot finish by itself.

    Args:
        what: What happened, one sentence without a final full stop.
        means: What it means for the certificate, the stages or the run.
        remedy: What the user should do.
        subject: The id, stage, path or ARN concerned, for machines.
    """

    def __init__(self, what: str, *, means: str, remedy: str, subject: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.means = means
        self.remedy = remedy
        self.subject = subject

    def __str__(self) -> str:
        """What happened, what it means, what to do: one line."""
        return f"{self.what}. {self.means} {self.remedy}"

    def and_remedy(self, more: str) -> RotationError:
        """The same error with one more sentence on what to do."""
        return _rebuild(type(self), self.what, self.means, f"{self.remedy} {more}", self.subject)

    def __reduce__(self) -> tuple[object, ...]:
        """Exceptions cross process pools in test runners: keyword arguments must survive pickling."""
        return _rebuild, (type(self), self.what, self.means, self.remedy, self.subject)


def _rebuild(kind: type[RotationError], what: str, means: str, remedy: str, subject: str) -> RotationError:
    return kind(what, means=means, remedy=remedy, subject=subject)


class Retryable(RotationError):  # noqa: N818 - the tree above names what to do, not that it is an error
    """The call did not succeed; the next scheduled run looks, and tries again."""


class Throttled(Retryable):
    """AWS kept answering 429 for longer than the retries last."""


class ConcurrentModification(Retryable):
    """AWS kept answering that somebody else is changing the same object."""


class Unavailable(Retryable):
    """AWS answered with a server error for longer than the retries last."""


class OutcomeUnknown(RotationError):  # noqa: N818 - the tree above names what to do, not that it is an error
    """The call was sent and no answer came: it may have taken effect."""


class Refused(RotationError):  # noqa: N818 - the tree above names what to do, not that it is an error
    """The change would break a promise, so it was not made."""


class BadInput(Refused):
    """A property has a value that can never work."""


class NotOurs(Refused):
    """The certificate belongs to another rotation, or to nobody we know."""


class QuotaExhausted(Refused):
    """The account holds as many client certificates as its quota allows."""


class StageNotFound(Refused):
    """The API or the stage does not exist."""


class StageTaken(Refused):
    """The stage presents something that we may not replace."""


class StillInUse(Refused):
    """A stage still presents the certificate that was to be deleted."""


class TargetTaken(Refused):
    """The publish target holds something that we did not write."""


class NeedsOperator(RotationError):  # noqa: N818 - the tree above names what to do, not that it is an error
    """The world outside must change before a run can succeed."""


class AccessDenied(NeedsOperator):
    """The credentials lack a permission."""


class EndpointUnreachable(NeedsOperator):
    """No connection to the AWS endpoint could be made."""


class NoCredentials(NeedsOperator):
    """boto3's default chain found no usable credentials."""


class NotFollowed(NeedsOperator):
    """A binding's inputs do not follow its certificate: an option of the program makes them stand still."""


class NotProven(NeedsOperator):
    """Something was not found, and nothing says that this is the account that it would be in."""


class NotPublished(NeedsOperator):
    """The certificate to present is not in the trust bundle that the backends read."""


class NotVerified(NeedsOperator):
    """No proof could be had that the backend accepts the certificate that a stage is to present, or presents.

    Attributes:
        refused: The certificate that was seen to be refused through the stage, where the switch to it was taken back.
    """

    refused: str = ""


class ProbeUnreachable(NeedsOperator):
    """The probe of ``confirm`` did not get through to the stage, which says nothing of the backend."""
