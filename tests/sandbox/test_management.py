"""``/_sandbox/``: the sandbox driven from another process."""

from __future__ import annotations

import http.client
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from apigw_sandbox import InUseDeletion, RemoteSandbox, Sandbox
from tests.sandbox.wire import raw

NEW_YEAR = datetime(2030, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def remote(sandbox: Sandbox) -> RemoteSandbox:
    """The sandbox as another process sees it."""
    return RemoteSandbox(sandbox.endpoint_url)


def test_the_journal_is_read_as_it_is_inside(sandbox: Sandbox, remote: RemoteSandbox, rest: Any) -> None:
    """The same entries, to the millisecond; ``since`` follows."""
    api = remote.do("create-rest-api", name="orders", stages=["dev"])["apiId"]
    rest.generate_client_certificate()
    inside, outside = sandbox.journal.entries(), remote.journal()
    assert [entry.action for entry in outside] == ["CreateRestApi", "CreateStage", "GenerateClientCertificate"]
    assert [entry.to_json() for entry in outside] == [entry.to_json() for entry in inside]
    assert outside[0].resource == api
    assert [entry.action for entry in remote.journal(since=outside[1].number)] == ["GenerateClientCertificate"]


def test_the_clock_is_set_moved_frozen_and_run(sandbox: Sandbox, remote: RemoteSandbox) -> None:
    """One verb, any combination."""
    remote.do("clock", now="2029-12-31T00:00:00Z", frozen=True)
    remote.advance_clock(timedelta(days=1))
    assert remote.now() == sandbox.clock.now() == NEW_YEAR
    assert remote.view("clock") == {"now": "2030-01-01T00:00:00.000Z", "frozen": True}
    remote.do("clock", frozen=False)
    assert not sandbox.clock.frozen
    remote.set_clock(NEW_YEAR + timedelta(days=1))
    assert remote.now() >= NEW_YEAR + timedelta(days=1)


def test_switches_are_read_and_changed(sandbox: Sandbox, remote: RemoteSandbox) -> None:
    """By value."""
    remote.change(in_use_deletion="allowed", certificate_quota=3)
    assert sandbox.behaviour.in_use_deletion is InUseDeletion.ALLOWED
    assert remote.view("behaviour")["certificate_quota"] == 3


def test_every_verb_does_what_its_hand_does(sandbox: Sandbox, remote: RemoteSandbox) -> None:
    """Certificates, stages, bindings, deletion; the views show it."""
    api = remote.do("create-rest-api", name="orders", stages=["dev"], backend_url="https://b.example.com/")["apiId"]
    chat = remote.do("create-websocket-api", name="chat", stages=["live"])["apiId"]
    remote.do("create-stage", api_id=api, stage_name="prod")
    made = remote.do(
        "generate-certificate", description="d", tags={"a": "b"}, not_before="2030-01-01T00:00:00Z", validity_seconds=60
    )["clientCertificateId"]
    remote.do("set-tags", certificate_id=made, tags={"c": "d"})
    remote.do("bind", api_id=api, stage_name="dev", certificate_id=made)
    (certificate,) = remote.view("certificates")["certificates"]
    assert certificate["tags"] == {"c": "d"}
    assert certificate["createdDate"] == int(NEW_YEAR.timestamp())
    assert certificate["expirationDate"] == int(NEW_YEAR.timestamp()) + 60
    assert "PRIVATE" not in str(certificate)
    stages = {
        (one["api_id"], one["stage_name"]): one["client_certificate_id"] for one in remote.view("stages")["stages"]
    }
    assert stages == {(api, "dev"): made, (api, "prod"): None, (chat, "live"): None}
    remote.do("delete-certificate", certificate_id=made)
    remote.do("delete-stage", api_id=api, stage_name="dev")
    remote.do("delete-api", api_id=chat)
    assert [str(stage) for stage in sandbox.stages()] == [f"{api}/prod"]
    another = remote.do("generate-certificate")["clientCertificateId"]
    assert [one.id for one in sandbox.certificates()] == [another]


def test_reset_forgets_everything(sandbox: Sandbox, remote: RemoteSandbox, rest: Any) -> None:
    """State of every service, journal, switches, clock."""
    rest.generate_client_certificate()
    remote.do("create-rest-api", name="orders", stages=["dev"])
    remote.do("create-websocket-api", name="chat")
    sandbox.client("ssm").put_parameter(Name="/a", Value="x", Type="String")
    sandbox.client("s3").create_bucket(Bucket="trust")
    remote.change(certificate_quota=1)
    remote.do("clock", now="2030-01-01T00:00:00Z", frozen=True)
    remote.reset()
    assert (remote.journal(), sandbox.certificates(), sandbox.stages()) == ((), (), ())
    assert remote.view("behaviour")["certificate_quota"] == 60
    assert not sandbox.clock.frozen
    assert sandbox.clock.now() != NEW_YEAR
    assert rest.get_rest_apis()["items"] == []
    assert sandbox.client("apigatewayv2").get_apis()["Items"] == []
    assert sandbox.client("ssm").get_parameters(Names=["/a"])["InvalidParameters"] == ["/a"]
    assert sandbox.client("s3").list_buckets()["Buckets"] == []


def test_health_names_account_and_region(remote: RemoteSandbox) -> None:
    """What a starter waits for."""
    assert remote.view("health") == {"ok": True, "account": "123456789012", "region": "us-east-1"}


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("clock", {"then": "2030-01-01T00:00:00Z"}),
        ("clock", {"now": "2030-01-01"}),
        ("clock", {"now": 5}),
        ("clock", {"frozen": 1}),
        ("clock", {"advance_seconds": "1"}),
        ("clock", {"advance_seconds": 1e15}),
        ("behaviour", {"quota": 5}),
        ("reset", {"all": True}),
        ("bind", {"api_id": "nobody", "stage_name": "dev", "certificate_id": ""}),
        ("bind", {"api_id": "nobody"}),
        ("create-stage", {"api": "x"}),
        ("create-rest-api", {"name": "orders", "stages": "dev"}),
        ("create-rest-api", {"name": "orders", "stages": [1]}),
        ("create-rest-api", {"name": True}),
        ("generate-certificate", {"validity_seconds": 0}),
        ("generate-certificate", {"key": "x"}),
        ("generate-certificate", {"tags": {"aws:x": "y"}}),
        ("nonsense", {}),
    ],
)
def test_what_nobody_offers_is_refused_and_changes_nothing(
    sandbox: Sandbox, remote: RemoteSandbox, verb: str, arguments: dict[str, object]
) -> None:
    """With the sandbox's own words."""
    with pytest.raises(ValueError, match=f"POST {verb}: "):
        remote.do(verb, **arguments)
    assert (sandbox.certificates(), sandbox.journal.entries(), sandbox.clock.frozen) == ((), (), False)


