"""A difference in the engine's words: every property that an update changes, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pulumi.runtime.proto import provider_pb2

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_PropertyDiff = provider_pb2.PropertyDiff
_REPLACING: Final = {
    _PropertyDiff.ADD: _PropertyDiff.ADD_REPLACE,
    _PropertyDiff.DELETE: _PropertyDiff.DELETE_REPLACE,
    _PropertyDiff.UPDATE: _PropertyDiff.UPDATE_REPLACE,
}


def detailed_diff(
    before: Mapping[str, Any], after: Mapping[str, Any], inputs: Collection[str], replaces: Collection[str]
) -> dict[str, provider_pb2.PropertyDiff]:
    """Property -> how it changes, from state to state; values that are unknown yet count as changed.

    Keys that begin with ``__`` are the engine's, such as the ``__provider`` of the dynamic form.
    """
    return {
        key: _property_diff(key, before, after, inputs, replaces)
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key) and not key.startswith("__")
    }


def _property_diff(
    key: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    inputs: Collection[str],
    replaces: Collection[str],
) -> provider_pb2.PropertyDiff:
    if key not in before:
        kind = _PropertyDiff.ADD
    elif key not in after:
        kind = _PropertyDiff.DELETE
    else:
        kind = _PropertyDiff.UPDATE
    return _PropertyDiff(kind=_REPLACING[kind] if key in replaces else kind, inputDiff=key in inputs)
