"""moto's answers as AWS would word them: what the service model does not have goes, and so does every null."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from apigw_sandbox.moto_extension import model


def body(service: str, action: str, content: bytes) -> bytes:
    """A successful answer's JSON with the members of the model; empty where the operation answers nothing.

    A document that is the whole answer (an exported API) stays as it is.
    """
    output = model.output_shape(service, action)
    if output is None:
        return b""
    if "payload" in output.serialization or not content:
        return content
    return json.dumps(_shaped(output, json.loads(content))).encode()


def _shaped(shape: Any, value: Any) -> Any:  # noqa: ANN401 - botocore's models carry no types
    if shape.type_name == "timestamp":
        return _instant(shape, value)
    if isinstance(value, list) and shape.type_name == "list":
        return [_shaped(shape.member, one) for one in value if one is not None]
    if isinstance(value, dict) and shape.type_name == "map":
        return {key: _shaped(shape.value, one) for key, one in value.items() if one is not None}
    if isinstance(value, dict) and shape.type_name == "structure":
        members = model.in_body(shape)
        here = {name: _shaped(members[name], one) for name, one in value.items() if name in members and one is not None}
        return {**_empty_lists(shape), **here}
    return _scalar(shape, value)


def _empty_lists(shape: Any) -> dict[str, list[object]]:  # noqa: ANN401 - botocore's models carry no types
    """Lists that the model requires: moto has null for one that nobody gave."""
    needed = {name: shape.members[name] for name in shape.required_members}
    return {one.serialization.get("name", name): [] for name, one in needed.items() if one.type_name == "list"}


def _scalar(shape: Any, value: Any) -> Any:  # noqa: ANN401 - botocore's models carry no types
    """Moto keeps what it was sent, which may be a number or a truth value in quotes."""
    if isinstance(value, str) and shape.type_name == "boolean":
        return value.lower() == "true"
    if isinstance(value, str) and shape.type_name in {"integer", "long"}:
        return int(value)
    if isinstance(value, str) and shape.type_name in {"double", "float"}:
        return float(value)
    return value


def _instant(shape: Any, value: Any) -> Any:  # noqa: ANN401 - botocore's models carry no types
    if isinstance(value, str) and shape.serialization.get("timestampFormat", "unixTimestamp") == "unixTimestamp":
        return int(datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp())
    return value
