"""How a program's values and names are written on the wire."""

from __future__ import annotations

from datetime import timedelta

import pulumi

from apigw_client_cert.rotation.durations import format_duration

Duration = pulumi.Input[str] | timedelta


def written(value: object) -> object:
    """A value as it goes over the wire: durations as texts, everything else as it is."""
    return format_duration(value) if isinstance(value, timedelta) else value


def camel(name: str) -> str:
    """The name on the wire of a Python name: ``rotate_before`` -> ``rotateBefore``."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
