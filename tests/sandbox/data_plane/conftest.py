"""A sandbox, a certificate pair and the way to call a stage."""

from __future__ import annotations

import hashlib
import http.client
import json
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.sandbox.data_plane.backend import Backend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from apigw_sandbox import Sandbox


@dataclass(frozen=True)
class Reply:
    """What a caller got; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def echo(self) -> dict[str, Any]:
        """What the backend saw."""
        seen: dict[str, Any] = json.loads(self.body)
        return seen


def ask(url: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Reply:
    """One request on a connection of its own; underscores in header names become hyphens."""
    location = urlsplit(url)
    connection = http.client.HTTPConnection(location.hostname or "", location.port, timeout=60)
    target = f"{location.path}?{location.query}" if location.query else location.path
    try:
        connection.request(method, target, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


@dataclass(frozen=True)
class Environment:
    """A stage ``dev`` in front of a backend that trusts two certificates; the stage presents the first."""

    sandbox: Sandbox
    backend: Backend
    api: str
    old: str
    new: str

    def call(self, path: str = "/", **headers: str) -> Reply:
        """A GET through the stage."""
        return ask(self.sandbox.invoke_url(self.api, "dev", path), "GET", None, **headers)

    def travel(self, shape: str, tls: str = "1.3", path: str = "/") -> Reply:
        """A GET of one shape."""
        return self.call(path, x_sandbox_shape=shape, x_sandbox_tls=tls)

    def bind(self, certificate_id: str | None) -> None:
        """Let the stage present it."""
        self.sandbox.console.bind(self.api, "dev", certificate_id)

    def pem(self, certificate_id: str) -> str:
        """A certificate."""
        return next(one.pem for one in self.sandbox.certificates() if one.id == certificate_id)

    def sha256(self, certificate_id: str) -> str:
        """Its fingerprint, computed by the standard library alone."""
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(self.pem(certificate_id))).hexdigest()

    @property
    def last(self) -> Any:
        """The newest record."""
        return list(self.sandbox.requests.entries())[-1]


@pytest.fixture
def make_backend(sandbox: Sandbox) -> Iterator[Callable[..., Backend]]:
    """Starts backends whose certificates come from the sandbox's authority; they end with the test."""
    started: list[Backend] = []

    def make(**options: Any) -> Backend:
        backend = Backend(options.pop("issue", sandbox.issue_server_certificate), **options)
        started.append(backend.__enter__())
        return backend

    yield make
    for backend in started:
        backend.__exit__()


@pytest.fixture
def environment(sandbox: Sandbox, make_backend: Callable[..., Backend]) -> Environment:
    """Ready to be called."""
    old, new = sandbox.console.generate_certificate(), sandbox.console.generate_certificate()
    backend = make_backend(trusted=tuple(one.pem for one in sandbox.certificates()))
    api = sandbox.console.create_rest_api("orders", ["dev"], backend_url=backend.url, proxy=True)
    sandbox.console.bind(api, "dev", old)
    return Environment(sandbox, backend, api, old, new)
