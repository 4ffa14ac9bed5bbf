"""Other emulators of AWS, over real HTTP: one message that names the endpoint and the sandbox, in every run."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert import errors
from apigw_client_cert.gateway.client import Client
from apigw_client_cert.gateway.connection import Connection
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.environment import Environment
from tests.doubles.stubbed_aws import keep_to_ourselves

if TYPE_CHECKING:
    from collections.abc import Iterator

# In a process of its own: here the sandbox has taught moto what a client certificate is.
MOTO = """
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
input()
"""
IDENTITY = b"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Account>000000000000</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"""
TELLS = "Let `endpoint_url` (or AWS_ENDPOINT_URL) be the sandbox's: `python -m apigw_sandbox` prints it."


class FakeLocalStack(ThreadingHTTPServer):
    """Answers as LocalStack does: a text where the PEM belongs, 501 for what only its paid edition has."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.made: list[dict[str, Any]] = []
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    server: FakeLocalStack

    def do_GET(self) -> None:
        """The list of certificates, of APIs; nothing of WebSocket APIs."""
        self._note()
        if self.path.startswith("/v2/"):
            said = "API for service 'apigatewayv2' not yet implemented or pro feature"
            self._say(501, json.dumps({"__type": "InternalFailure", "message": said}).encode())
        else:
            held = self.server.made if self.path.startswith("/clientcertificates") else []
            self._say(200, json.dumps({"item": held}).encode())

    def do_POST(self) -> None:
        """A certificate, or who one is."""
        body = self._note()
        if not self.path.startswith("/clientcertificates"):
            self._say(200, IDENTITY)
            return
        made = {"clientCertificateId": f"cert{len(self.server.made)}", "pemEncodedCertificate": "testcert-123"}
        dates = {"createdDate": 1_772_445_600, "expirationDate": 1_775_037_600}
        self.server.made.append({**json.loads(body), **made, **dates})
        self._say(201, json.dumps(self.server.made[-1]).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class' name
        """Say nothing."""

    def _note(self) -> bytes:
        self.server.asked.append(f"{self.command} {self.path}")
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/xml" if body is IDENTITY else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(autouse=True)
def _own_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_to_ourselves(monkeypatch)


@pytest.fixture
def localstack() -> Iterator[FakeLocalStack]:
    """One that listens."""
    with FakeLocalStack() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The endpoint of moto by itself."""
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    program = [sys.executable, "-c", MOTO]
    with subprocess.Popen(program, stdin=pipe, stdout=pipe, stderr=nowhere, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.communicate("\n")


def refusal(endpoint: str) -> str:
    """What a run on this endpoint is told that is to make a certificate."""
    props = {"name": "orders", "project": "p", "stack": "dev", "region": "us-east-1", "endpointUrl": endpoint}
    with pytest.raises(errors.NeedsOperator) as told:
        certificate.create(props, Environment())
    return str(told.value)


def test_a_text_in_the_place_of_a_certificate(localstack: FakeLocalStack) -> None:
    """The run that generated it, and each one after it, says the same; no second one is generated."""
    first, second = refusal(localstack.url), refusal(localstack.url)
    assert first == second
    assert first.startswith(
        f"{localstack.url} has no client certificates of API Gateway: it answers with a text that is no PEM. "
    )
    assert first.endswith(TELLS)
    assert len(localstack.made) == 1


def test_what_is_not_implemented_is_asked_once(localstack: FakeLocalStack) -> None:
    """A 501 is an answer, not a fault that passes."""
    client = Client(
        Connection(region="us-east-1", endpoint_url=localstack.url), sleep=lambda _: pytest.fail("it is asked again")
    )
    with pytest.raises(errors.NeedsOperator, match="it answers with 501, not implemented") as told:
        client.call("apigatewayv2", "GetApis")
    assert str(told.value).endswith(TELLS)
    assert len(localstack.asked) == 1


def test_moto_by_itself(moto: str) -> None:
    """It knows APIs and stages, and answers with a page where certificates are asked for."""
    first, second = refusal(moto), refusal(moto)
    assert first == second
    told = f"{moto} has no client certificates of API Gateway: it answers with 404 and no error code. "
    assert first.startswith(told)
    assert first.endswith(TELLS)
    assert "<" not in first


def test_nobody_listens() -> None:
    """One line that names where."""
    with pytest.raises(errors.EndpointUnreachable) as told:
        Client(Connection(region="us-east-1", endpoint_url="http://127.0.0.1:1"), sleep=lambda _: None).call(
            "apigateway", "GetClientCertificates"
        )
    said = str(told.value)
    assert said.startswith(
        "GetClientCertificates could not be sent: no connection to the apigateway endpoint (http://127.0.0.1:1). "
    )
    assert "\n" not in said
