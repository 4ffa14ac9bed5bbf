"""What botocore's service model says about a call: names, kinds, statuses. Nothing unknown gets past it."""

from __future__ import annotations

import fnmatch
from typing import Any
from urllib.parse import parse_qs

from moto.core.utils import get_service_model

from apigw_sandbox.api_errors import BadRequest, Malformed
from apigw_sandbox.moto_extension.backends import SERVED

_KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "double": (int, float),
    "timestamp": str,
    "structure": dict,
    "map": dict,
    "list": list,
}


def has_operation(service: str | None, pattern: str) -> bool:
    """Whether a served service (None: any) has an operation of this name, in which ``*`` and ``?`` may stand."""
    services = SERVED if service is None else (service,) if service in SERVED else ()
    return any(fnmatch.filter(get_service_model(one).operation_names, pattern) for one in services)


def success_status(service: str, action: str) -> int:
    """The status of a successful answer."""
    return int(_operation(service, action).http.get("responseCode", 200))


def error_status(service: str, code: str) -> int | None:
    """The status that belongs to an error code, or None for a code that the model does not have."""
    for shape in get_service_model(service).error_shapes:
        if shape.name == code:
            return int(shape.metadata["error"]["httpStatusCode"])
    return None


def has_payload(service: str, action: str) -> bool:
    """Whether the body is a document of its own (an OpenAPI file) rather than the members."""
    shape = _operation(service, action).input_shape
    return shape is not None and "payload" in shape.serialization


def output_shape(service: str, action: str) -> Any:  # noqa: ANN401 - botocore's models carry no types
    """What an operation answers, or None for nothing."""
    return _operation(service, action).output_shape


def in_body(shape: Any) -> dict[str, Any]:  # noqa: ANN401 - botocore's models carry no types
    """Wire name to shape of a structure's members in the body."""
    return {
        member.serialization.get("name", name): member
        for name, member in shape.members.items()
        if member.serialization.get("location", "body") == "body"
    }


def checked_query(service: str, action: str, query: str) -> dict[str, list[str]]:
    """The query's members; raises ``BadRequest`` for one that the operation does not have.

    An operation with a map in its query (the parameters of an import) takes any name.
    """
    members = {name: shape for name, location, shape in _members(service, action) if location == "querystring"}
    found = parse_qs(query, keep_blank_values=True)
    open_ended = any(shape.type_name == "map" for shape in members.values())
    for name in found:
        if name not in members and not open_ended:
            raise BadRequest(f"{action} has no query parameter {name!r}")
    return found


def checked_body(service: str, action: str, body: dict[str, object]) -> dict[str, Any]:
    """The body's members; raises for an unknown one, a missing one, or one of the wrong kind.

    Raises:
        BadRequest: a member that the operation does not have, or that is missing.
        Malformed: a value of the wrong JSON kind.
    """
    shape = _operation(service, action).input_shape
    members = _named(shape) if shape is not None else {}
    _check_names(action, body, members)
    for name, value in body.items():
        _check_kind(members[name][0], value, name)
    return body


def _operation(service: str, action: str) -> Any:  # noqa: ANN401 - botocore's models carry no types
    return get_service_model(service).operation_model(action)


def _members(service: str, action: str) -> list[tuple[str, str, Any]]:
    """Wire name, location and shape of every member of an operation's input."""
    shape = _operation(service, action).input_shape
    return [
        (member.serialization.get("name", name), member.serialization.get("location", "body"), member)
        for name, member in (shape.members.items() if shape is not None else ())
    ]


def _named(shape: Any) -> dict[str, tuple[Any, bool]]:  # noqa: ANN401 - botocore's models carry no types
    """Wire name to shape and whether it is required, of a structure's members in the body."""
    required = {shape.members[name].serialization.get("name", name) for name in shape.required_members}
    return {name: (member, name in required) for name, member in in_body(shape).items()}


def _check_names(where: str, found: dict[str, object], members: dict[str, tuple[Any, bool]]) -> None:
    for name in found:
        if name not in members:
            raise BadRequest(f"{where} has no member {name!r}")
    for name, (_, needed) in members.items():
        if needed and name not in found:
            raise BadRequest(f"{where} needs {name!r}")


def _check_kind(shape: Any, value: object, where: str) -> None:  # noqa: ANN401 - botocore's models carry no types
    wanted = _KINDS[shape.type_name]
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        raise Malformed(f"{where} must be a JSON {shape.type_name}")
    if isinstance(value, list):
        for index, item in enumerate(value):
            _check_kind(shape.member, item, f"{where}[{index}]")
    elif isinstance(value, dict) and shape.type_name == "map":
        for key, item in value.items():
            _check_kind(shape.value, item, f"{where}.{key}")
    elif isinstance(value, dict):
        members = _named(shape)
        _check_names(where, value, members)
        for name, item in value.items():
            _check_kind(members[name][0], item, f"{where}.{name}")
