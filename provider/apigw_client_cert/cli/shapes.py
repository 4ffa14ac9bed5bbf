"""What type each property of a state has, by the package's own schema, and where one is of another.

A state is checked by nobody: ``pulumi stack import`` takes whatever a hand has made of an export.
"""

from __future__ import annotations

import functools
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from apigw_client_cert.lifecycle.inputs import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Shape: TypeAlias = "Mapping[str, Any]"

# Read as what it is, a file: the commands are no part of the plugin, and load nothing of it.
_SCHEMA: Final = Path(__file__).parents[1] / "native" / "schema" / "schema.json"
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int, float),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}
_EXPECTED: Final = {
    "string": "a text",
    "integer": "a number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
}


def wrong_properties(kind: str, side: str, properties: Mapping[str, Any]) -> dict[str, str]:
    """Property -> what of it is of another type than the schema has, and where; none for what is as it should be.

    What is absent, null or encrypted is of every type, and a property that the schema does not know may be anything
    but a number that is none.
    """
    declared = _properties(kind)
    found = ((key, _wrong(value, declared.get(key, {}), f"{side}.{key}")) for key, value in properties.items())
    return {key: why for key, why in found if why is not None}


@functools.cache
def _schema() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    return told


@functools.cache
def _properties(kind: str) -> Shape:
    resource = next(told for token, told in _schema()["resources"].items() if token.endswith(f":{kind}"))
    return {**resource.get("inputProperties", {}), **resource["properties"]}


def _wrong(value: object, shape: Shape, at: str) -> str | None:
    """The first place where it is of another type."""
    if value is None or value == UNKNOWN:
        return None
    if "$ref" in shape:
        shape = _schema()["types"][shape["$ref"].removeprefix("#/types/")]
    expected = shape.get("type", "")
    if expected and not _is(value, expected):
        return f"{at} is {named(value)}, and has to be {_EXPECTED[expected]}"
    if isinstance(value, float) and not math.isfinite(value):
        return f"{at} is {value}, which is no number"
    return next((why for why in _parts(value, shape, at) if why is not None), None)


def _is(value: object, expected: str) -> bool:
    # A truth value is a number to Python.
    if isinstance(value, bool) or expected == "boolean":
        return isinstance(value, bool) and expected == "boolean"
    return isinstance(value, _TYPES[expected])


def _parts(value: object, shape: Shape, at: str) -> Iterator[str | None]:
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield _part(one, shape.get("items", {}), f"{at}[{number}]")
    elif isinstance(value, dict):
        declared, others = shape.get("properties", {}), shape.get("additionalProperties")
        for key, one in value.items():
            yield _part(one, others, f"{at}.{key}") if others else _wrong(one, declared.get(key, {}), f"{at}.{key}")


def _part(value: object, shape: Shape, at: str) -> str | None:
    """An element, which may not be absent as a property may."""
    return f"{at} is nothing, and has to be something" if value is None and shape else _wrong(value, shape, at)


def named(value: object) -> str:
    """What a JSON value is, in a word."""
    if value is None:
        return "nothing"
    kinds: Iterable[tuple[Any, str]] = (
        (bool, "true or false"),
        (str, "a text"),
        ((int, float), "a number"),
        (list, "a list"),
    )
    return next((word for kind, word in kinds if isinstance(value, kind)), "an object")
