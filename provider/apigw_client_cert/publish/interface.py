"""What the lifecycle may ask of a place that trust is published to."""

from __future__ import annotations

from typing import Protocol


class Target(Protocol):
    """One file, parameter, object or secret that a backend reads its trust from."""

    @property
    def address(self) -> str:
        """Where it is, as a user would write it: ``file pins.pem``, ``ssm /orders/pins``, ``s3 bucket/key``."""
        ...

    def read(self) -> str | None:
        """The whole content now, or None when the target does not exist."""
        ...

    def write(self, content: str) -> None:
        """Replace the whole content; afterwards ``read()`` returns exactly this text."""
        ...
