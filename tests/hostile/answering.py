"""AWS at the wire with one certificate on one stage, any answer of which can be exchanged."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSResponse, HeadersDict
from hypothesis import strategies as st

from tests.doubles.stubbed_aws import Request, StubbedAws, _Body
from tests.hostile.odd import CERTIFICATE, json_values

ID, API, SOCKET = "cert01", "a1b2c3d4e5", "f6a7b8c9d0"
CREATED, EXPIRES = 1772359200, 1803895200  # 2026-03-01 and 2027-03-01, as the certificate has them
ITEM: dict[str, Any] = {
    "clientCertificateId": ID,
    "description": "orders, generation 1",
    "pemEncodedCertificate": CERTIFICATE,
    "createdDate": CREATED,
    "expirationDate": EXPIRES,
    "tags": {"apigw-client-cert:rotation-id": "r1", "apigw-client-cert:generation": "1"},
}
IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    "<Arn>arn:aws:iam::123456789012:user/ci</Arn>"
    "<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)
_STAGE = {"stageName": "prod", "clientCertificateId": ID, "deploymentId": "dep001"}
#: "METHOD service path" -> the answer that AWS would give. The first pattern that matches counts.
SOUND: dict[str, Any] = {
    r"POST apigateway /clientcertificates": ITEM,
    r"GET apigateway /clientcertificates": {"item": [ITEM]},
    r"GET apigateway /clientcertificates/[^/]+": ITEM,
    r"DELETE apigateway /clientcertificates/[^/]+": {},
    r"(PUT|DELETE) apigateway /tags/.*": {},
    r"(GET|PATCH) apigateway /restapis/[^/]+/stages/[^/]+": _STAGE,
    r"GET apigateway /restapis": {"item": [{"id": API, "name": "orders"}]},
    r"GET apigateway /restapis/[^/]+/stages": {"item": [_STAGE]},
    r"(GET|PATCH) apigateway /v2/apis/[^/]+/stages/[^/]+": _STAGE,
    r"GET apigateway /v2/apis": {"items": [{"apiId": SOCKET, "protocolType": "WEBSOCKET", "name": "live"}]},
    r"GET apigateway /v2/apis/[^/]+/stages": {"items": [_STAGE]},
    r"POST sts /": IDENTITY,
    r"POST ssm /": {"Parameter": {"Name": "/x", "Value": "pins", "Type": "String"}},
    r"POST secretsmanager /": {"SecretString": "pins", "Name": "x"},
    r"(GET|PUT) (orders|s3) /.*": "pins",
}


@dataclass
class AnsweringAws(StubbedAws):
    """Gives the sound answer, or what ``instead`` names for a pattern of ``SOUND``, as often as it is asked.

    A page is never followed by another of the same token: more than ``most`` requests fail the test.
    """

    instead: dict[str, str] = field(default_factory=dict)
    matched: set[str] = field(default_factory=set)
    most: int = 60

    def answering(self, instead: dict[str, str]) -> AnsweringAws:
        """The same client with other answers and an empty log: making one costs too much for every example."""
        self.instead = instead
        self.requests.clear()
        self.matched.clear()
        self.client._account = None  # noqa: SLF001 - asked once per client, and this one lives for many tests
        return self

    def sent(self, method: str) -> list[str]:
        """The paths of these requests."""
        return [request.path for request in self.requests if request.method == method]

    def _send(self, request: Any, **_: object) -> AWSResponse:
        service, _, path = request.url.removeprefix("https://").partition("/")
        asked = f"{request.method} {service.split('.')[0]} /{path.split('?')[0]}"
        self.requests.append(Request(request.method, f"/{path.split('?')[0]}", {}, None, request.url))
        assert len(self.requests) <= self.most, f"too many requests: {asked}"
        pattern = next((one for one in SOUND if re.fullmatch(one, asked)), None)
        assert pattern is not None, f"nothing answers {asked}"
        self.matched.add(pattern)
        text = self.instead.get(pattern, written(SOUND[pattern]))
        xml = text.startswith("<")
        headers: Any = HeadersDict({"Content-Type": "text/xml" if xml else "application/json"})
        return AWSResponse(request.url, 200, headers, _Body(text.encode(errors="surrogatepass")))


def written(body: object) -> str:
    """A body as it goes over the wire."""
    return body if isinstance(body, str) else json.dumps(body)


WHOLE = (
    "",
    " ",
    "null",
    "[]",
    "[{}]",
    "{",
    "0",
    '"text"',
    "\x00",
    "\ufeff{}",
    "<html><body>Sign in</body></html>",
    "<",
    '{"a":' * 5000,
    "[" * 5000,
    '{"item": 1e999, "items": 1e999, "createdDate": 1e999}',
    '{"item": {"a": 1}, "items": {"a": 1}}',
    '{"item": [null, 1, "x", []], "items": [null, 1, "x", []]}',
    '{"message": "-----BEGIN CERTIFICATE-----"}',
)


@st.composite
def spoiled(draw: st.DrawFn, sound: Any, keep: frozenset[str | int] = frozenset()) -> str:
    """The sound answer with one to three fields missing, added or of another type; or something else altogether.

    ``keep`` names fields that stay as they are.
    """
    if isinstance(sound, str) or (not keep and draw(st.integers(0, 4)) == 0):
        return draw(st.sampled_from(WHOLE))
    body = json.loads(json.dumps(sound))
    for _ in range(draw(st.integers(1, 3))):
        places = [(holder, key) for holder, key in _places(body) if key not in keep]
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        what = draw(st.sampled_from(["drop", "replace", "replace", "add"]))
        if what == "drop":
            del holder[key]
        elif what == "replace":
            holder[key] = draw(json_values)
        elif isinstance(holder, dict):
            holder[draw(st.sampled_from(["extra", "position", "nextToken", "__type", "message"]))] = draw(json_values)
    return json.dumps(body)


def _places(body: Any) -> list[tuple[Any, Any]]:
    """Every place in a body, outermost first."""
    keys = list(body) if isinstance(body, dict) else list(range(len(body))) if isinstance(body, list) else []
    below = [place for key in keys for place in _places(body[key])]
    return [(body, key) for key in keys] + below
