"""The properties of a resource in state: decrypted where they are, and unknown where they are encrypted or damaged."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert.cli.shapes import named, wrong_properties
from apigw_client_cert.lifecycle.failed_step import FAILED_STEP
from apigw_client_cert.lifecycle.inputs import UNKNOWN, has_unknown
from apigw_client_cert.lifecycle.state import HISTORY

if TYPE_CHECKING:
    from collections.abc import Mapping

# How the engine marks a special value in a property bag, and a secret among those.
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - it marks one, and is none
_UNPARSED: Final = object()
# Evidence, which is shown without what of it is encrypted.
_IN_PART: Final = (HISTORY, "lastConfirmed")
INPUTS: Final = "inputs"
OUTPUTS: Final = "outputs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Properties:
    """Both sides of a resource.

    ``encrypted`` are the properties in which something is encrypted, ``damaged`` those of another type than a release
    writes, each with what is wrong. Either reads as unknown, as it does at a preview.
    """

    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    encrypted: frozenset[str]
    damaged: Mapping[str, str]


def properties_of(kind: str, resource: Mapping[str, Any]) -> Properties:
    """What an exported resource of this kind holds."""
    damaged: dict[str, str] = {}
    inputs, outputs = (_side(kind, side, resource.get(side), damaged) for side in (INPUTS, OUTPUTS))
    raw = {side: told if isinstance(told := resource.get(side), dict) else {} for side in (INPUTS, OUTPUTS)}
    return Properties(
        inputs=inputs,
        # An output of its own that is encrypted is one that is not there; an echo is compared with its input.
        outputs={
            key: UNKNOWN if key == FAILED_STEP and has_unknown(value) else value
            for key, value in outputs.items()
            if key in {*inputs, FAILED_STEP} or (value != UNKNOWN and (key in _IN_PART or not has_unknown(value)))
        },
        encrypted=frozenset(key for side in raw.values() for key, value in side.items() if _is_shut(value)),
        damaged=damaged,
    )


def _side(kind: str, side: str, told: object, damaged: dict[str, str]) -> dict[str, Any]:
    if told is None:
        return {}
    if not isinstance(told, dict):
        damaged[side] = f"{side} is {named(told)}, and has to be an object"
        return {}
    opened = {key: _opened_if_possible(value) for key, value in told.items()}
    damaged |= {key: f"{side}.{key} has a secret that cannot be parsed" for key in opened if opened[key] is _UNPARSED}
    opened = {key: UNKNOWN if value is _UNPARSED else value for key, value in opened.items()}
    wrong = wrong_properties(kind, side, opened)
    # Evidence that a hand has spoilt is left out entry by entry, and said by who shows it.
    wrong.pop(HISTORY, None)
    damaged |= wrong
    return {key: UNKNOWN if key in wrong else value for key, value in opened.items() if value is not None}


def _opened_if_possible(value: object) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return _opened(value)
    except (TypeError, ValueError):
        return _UNPARSED


def _opened(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The value with what ``--show-secrets`` shows in its place, and as unknown what is encrypted."""
    if isinstance(value, list):
        return [_opened(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get(_SIGNATURE) == _SECRET:
        return _opened(json.loads(value["plaintext"])) if "plaintext" in value else UNKNOWN
    return {key: _opened(one) for key, one in value.items()}


def _is_shut(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_is_shut, value))
    if not isinstance(value, dict):
        return False
    if value.get(_SIGNATURE) == _SECRET:
        return "plaintext" not in value
    return any(map(_is_shut, value.values()))
