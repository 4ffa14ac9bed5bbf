"""``/_sandbox/…``: how another process reads the journal, moves the clock, seeds and resets.

GET reads a view; POST carries out a verb with a JSON object of arguments, and no other content type: a web page's form
cannot send one. What else keeps web pages away: ``loopback.page_behind``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from apigw_sandbox import console
from apigw_sandbox.api_errors import ApiError, BadRequest, NotFound
from apigw_sandbox.clock import format_instant, parse_instant
from apigw_sandbox.faults import over_http as faults_over_http
from apigw_sandbox.messages import JSON, Answer, error_answer, json_answer

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

    from apigw_sandbox.control_plane import ControlPlane
    from apigw_sandbox.faults import Faults

PREFIX = "/_sandbox/"
JSON_LINES = "application/jsonl"
REQUESTS_AT_ONCE = 10_000
"""How many records one answer holds unless it is asked for another number; ask on with ``since``."""

Arguments = Mapping[str, Any]
Kinds = Mapping[str, "type | tuple[type, ...]"]
Verb = Callable[["ControlPlane", Arguments], object]


def serve(plane: ControlPlane, request: Request, body: bytes) -> Answer:
    """Answer one management request; a refused one changes nothing."""
    name = request.path[len(PREFIX) :]
    try:
        if request.method == "GET":
            return _view(plane, name, request.args.to_dict())
        if request.method != "POST" or name not in VERBS:
            raise NotFound(f"No verb is called {request.method} {name}; there are {', '.join(sorted(VERBS))}")
        return json_answer(VERBS[name](plane, _arguments(request, body)))
    except ApiError as error:
        return error_answer(error)
    except (TypeError, ValueError, OverflowError) as error:
        return error_answer(BadRequest(f"{name}: {error}"))


def _arguments(request: Request, body: bytes) -> Arguments:
    if request.mimetype != JSON:
        raise BadRequest(f"Send {JSON}")
    parsed = json.loads(body or b"{}")
    if not isinstance(parsed, dict):
        raise BadRequest("Send a JSON object")
    return parsed


def _view(plane: ControlPlane, name: str, query: dict[str, str]) -> Answer:
    since = int(query.pop("since", "0")) if name in {"journal", "requests"} else 0
    limit = int(query.pop("limit", REQUESTS_AT_ONCE)) if name == "requests" else 0
    if query:
        raise BadRequest(f"{name} has no parameter {', '.join(query)}")
    if name == "journal":
        return json_answer({"entries": [entry.to_json() for entry in plane.journal.entries(since=since)]})
    if name == "requests":
        lines = plane.data_plane.requests.json_lines(since=since, limit=limit)
        return Answer(status=200, body=lines.encode(), headers=(("Content-Type", JSON_LINES),))
    if name not in _VIEWS:
        raise NotFound(f"No view is called {name}; there are journal, requests, {', '.join(sorted(_VIEWS))}")
    return json_answer(_VIEWS[name](plane))


def _clock(plane: ControlPlane) -> object:
    return {"now": format_instant(plane.clock.now()), "frozen": plane.clock.frozen}


_VIEWS: dict[str, Callable[[ControlPlane], object]] = {
    "health": lambda plane: {"ok": True, "account": plane.account_id, "region": plane.region},
    "clock": _clock,
    "behaviour": lambda plane: plane.behaviour.to_json(),
    "certificates": lambda plane: {"certificates": [one.to_json() for one in console.certificates(plane)]},
    "stages": lambda plane: {"stages": [asdict(stage) for stage in console.stages(plane)]},
    "faults": lambda plane: faults_over_http.view(plane.faults),
    "data-plane": lambda plane: {"url": plane.data_plane.url, "ca_pem": plane.data_plane.authority.pem},
}


def _set_clock(plane: ControlPlane, arguments: Arguments) -> object:
    _check(arguments, {"now": str, "advance_seconds": (int, float), "frozen": bool})
    with plane.lock:
        start = parse_instant(arguments["now"]) if "now" in arguments else plane.clock.now()
        by = timedelta(seconds=arguments.get("advance_seconds", 0))
        plane.clock.set(start + by, frozen=arguments.get("frozen"))
    return _clock(plane)


def _set_behaviour(plane: ControlPlane, arguments: Arguments) -> object:
    with plane.lock:
        plane.behaviour = plane.behaviour.changed(arguments)
    return plane.behaviour.to_json()


def _reset(plane: ControlPlane, arguments: Arguments) -> object:
    _check(arguments, {})
    console.forget_everything(plane)
    return {}


def _generate(plane: ControlPlane, arguments: Arguments) -> object:
    _check(arguments, {"description": str, "tags": dict, "not_before": str, "validity_seconds": int})
    given = dict(arguments)
    if "not_before" in given:
        given["not_before"] = parse_instant(given["not_before"])
    if "validity_seconds" in given:
        given["validity"] = timedelta(seconds=given.pop("validity_seconds"))
    return {"clientCertificateId": console.ByHand(plane).generate_certificate(**given)}


def _issue(plane: ControlPlane, arguments: Arguments) -> object:
    _check(arguments, {"names": list})
    certificate, key = plane.data_plane.authority.issue(*arguments.get("names", ()))
    return {"certificate_pem": certificate, "private_key_pem": key}


def _plain(method: str, kinds: Kinds, answers: str | None = None) -> Verb:
    """A verb that is a method of ``ByHand``, its arguments checked for their JSON kind."""

    def verb(plane: ControlPlane, arguments: Arguments) -> object:
        _check(arguments, kinds)
        result = getattr(console.ByHand(plane), method)(**arguments)
        return {} if answers is None else {answers: result}

    return verb


def _on_faults(verb: Callable[[Faults, Arguments], object]) -> Verb:
    return lambda plane, arguments: verb(plane.faults, arguments)


_STAGE: Kinds = {"api_id": str, "stage_name": str}

VERBS: dict[str, Verb] = {
    "clock": _set_clock,
    "behaviour": _set_behaviour,
    "reset": _reset,
    "generate-certificate": _generate,
    "issue-server-certificate": _issue,
    "create-rest-api": _plain(
        "create_rest_api",
        {"name": str, "stages": list, "backend_url": str, "proxy": bool, "insecure_skip_verification": bool},
        "apiId",
    ),
    "create-websocket-api": _plain("create_websocket_api", {"name": str, "stages": list}, "apiId"),
    "create-stage": _plain("create_stage", {**_STAGE, "variables": dict}),
    "delete-stage": _plain("delete_stage", _STAGE),
    "delete-api": _plain("delete_api", {"api_id": str}),
    "bind": _plain("bind", {**_STAGE, "certificate_id": str}),
    "delete-certificate": _plain("delete_certificate", {"certificate_id": str}),
    **{name: _on_faults(verb) for name, verb in faults_over_http.VERBS.items()},
    "set-tags": _plain("set_tags", {"certificate_id": str, "tags": dict}),
}


def _check(arguments: Arguments, kinds: Kinds) -> None:
    for name, value in arguments.items():
        if name not in kinds:
            raise BadRequest(f"No argument is called {name!r}; there are {', '.join(kinds) or 'none'}")
        if not isinstance(value, kinds[name]) or (isinstance(value, bool) and kinds[name] is not bool):
            raise BadRequest(f"{name} cannot be {value!r}")
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            raise BadRequest(f"{name} is a list of strings, not {value!r}")
        if isinstance(value, dict) and not all(isinstance(item, str) for item in value.values()):
            raise BadRequest(f"{name} is a map of strings, not {value!r}")
