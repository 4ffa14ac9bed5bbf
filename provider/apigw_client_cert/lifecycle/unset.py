"""What is unset is absent from state and from the wire. Apart, because every program needs it and imports no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def without_none(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The properties that are set; a None would not survive the wire and would read as a change."""
    return {key: value for key, value in properties.items() if value is not None}
