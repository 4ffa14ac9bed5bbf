"""Property bags between protobuf structs and plain dicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped]  # protobuf ships no types

from apigw_client_cert.lifecycle.inputs import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from google.protobuf.struct_pb2 import Value

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


def plain(struct: Struct) -> dict[str, Any]:
    """The properties: numbers as floats, unset ones absent, every unknown as ``UNKNOWN``, secrets without their mark.

    The engine puts the mark back on every output that is named like a secret input (``annotateSecrets``), because
    Configure says that we do not accept secrets.
    """
    return _object(struct.fields)


def struct_of(properties: Mapping[str, Any]) -> Struct:
    """The properties on the wire; None is absent, as nothing would read it back."""
    struct = Struct()
    struct.update(_without_none(properties))
    return struct


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
