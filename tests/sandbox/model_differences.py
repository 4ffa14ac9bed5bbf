"""How an answer on the wire differs from what botocore's model says of it, member by member.

Written against the model alone, without the sandbox's own reading of it.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_REQUEST_ID = {"s3": "x-amz-request-id", "sts": None}
_JSON: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "character": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "blob": str,
    "structure": dict,
    "map": dict,
    "list": list,
}


def differences(service: str, operation: Any, status: int, headers: Mapping[str, str], body: bytes) -> Iterator[str]:
    """Each as ``Operation.path: what``; ``headers`` in lower case."""
    for said in _differences(service, operation, status, headers, body):
        yield f"{operation.name}{said}"


def _differences(service: str, operation: Any, status: int, headers: Mapping[str, str], body: bytes) -> Iterator[str]:
    wanted = operation.http.get("responseCode", 200)
    if status != wanted:
        yield f": status {status}, not {wanted}"
    name = _REQUEST_ID.get(service, "x-amzn-requestid")
    if name is not None and not headers.get(name):
        yield ": no request id"
    output = operation.output_shape
    members = {} if output is None else _in_body(output)
    if output is not None and "payload" in output.serialization:
        return
    protocol = operation.service_model.protocol
    if not members and protocol != "query":
        if body.strip() not in {b"", b"{}"} or (body and output is None):
            yield f": a body where the model has none: {body[:60]!r}"
        return
    if protocol in {"rest-json", "json"}:
        yield from _value(output, json.loads(body), "", protocol)
    else:
        yield from _document(output, ET.fromstring(body), protocol)  # noqa: S314 - our own sandbox answered


def _in_body(shape: Any) -> dict[str, Any]:
    return {
        _wire_name(name, member): member
        for name, member in shape.members.items()
        if member.serialization.get("location", "body") == "body"
    }


def _value(shape: Any, value: object, path: str, protocol: str) -> Iterator[str]:
    if value is None:
        yield f"{path}: null, which AWS leaves out"
        return
    if shape.type_name == "timestamp":
        yield from _timestamp(shape, value, path)
        return
    kind = _JSON[shape.type_name]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        yield f"{path}: {type(value).__name__} {value!r}, not a {shape.type_name}"
    elif isinstance(value, str):
        if shape.enum and value not in shape.enum:
            yield f"{path}: {value!r} is none of {', '.join(shape.enum)}"
    else:
        yield from _inside(shape, value, path, protocol)


def _inside(shape: Any, value: object, path: str, protocol: str) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _value(shape.member, one, f"{path}[]", protocol)
    elif isinstance(value, dict) and shape.type_name == "map":
        for one in value.values():
            yield from _value(shape.value, one, f"{path}{{}}", protocol)
    elif isinstance(value, dict):
        members = _in_body(shape)
        yield from _missing(shape, set(value), path)
        for name in sorted(set(value) - set(members)):
            yield f"{path}.{name}: no member of the model's"
        for name in sorted(set(value) & set(members)):
            yield from _value(members[name], value[name], f"{path}.{name}", protocol)


def _missing(shape: Any, answered: set[str], path: str) -> Iterator[str]:
    """What the model calls required; names on the wire."""
    needed = {_wire_name(name, shape.members[name]) for name in shape.required_members}
    yield from (f"{path}.{name}: missing, which the model requires" for name in sorted(needed - answered))


def _wire_name(name: str, member: Any) -> str:
    return str(member.serialization.get("name", name))


def _timestamp(shape: Any, value: object, path: str) -> Iterator[str]:
    if shape.serialization.get("timestampFormat", "unixTimestamp") == "unixTimestamp":
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield f"{path}: {value!r} is no count of seconds"
        return
    try:
        datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        yield f"{path}: {value!r} is no ISO 8601 instant"


def _document(shape: Any, root: ET.Element, protocol: str) -> Iterator[str]:
    """XML: of a query service the result lies in a wrapper beside the metadata."""
    if protocol == "query":
        wrapper = shape.serialization.get("resultWrapper", f"{shape.name}Result")
        others = {_tag(one) for one in root} - {wrapper, "ResponseMetadata"}
        yield from (f".{one}: no member of the model's" for one in sorted(others))
        if not [one for one in root if _tag(one) == "ResponseMetadata" for two in one if _tag(two) == "RequestId"]:
            yield ": no request id"
        root = next(one for one in root if _tag(one) == wrapper)
    yield from _element(shape, root, "")


def _element(shape: Any, element: ET.Element, path: str) -> Iterator[str]:
    if shape.type_name != "structure":
        return
    members = _in_body(shape)
    yield from _missing(shape, {_tag(child) for child in element}, path)
    for child in element:
        member = members.get(_tag(child))
        if member is None:
            yield f"{path}.{_tag(child)}: no member of the model's"
        else:
            yield from _element(member, child, f"{path}.{_tag(child)}")


def _tag(element: ET.Element) -> str:
    return re.sub(r"\{.*\}", "", element.tag)
