"""AWS's patch operations: which paths take which (docs/aws.md §1.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apigw_sandbox.api_errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OPERATIONS = frozenset({"add", "remove", "replace", "move", "copy", "test"})


@dataclass(frozen=True, slots=True)
class PatchOperation:
    """One operation; ``value`` is None only where the rule lets it be absent (``remove``)."""

    op: str
    path: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class PathRule:
    """The operations that a family of paths takes; ``shown`` is how an error message names it."""

    shown: str
    pattern: re.Pattern[str]
    operations: frozenset[str]


def _rule(shown: str, pattern: str | None = None, *operations: str) -> PathRule:
    return PathRule(shown, re.compile(pattern or re.escape(shown)), frozenset(operations or {"replace"}))


_METHOD_SETTINGS = (
    "metrics/enabled",
    "logging/dataTrace",
    "logging/loglevel",
    "throttling/burstLimit",
    "throttling/rateLimit",
    "caching/ttlInSeconds",
    "caching/enabled",
    "caching/dataEncrypted",
    "caching/requireAuthorizationForCacheControl",
    "caching/unauthorizedCacheControlHeaderStrategy",
)

CERTIFICATE_PATHS = (_rule("/description"),)

# What moto's stages can hold. AWS knows more (canarySettings, removal of method settings): those are
# refused here, because taking and dropping them would be worse.
STAGE_PATHS = (
    _rule("/deploymentId"),
    _rule("/description"),
    _rule("/cacheClusterEnabled"),
    _rule("/cacheClusterSize"),
    _rule("/clientCertificateId"),
    _rule("/accessLogSettings", None, "remove"),
    _rule("/accessLogSettings/destinationArn"),
    _rule("/accessLogSettings/format"),
    _rule("/tracingEnabled"),
    _rule("/variables/{variable_name}", r"/variables/[A-Za-z0-9_]+", "replace", "remove"),
    *(_rule(f"/{{resourcePath}}/{{httpMethod}}/{name}", rf"/[^/]+/[^/]+/{name}") for name in _METHOD_SETTINGS),
)


def checked(raw: Sequence[Mapping[str, str]] | None, rules: Sequence[PathRule]) -> tuple[PatchOperation, ...]:
    """The operations of one PATCH, all of them valid: one bad operation refuses the whole call.

    Raises:
        BadRequest: unknown operation or path, an operation that the path does not take, no value to replace with.
    """
    return tuple(_checked(operation, rules) for operation in raw or ())


def _checked(raw: Mapping[str, str], rules: Sequence[PathRule]) -> PatchOperation:
    op, path, value = raw.get("op"), raw.get("path"), raw.get("value")
    if op not in OPERATIONS:
        raise BadRequest(f"Invalid patch operation specified: {op}. Must be one of: [{', '.join(sorted(OPERATIONS))}]")
    rule = next((rule for rule in rules if path is not None and rule.pattern.fullmatch(path)), None)
    if path is None or rule is None:
        # The text that AWS was recorded to answer with (docs/aws.md §1.2).
        raise BadRequest(
            f"Invalid method setting path: {path}. Must be one of: [{', '.join(rule.shown for rule in rules)}]"
        )
    if op not in rule.operations:
        taken = ", ".join(sorted(rule.operations))
        raise BadRequest(f"Invalid patch path '{path}' specified for op '{op}'. Must be one of: [{taken}]")
    if op == "replace" and value is None:
        # UNVERIFIED: nobody has documented a replace without a value; Terraform sends "" to clear (docs/aws.md §1.2).
        raise BadRequest(f"A value is needed to replace {path}; an empty one clears it")
    if "from" in raw:
        raise BadRequest(f"'from' has no meaning for op '{op}'")
    return PatchOperation(op, path, value)
