"""From what pulumi-policy hands to a policy to ``Declared`` values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pulumi_policy.proxy import UnknownValueError

from .declared import UNKNOWN, Declared

if TYPE_CHECKING:
    from pulumi_policy import PolicyResource, ResourceValidationArgs, StackValidationArgs


def resource(args: ResourceValidationArgs) -> Declared:
    """The one resource of a resource policy, with its inputs."""
    return Declared(
        urn=args.urn,
        type=args.resource_type,
        name=args.name,
        parent=args.opts.parent or "",
        props=plain(args.props),
        ignore_changes=tuple(args.opts.ignore_changes),
        delete_before_replace=bool(args.opts.delete_before_replace),
    )


def stack(args: StackValidationArgs) -> list[Declared]:
    """The resources of a stack policy by URN, with their outputs and what they were computed from."""
    return sorted(map(_of_stack, args.resources), key=lambda one: one.urn)


def _of_stack(one: PolicyResource) -> Declared:
    return Declared(
        urn=one.urn,
        type=one.resource_type,
        name=one.name,
        parent=one.parent.urn if one.parent else "",
        props=plain(one.props),
        ignore_changes=tuple(one.opts.ignore_changes),
        delete_before_replace=bool(one.opts.delete_before_replace),
        uses={key: frozenset(other.urn for other in others) for key, others in one.property_dependencies.items()},
    )


def plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value behind pulumi-policy's proxies
    """The value without proxies, whose every access to something unknown would end the policy."""
    if isinstance(value, Mapping):
        return {key: _inside(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_inside(value, index) for index in range(len(value))]
    return value


def _inside(whole: Any, key: str | int) -> Any:  # noqa: ANN401 - as above
    try:
        found = whole[key]
    except UnknownValueError:
        return UNKNOWN
    return plain(found)
