"""What the extended response classes share: members that were checked, and no guessing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.core.responses import BaseResponse

if TYPE_CHECKING:
    from apigw_sandbox.control_plane import ControlPlane

Answered = tuple[int, dict[str, Any], str]


class CheckedResponse(BaseResponse):
    """One request whose query and body were held against the service model before moto sees them.

    moto looks for a parameter in the query, in the body read as a form (a description that holds
    ``&stageName=x`` would win), in the headers and in the JSON, and believes an ``Action`` wherever it stands.
    """

    def __init__(self, plane: ControlPlane, query: dict[str, list[str]], members: dict[str, Any]) -> None:
        super().__init__()
        self.plane = plane
        self.query = query
        self.members = members

    def _get_action(self) -> str:
        return self._get_action_from_method_and_request_uri(self.normalized_request)

    def _get_param(self, param_name: str, if_none: Any = None) -> Any:  # noqa: ANN401 - moto's signature
        if param_name in self.query:
            return self.query[param_name][0]
        return self.members.get(param_name, self.uri_match.get(param_name, if_none))

    def _uri(self, name: str) -> str:
        return str(self.uri_match[name])

    def _query(self, name: str) -> str | None:
        values = self.query.get(name)
        return values[0] if values else None


def answered(payload: object) -> Answered:
    """A success; its status comes from the service model."""
    return 200, {}, json.dumps(payload)
