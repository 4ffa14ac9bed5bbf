"""Property bags between protobuf structs and plain dicts."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from google.protobuf.struct_pb2 import Struct, Value  # type: ignore[import-untyped]  # protobuf ships no types

from apigw_client_cert.lifecycle.inputs import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# What the engine sends in place of an unknown value, one per type: sdk/go/common/resource/plugin/rpc.go.
_UNKNOWNS: Final = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        UNKNOWN,  # string
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
# An object with this key is a special value; the signature says which (sdk/go/common/resource/sig/sig.go).
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the signature of a secret, not one
_OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"

_NOTHING: Final[Mapping[str, Iterable[str]]] = MappingProxyType({})


def plain(struct: Struct) -> dict[str, Any]:
    """The properties: numbers as floats, unset ones absent, every unknown as ``UNKNOWN``, secrets without their mark.

    ``struct_of`` puts the marks back: whoever can construct components has to (the engine then leaves it to us).
    """
    return _object(struct.fields)


def struct_of(
    properties: Mapping[str, Any], like: Iterable[Struct] = (), repeats: Mapping[str, Iterable[str]] = _NOTHING
) -> Struct:
    """The properties on the wire; None is absent, as nothing would read it back.

    A property that is, or holds, a secret in one of ``like`` becomes one here: unchanged, it comes back as it came;
    another value of that name is secret as a whole. So are the properties that ``repeats`` names for it.
    """
    struct = Struct()
    struct.update(_without_none(properties))
    for source in like:
        for key in [key for key, value in source.fields.items() if _holds_secret(value)]:
            value = source.fields[key]
            if key in struct.fields:
                struct.fields[key].CopyFrom(value if _plain(value) == properties[key] else _secret(struct.fields[key]))
            for other in repeats.get(key, ()):
                if other in struct.fields and not _holds_secret(struct.fields[other]):
                    struct.fields[other].CopyFrom(_secret(struct.fields[other]))
    return struct


def _holds_secret(value: Value) -> bool:
    match value.WhichOneof("kind"):
        case "struct_value":
            fields = value.struct_value.fields
            return _is_secret(fields) or any(_holds_secret(one) for one in fields.values())
        case "list_value":
            return any(_holds_secret(one) for one in value.list_value.values)
        case _:
            return False


def _is_secret(fields: Mapping[str, Value]) -> bool:
    signature = fields[_SIGNATURE].string_value if _SIGNATURE in fields else ""
    return signature == _SECRET or (signature == _OUTPUT and "secret" in fields and fields["secret"].bool_value)


def _secret(value: Value) -> Value:
    wrapped = Value()
    wrapped.struct_value.fields[_SIGNATURE].string_value = _SECRET
    wrapped.struct_value.fields["value"].CopyFrom(value)
    return wrapped


def _object(fields: Mapping[str, Value]) -> dict[str, Any]:
    found = {key: _plain(value) for key, value in fields.items()}
    return {key: value for key, value in found.items() if value is not None}


def _plain(value: Value) -> Any:  # noqa: ANN401 - any JSON value
    match value.WhichOneof("kind"):
        case "struct_value":
            return _special(value.struct_value.fields)
        case "list_value":
            return [_plain(one) for one in value.list_value.values]
        case "string_value":
            return UNKNOWN if value.string_value in _UNKNOWNS else value.string_value
        case "bool_value":
            return value.bool_value
        case "number_value":
            return value.number_value
        case _:
            return None


def _special(fields: Mapping[str, Value]) -> Any:  # noqa: ANN401 - any JSON value
    signature = fields[_SIGNATURE].string_value if _SIGNATURE in fields else ""
    if signature == _SECRET:
        return _plain(fields["value"])
    if signature == _OUTPUT:
        return _plain(fields["value"]) if "value" in fields else UNKNOWN
    return _object(fields)


def _without_none(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {key: _without_none(one) for key, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [_without_none(one) for one in value]
    return value
