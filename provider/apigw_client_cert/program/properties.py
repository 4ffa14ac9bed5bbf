"""Properties on their way between a program and the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi

from apigw_client_cert.lifecycle.failed_step import FAILED_STEP
from apigw_client_cert.lifecycle.unset import without_none

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Registering(pulumi.Resource):
    """What a declaration leaves to its host: the dynamic host and the plugin register the same properties."""

    def _register(self, name: str, props: dict[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        raise NotImplementedError

    @property
    def failed_step(self) -> pulumi.Output[dict[str, str] | None]:
        """What the last run could not do for this resource: ``step``, ``since`` and ``message``."""
        return optional_output(self, FAILED_STEP, "stateVersion")


def declared(props: Mapping[str, Any], outputs: Iterable[str]) -> dict[str, Any]:
    """The properties to register: every input that is set, and a place for every output that is handed out.

    The SDK makes outputs of all keys, and a program waits for all of them anew with every answer of the engine: one
    that nobody reads costs time that grows with the square of the program.
    """
    # Outputs exist only for keys that are registered: a placeholder each (docs/pulumi.md §1.1).
    return {**dict.fromkeys(outputs), **without_none(props)}


def output(resource: Registering, key: str) -> pulumi.Output[Any]:
    """One output by its name on the wire."""
    found: pulumi.Output[Any] = resource.__dict__[key]
    return found


def optional_output(resource: Registering, key: str, beside: str) -> pulumi.Output[Any]:
    """One output that state may lack, None at a preview that shows no change.

    The SDK calls what is missing unknown. ``beside`` is an output that is always there unless an update is to come.
    """

    def settled(found: list[Any]) -> Any:  # noqa: ANN401 - any JSON value, and what the SDK puts for an unknown one
        value, other = found
        unset = isinstance(value, pulumi.output.Unknown) and not isinstance(other, pulumi.output.Unknown)
        return None if unset else value

    both = pulumi.Output.all(output(resource, key), output(resource, beside))
    return both.apply(settled, run_with_unknowns=True)


def together(told: Mapping[str, pulumi.Input[Any]]) -> pulumi.Output[dict[str, Any]]:
    """All that is set of it, as one output; what is known already becomes none of its own."""
    later = {key: value for key, value in told.items() if not _is_plain(value)}
    known = {key: value for key, value in told.items() if key not in later}
    if not later:
        return pulumi.Output.from_input(without_none(known))
    return pulumi.Output.all(**later).apply(lambda found: without_none({**known, **found}))


def _is_plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int | float)


def known_output(resource: Registering, key: str) -> pulumi.Output[Any]:
    """One output, None where it is not known at preview.

    For what is only a way to something: an output that state does not have yet is unknown at every preview, and would
    make unknown, and so a change, whatever is put together with it.
    """
    return output(resource, key).apply(
        lambda value: None if isinstance(value, pulumi.output.Unknown) else value, run_with_unknowns=True
    )
