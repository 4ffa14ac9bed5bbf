"""Where callers reach stages: ``/restapis/{api}/{stage}/_user_request_/{path}``, on either of the sandbox's ports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from apigw_sandbox.data_plane.routes import Invocation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_sandbox.data_plane.exchange import Headers

_PATH = re.compile(r"/restapis/(?P<api>[^/]+)/(?P<stage>[^/]+)/_user_request_(?P<path>/.*)?")


def invocation_url(base: str, api_id: str, stage: str, path: str) -> str:
    """The URL of a stage's path; the path may hold a query and is percent-encoded already."""
    return f"{base}/restapis/{quote(api_id)}/{quote(stage)}/_user_request_/{path.removeprefix('/')}"


def invocation(method: str, target: str, headers: Headers, body: bytes) -> Invocation | None:
    """The invocation that a request target (path and query) makes, or None when it is none."""
    path, _, query = target.partition("?")
    matched = _PATH.fullmatch(path)
    if matched is None:
        return None
    return Invocation(
        api_id=matched["api"],
        stage=matched["stage"],
        method=method,
        path=matched["path"] or "/",
        query=query,
        headers=headers,
        body=body,
    )


def by_wsgi(environ: Mapping[str, Any], body: bytes) -> Invocation | None:
    """The invocation that a WSGI request makes, or None; WSGI has title-cased the headers' names and joined doubles."""
    headers = [
        (name[5:].replace("_", "-").title(), value) for name, value in environ.items() if name.startswith("HTTP_")
    ]
    if environ.get("CONTENT_TYPE"):
        headers.append(("Content-Type", environ["CONTENT_TYPE"]))
    return invocation(environ["REQUEST_METHOD"], environ["RAW_URI"], tuple(headers), body)