@pytest.mark.parametrize("view", ["nonsense", "journal?until=3", "journal?since=x", "clock?x=y"])
def test_unknown_views_and_parameters_are_refused(remote: RemoteSandbox, view: str) -> None:
    """Never an empty answer."""
    with pytest.raises(ValueError, match="GET"):
        remote.view(view)


@pytest.mark.parametrize("body", [b"[]", b"{", b"3"])
def test_a_body_that_is_no_object_is_refused(sandbox: Sandbox, body: bytes) -> None:
    """400."""
    reply = raw(sandbox.endpoint_url, "POST", "/_sandbox/reset", body, service=None)
    assert (reply.status, reply.json()["__type"]) == (400, "BadRequestException")


_CALLS: list[tuple[str, str, Any, str | None]] = [
    ("PUT", "/bucket/trust.pem", b"forged", "s3"),
    ("POST", "/clientcertificates", {}, "apigateway"),
    ("POST", "/_sandbox/reset", {}, None),
]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost.evil.example:80"},
        {"Host": "[::1"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
    ids=lambda headers: ":".join(next(iter(headers.items()))),
)
@pytest.mark.parametrize("call", _CALLS, ids=lambda call: call[1])
def test_a_web_page_cannot_drive_it(sandbox: Sandbox, call: tuple[str, str, Any, str | None], headers: Any) -> None:
    """By a name that it had rebound to loopback, by fetch, or by a form: refused, and without any effect."""
    raw(sandbox.endpoint_url, "PUT", "/bucket", b"", service="s3")
    before = sandbox.journal.entries()[-1].number
    method, path, body, service = call
    assert raw(sandbox.endpoint_url, method, path, body, service=service, headers=headers).status == 400
    assert raw(sandbox.endpoint_url, "GET", "/bucket/trust.pem", service="s3").status == 404
    assert raw(sandbox.endpoint_url, "GET", "/clientcertificates").json().get("item", []) == []
    assert sandbox.journal.entries(since=before)[0].error == "BadRequestException"


def test_a_form_cannot_drive_it_and_nothing_may_be_read_across_sites(sandbox: Sandbox) -> None:
    """A form has no JSON; no answer allows another origin to read it."""
    form = raw(
        sandbox.endpoint_url, "POST", "/_sandbox/reset", b"{}", service=None, headers={"Content-Type": "text/plain"}
    )
    assert form.status == 400
    assert raw(sandbox.endpoint_url, "DELETE", "/_sandbox/journal", service=None).status == 404
    for path, service in (("/", "s3"), ("/clientcertificates", "apigateway"), ("/_sandbox/health", None)):
        reply = raw(sandbox.endpoint_url, "GET", path, service=service)
        assert reply.status == 200
        assert not [name for name in reply.headers if name.lower().startswith("access-control")]


def test_localhost_is_a_name_for_loopback(sandbox: Sandbox) -> None:
    """The one name that is taken."""
    reply = raw(sandbox.endpoint_url, "GET", "/_sandbox/health", service=None, headers={"Host": "localhost:1"})
    assert reply.status == http.client.OK
