"""What a caller gets, before any server writes it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from apigw_sandbox.data_plane.failures import NotForwardedError, failure
from apigw_sandbox.messages import JSON

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from apigw_sandbox.data_plane.exchange import Headers


class Ended(Protocol):
    """Told once how a stream ended."""

    def __call__(self, error: NotForwardedError | None, /, *, whole: bool) -> None:
        """With the failure that cut it off, or with whether it was read to its end."""


class Stream:
    """The pieces of an answer that is passed on as it comes.

    Args:
        pieces: A generator, which is closed at the end.
        ended: Called at the end, the failure, or ``close``, whichever is first.
    """

    def __init__(self, pieces: Generator[bytes, None, None], ended: Ended) -> None:
        self._pieces = pieces
        self._ended = ended
        self._open = True

    def __iter__(self) -> Iterator[bytes]:
        """The pieces; raises ``NotForwardedError`` where they are cut off."""
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except StopIteration:
            self._end(None, whole=True)
            raise
        except Exception as error:
            cut_off = failure(error)
            self._end(cut_off, whole=False)
            raise cut_off from error

    def close(self) -> None:
        """No more pieces are wanted; harmless when repeated or after the end."""
        self._end(None, whole=False)

    def _end(self, failed: NotForwardedError | None, *, whole: bool) -> None:
        if self._open:
            self._open = False
            self._pieces.close()
            self._ended(failed, whole=whole)


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers without lengths, and a body or a stream. ``failure`` says why no backend answered."""

    status: int
    headers: Headers
    body: bytes = field(default=b"", repr=False)
    stream: Stream | None = None
    failure: NotForwardedError | None = None


def failed(error: NotForwardedError, headers: Headers) -> Reply:
    """AWS's answer to a failure, which tells the caller nothing of its cause."""
    kind = error.kind
    body = json.dumps({"message": kind.message}).encode()
    own = (("Content-Type", JSON), ("x-amzn-ErrorType", kind.error_type), *headers)
    return Reply(kind.status, own, body, failure=error)
