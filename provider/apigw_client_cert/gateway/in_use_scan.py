"""The in-use scan: which stage of the account and region presents which certificate.

Costs the pages of GetRestApis and one GetStages per REST API, the pages of GetApis and the pages of GetStages per
WebSocket API. What cannot be read becomes a gap, and a scan with gaps proves nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert.errors import AccessDenied, RotationError, Throttled, Unavailable
from apigw_client_cert.gateway import wait_limit
from apigw_client_cert.gateway.answers import Answered
from apigw_client_cert.gateway.interface import StageKind, StageRef, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from apigw_client_cert.gateway.client import Client

#: Service -> where a page keeps its items, and how many it may hold. 500 is GetRestApis' largest limit
#: (https://docs.aws.amazon.com/apigateway/latest/api/API_GetRestApis.html).
#: UNVERIFIED: apigatewayv2 documents no largest MaxResults; 100 is modest (docs/aws.md §1.5).
_LISTINGS: Final = {"apigateway": ("items", 500), "apigatewayv2": ("Items", 100)}
#: How a family is called, and where an entry of its GetStages keeps the stage's name and its certificate.
_FAMILIES: Final = {
    StageKind.REST: ("REST", "stageName", "clientCertificateId"),
    StageKind.WEBSOCKET: ("WebSocket", "StageName", "ClientCertificateId"),
}
#: Each failed read has waited up to a minute already; a region in trouble must not cost hundreds of them.
_MOST_FAILURES: Final = 3
#: AWS grants about ten such reads a second (docs/aws.md §3.5): a line a second is enough.
_TOLD_EVERY: Final = 10
#: API ids and stage names, generously; what is none goes into no URL and no message.
_NAME: Final = re.compile(r"[A-Za-z0-9_$-]{1,128}")
_GAPS = (AccessDenied, Throttled, Unavailable)


def stage_rows(client: Client, api_id: str, kind: StageKind) -> Iterator[dict[str, Any]]:
    """What GetStages says of each stage of an API; raises ``Answered`` where there is none."""
    if kind is StageKind.REST:
        # No paging (docs/aws.md §1.5).
        answer = client.call(
            "apigateway", "GetStages", subject=api_id, expected={"NotFoundException"}, restApiId=api_id
        )
        yield from answer.get("item", ())
        return
    key, page_size = _LISTINGS["apigatewayv2"]
    pages = client.pages(
        "apigatewayv2", "GetStages", page_size=page_size, expected={"NotFoundException"}, parameters={"ApiId": api_id}
    )
    for page in pages:
        yield from page.get(key, ())


class Scan:
    """One scan; made for one use.

    All APIs are listed before the first one's stages are read, so that whoever waits learns how many there are.

    Args:
        client: AWS.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._users: dict[str, list[StageRef]] = {}
        self._gaps: list[str] = []
        self._failures = 0

    def run(self) -> Usage:
        """Every id and ARN that some stage presents is a key; stages are sorted."""
        apis = [*self._rest_apis(), *self._websocket_apis()]
        for number, (api_id, kind) in enumerate(apis):
            if number % _TOLD_EVERY == 0:
                wait_limit.current().say(f"scanning stages: API {number + 1} of {len(apis)}")
            self._stages(kind, api_id)
        users = {certificate_id: tuple(sorted(stages)) for certificate_id, stages in self._users.items()}
        return Usage(users=users, gaps=tuple(self._gaps))

    def _rest_apis(self) -> Iterator[tuple[str, StageKind]]:
        for api in self._items("the list of REST APIs", "apigateway", "GetRestApis"):
            api_id = self._name(api, "id", "the list of REST APIs")
            if api_id is not None:
                yield api_id, StageKind.REST

    def _websocket_apis(self) -> Iterator[tuple[str, StageKind]]:
        for api in self._items("the list of WebSocket APIs", "apigatewayv2", "GetApis"):
            # HTTP APIs cannot hold a client certificate (docs/aws.md §1.5).
            api_id = self._name(api, "ApiId", "the list of WebSocket APIs")
            if api_id is not None and api.get("ProtocolType") != "HTTP":
                yield api_id, StageKind.WEBSOCKET

    def _stages(self, kind: StageKind, api_id: str) -> None:
        family, name_key, id_key = _FAMILIES[kind]
        if self._given_up(f"{family} API {api_id}"):
            return
        what = f"the stages of {family} API {api_id}"
        try:
            for stage in stage_rows(self._client, api_id, kind):
                name = self._name(stage, name_key, what)
                if name is not None:
                    self._note(stage.get(id_key), StageRef(api_id, name, kind))
        except Answered:
            # Deleted between the list and this call: its stages present nothing any more.
            return
        except _GAPS as error:
            self._gap(what, error)

    def _items(self, what: str, service: str, operation: str) -> Iterator[dict[str, Any]]:
        """The items of every page."""
        key, page_size = _LISTINGS[service]
        pages = self._client.pages(service, operation, page_size=page_size, expected={"NotFoundException"})
        try:
            for page in pages:
                yield from page.get(key, ())
        except Answered as answer:
            self._gaps.append(f"{what}: AWS answered {answer.code}")
        except _GAPS as error:
            self._gap(what, error)

    def _given_up(self, api: str) -> bool:
        if self._failures < _MOST_FAILURES:
            return False
        self._gaps.append(f"{api}: not asked, because AWS did not answer {self._failures} times before")
        return True

    def _name(self, item: Mapping[str, Any] | None, key: str, what: str) -> str | None:
        """The item's id or name; one that AWS would not give is a gap, because its item may be a user."""
        value = (item or {}).get(key)
        if isinstance(value, str) and _NAME.fullmatch(value):
            return value
        self._gaps.append(f"{what}: an entry has no {key} that can be read")
        return None

    def _note(self, presented: object, stage: StageRef) -> None:
        if isinstance(presented, str) and presented:
            self._users.setdefault(presented, []).append(stage)

    def _gap(self, what: str, error: RotationError) -> None:
        # A missing permission answers at once and may concern one API only, so the scan goes on after it.
        if not isinstance(error, AccessDenied):
            self._failures += 1
        self._gaps.append(f"{what}: {error.what}")
