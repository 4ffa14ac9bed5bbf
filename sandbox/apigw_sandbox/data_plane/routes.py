"""From a caller's request to the backend's: which integration answers, and what it is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from apigw_sandbox.data_plane import failures
from apigw_sandbox.data_plane.connections import Endpoint
from apigw_sandbox.data_plane.exchange import HOP_BY_HOP, BackendRequest, Headers
from apigw_sandbox.data_plane.failures import NotForwardedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from apigw_sandbox.moto_extension.integrations import Integration, Resource

FORWARDED_TYPES = ("HTTP", "HTTP_PROXY")
"""The only integrations that use a client certificate (docs/aws.md §4)."""

_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_PORTS = {"https": 443, "http": 80}
_NOT_FORWARDED = HOP_BY_HOP | {"host", "content-length", "expect"}
_OWN_HEADERS = "x-sandbox-"
# UNVERIFIED: what else a non-proxy integration passes on unasked (docs/aws.md §4).
_PASSED_BY_HTTP = frozenset({"content-type", "accept"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """What a caller asks of a stage. ``path`` and ``query`` are percent-encoded, the path starts with a slash."""

    api_id: str
    stage: str
    method: str
    path: str
    query: str = ""
    headers: Headers = ()
    body: bytes = field(default=b"", repr=False)

    def header(self, name: str) -> str:
        """A header's value by its lower-case name, or ""."""
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass(frozen=True, slots=True)
class Route:
    """The integration of a request, with what its path's parameters stand for (still percent-encoded)."""

    integration: Integration
    path_parameters: Mapping[str, str]


def find(resources: Iterable[Resource], method: str, path: str) -> Route:
    """The most specific resource that has the path, and its method or ANY.

    Raises:
        NotForwardedError: no such resource or method; AWS answers both with 403.
    """
    found = [(resource, matched) for resource in resources if (matched := match(resource.path, path)) is not None]
    # AWS documents that a full path wins over a greedy one; by parts, a literal over a parameter over {proxy+}.
    found.sort(key=lambda pair: [_greed(part) for part in pair[0].path.split("/")])
    for resource, parameters in found:
        for name in (method, "ANY"):
            if name in resource.methods:
                return route(resource, name, parameters)
    raise NotForwardedError(failures.NO_ROUTE, f"no method {method} at this path")


def route(resource: Resource, method: str, parameters: Mapping[str, str]) -> Route:
    """The route of a resource's method; raises ``NotForwardedError`` unless it calls an HTTP backend."""
    integration = resource.methods[method]
    if integration is None:
        raise NotForwardedError(failures.CONFIGURATION, f"{method} {resource.path} has no integration")
    if integration.type not in FORWARDED_TYPES:
        raise NotForwardedError(failures.NOT_MODELLED, f"the sandbox forwards no {integration.type} integration")
    if integration.connection_type != "INTERNET":
        raise NotForwardedError(failures.NOT_MODELLED, f"the sandbox has no {integration.connection_type}")
    if integration.maps or any(rule.maps for rule in integration.responses):
        raise NotForwardedError(failures.NOT_MODELLED, "the sandbox has no mapping templates")
    return Route(integration, parameters)


def match(template: str, path: str) -> dict[str, str] | None:
    """What the template's parameters stand for in a path, or None where it does not fit."""
    parts, given = template.strip("/").split("/"), path.strip("/").split("/")
    parameters: dict[str, str] = {}
    for index, part in enumerate(parts):
        if part.endswith("+}"):
            rest = "/".join(given[index:])
            return {**parameters, part[1:-2]: rest} if rest else None
        if index >= len(given):
            return None
        if part.startswith("{") and given[index]:
            parameters[part[1:-1]] = given[index]
        elif part != unquote(given[index]):
            return None
    return parameters if len(parts) == len(given) else None


def _greed(part: str) -> int:
    return 2 if part.endswith("+}") else int(part.startswith("{"))


