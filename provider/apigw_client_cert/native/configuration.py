"""The provider's own configuration: where and as whom, and the policy of resources that name none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert.lifecycle.inputs import CONNECTION, DURATIONS, Failures, check_connection, check_durations
from apigw_client_cert.lifecycle.results import Checked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_client_cert.native.resource_types import Kind

CONFIGURATION: Final = (*CONNECTION, *DURATIONS)


def check_configuration(news: Mapping[str, Any]) -> Checked:
    """Validate it without looking at AWS; values that are unknown at preview pass."""
    failures = Failures()
    check_connection({}, news, failures)
    check_durations(news, failures)
    return Checked(dict(news), failures.found)


def configured(kind: Kind, news: Mapping[str, Any], configuration: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs, with the configuration's value for each that was left out.

    They become inputs of the resource: a changed configuration is a changed resource, seen by ``diff``. The connections
    within an input are filled likewise: how a binding reaches the bundle's targets, and a bundle the certificates.
    """
    given = {key: configuration[key] for key in CONFIGURATION if key in kind.inputs and key in configuration}
    found = {**given, **news}
    ways = {key: configuration[key] for key in CONNECTION if key in configuration}
    if isinstance(found.get("publishedTo"), dict):
        found["publishedTo"] = {**ways, **found["publishedTo"]}
    if isinstance(found.get("rotations"), list):
        found["rotations"] = [_reached(rotation, ways) for rotation in found["rotations"]]
    return found


def _reached(rotation: Any, ways: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
    """A rotation that says something of its connection says what differs from the configuration."""
    if not (isinstance(rotation, dict) and isinstance(rotation.get("connection"), dict)):
        return rotation
    return {**rotation, "connection": {**ways, **rotation["connection"]}}
