"""What a place held when it was last read, so that a write that is sent again overwrites nobody else's text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert.errors import ConcurrentModification

if TYPE_CHECKING:
    from collections.abc import Callable

    from apigw_client_cert.gateway.sending import Look, SoFar


class LastRead:
    """The memory of one target object.

    Args:
        address: Where, for messages.
        read: Reads the place without regard to this memory.
    """

    def __init__(self, address: str, read: Callable[[], str | None]) -> None:
        self._address = address
        self._read = read
        self._text: tuple[str | None] | None = None

    def look(self) -> str | None:
        """Read the place, and remember what it holds."""
        text = self._read()
        self._text = (text,)
        return text

    def written(self, content: str) -> None:
        """Remember what was written."""
        self._text = (content,)

    def unchanged_until(self, content: str) -> Look:
        """The look before the content is sent again: at a place that was never read, there is one before it is sent."""
        before = self.look() if self._text is None else self._text[0]

        def look_again(so_far: SoFar) -> bool:
            now = self._read()
            if now not in {before, content}:
                raise self._changed(now, so_far)
            return now == content

        return look_again

    def _changed(self, now: str | None, so_far: SoFar) -> ConcurrentModification:
        by_now = "does not exist any more" if now is None else "holds another text by now"
        return ConcurrentModification(
            f"{self._address} {by_now}, which this run did not write: the content was not sent again",
            means=f"Backends may not trust the new certificate yet. {so_far.value}",
            remedy="Give the place one writer; the next run looks at it first.",
            subject=self._address,
        )