def backend_request(
    found: Route, invocation: Invocation, variables: Mapping[str, str]
) -> tuple[Endpoint, BackendRequest]:
    """Where to go and what to ask.

    Raises:
        NotForwardedError: the integration's URI or mappings do not work out.
    """
    integration = found.integration
    mapped = _mapped(found, invocation, variables)
    uri = _STAGE_VARIABLE.sub(lambda name: _variable(name[1], variables), integration.uri)
    uri = _PLACEHOLDER.sub(lambda name: _placeholder(name[1], mapped["path"]), uri)
    endpoint, host, path, query = _parsed(uri, verify=not integration.insecure_skip_verification)
    proxied = integration.type == "HTTP_PROXY"
    queries = [query, invocation.query if proxied else "", urlencode(mapped["querystring"])]
    target = "?".join(filter(None, (path or "/", "&".join(filter(None, queries)))))
    passed = tuple(
        (name, value)
        for name, value in invocation.headers
        if (name.lower() not in _NOT_FORWARDED if proxied else name.lower() in _PASSED_BY_HTTP)
        and not name.lower().startswith(_OWN_HEADERS)
        and name.lower() not in {given.lower() for given in mapped["header"]}
    )
    headers = (*passed, *mapped["header"].items(), ("x-amzn-apigateway-api-id", invocation.api_id))
    method = invocation.method if integration.http_method == "ANY" else integration.http_method
    return endpoint, BackendRequest(method, host, target, headers, invocation.body)


def answered_status(integration: Integration, backend_status: int) -> int:
    """The caller's status for the backend's: the same by proxy, else by the integration's responses.

    Raises:
        NotForwardedError: no response is for this status; AWS answers 500.
    """
    if integration.type == "HTTP_PROXY":
        return backend_status
    rules = sorted(integration.responses, key=lambda rule: rule.selection_pattern is None)
    for rule in rules:
        if rule.selection_pattern is None or re.fullmatch(rule.selection_pattern, str(backend_status)):
            return rule.status_code
    raise NotForwardedError(failures.CONFIGURATION, f"no integration response is for status {backend_status}")


def answered_headers(integration: Integration, headers: Headers) -> Headers:
    """The backend's headers that the caller gets: all by proxy, else the content type."""
    if integration.type == "HTTP_PROXY":
        return headers
    return tuple((name, value) for name, value in headers if name.lower() == "content-type")


def _mapped(found: Route, invocation: Invocation, variables: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Values of ``integration.request.{path,querystring,header}.NAME``; a source that is absent is left out."""
    result: dict[str, dict[str, str]] = {"path": {}, "querystring": {}, "header": {}}
    for target, source in found.integration.request_parameters.items():
        where, _, name = target.removeprefix("integration.request.").partition(".")
        value = _source(source, found, invocation, variables)
        if value is not None:
            result[where][name] = value
    return result


def _source(source: str, found: Route, invocation: Invocation, variables: Mapping[str, str]) -> str | None:
    if source.startswith("'"):
        return source.strip("'")
    if source.startswith("stageVariables."):
        return variables.get(source.removeprefix("stageVariables."))
    where, _, name = source.removeprefix("method.request.").partition(".")
    if where == "path":
        return found.path_parameters.get(name)
    if where == "header":
        return invocation.header(name.lower()) or None
    if where == "querystring":
        return dict(parse_qsl(invocation.query, keep_blank_values=True)).get(name)
    raise NotForwardedError(failures.NOT_MODELLED, f"the sandbox cannot map {source}")


def _variable(name: str, variables: Mapping[str, str]) -> str:
    if name not in variables:
        raise NotForwardedError(failures.CONFIGURATION, f"the stage has no variable {name}")
    return variables[name]


def _placeholder(name: str, parameters: Mapping[str, str]) -> str:
    if name not in parameters:
        raise NotForwardedError(
            failures.CONFIGURATION, f"nothing is mapped to integration.request.path.{name}, which the URI names"
        )
    return quote(parameters[name], safe="/%:@!$&'()*+,;=-._~")


def _parsed(uri: str, *, verify: bool) -> tuple[Endpoint, str, str, str]:
    try:
        location = urlsplit(uri)
        port = location.port or _PORTS[location.scheme]
    except (KeyError, ValueError) as error:
        raise NotForwardedError(failures.CONFIGURATION, f"Invalid endpoint address: {uri}") from error
    if not location.hostname or "@" in location.netloc or not uri.isascii() or re.search(r"[\x00-\x20]", uri):
        raise NotForwardedError(failures.CONFIGURATION, f"Invalid endpoint address: {uri}")
    endpoint = Endpoint(location.scheme, location.hostname, port, verify)
    return endpoint, location.netloc, location.path, location.query
