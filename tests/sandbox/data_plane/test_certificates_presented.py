"""What a backend is shown, and what it is not."""

from __future__ import annotations

import json
import ssl
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from apigw_sandbox import RemoteSandbox
from apigw_sandbox.clock import wall_now
from apigw_sandbox.data_plane.identities import BackendSocket, Contexts
from tests.sandbox.data_plane.conftest import World, ask
from tests.x509 import mint

if TYPE_CHECKING:
    from collections.abc import Callable

    from apigw_sandbox import Sandbox
    from tests.sandbox.data_plane.backend import Backend

ACM = "arn:aws:acm:us-east-1:123456789012:certificate/1a2b3c"
SHAPES = ("new", "keepalive", "resumed", "long")


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_backend_sees_the_certificate_that_the_stage_presents(world: World, shape: str, tls: str) -> None:
    """The fingerprint in the handshake is the bound certificate's; answer and record name it."""
    reply = world.travel(shape, tls)
    assert (reply.status, reply.echo["sha256"]) == (200, world.sha256(world.old))
    assert reply.headers["x-sandbox-certificate"] == world.old
    record = world.last
    assert (record.shape, record.tls_version, record.bound) == (shape, tls, world.old)
    assert (record.certificate, record.certificate_requested) == (world.old, True)
    assert (record.status, record.backend_status, record.reason) == (200, 200, "")


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_a_backend_that_does_not_ask_gets_one_way_tls_and_the_record_says_so(
    world: World, make_backend: Callable[..., Backend], tls: str
) -> None:
    """AWS is silent about it (facts/aws-client-certs.md §0.5); the record is not."""
    backend = make_backend()
    api = world.sandbox.by_hand.create_rest_api("plain", ["dev"], backend_url=backend.url)
    world.sandbox.by_hand.bind(api, "dev", world.old)
    reply = ask(world.sandbox.invoke_url(api, "dev"), x_sandbox_tls=tls)
    assert (reply.status, reply.echo["sha256"]) == (200, "")
    assert (world.last.bound, world.last.certificate, world.last.certificate_requested) == (world.old, "", False)


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_without_a_binding_nothing_is_presented_and_the_backend_refuses(world: World, tls: str) -> None:
    """A TLS alert, in TLS's words."""
    world.bind(None)
    reply = world.travel("new", tls)
    assert (reply.status, reply.headers["x-sandbox-reason"]) == (500, "tls-alert")
    assert json.loads(reply.body) == {"message": "Internal server error"}
    assert (world.last.bound, world.last.certificate, world.last.certificate_requested) == ("", "", True)
    assert "ALERT" in world.last.detail


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_a_certificate_that_the_backend_does_not_trust_is_a_tls_alert(world: World, tls: str) -> None:
    """The record still says which one was shown."""
    world.backend.trust((world.pem(world.new),))
    assert world.travel("new", tls).status == 500
    assert (world.last.reason, world.last.certificate) == ("tls-alert", world.old)
    assert world.backend.seen == []


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_an_expired_certificate_is_refused(world: World, tls: str) -> None:
    """Real servers look at the wall's clock."""
    hand = world.sandbox.by_hand
    expired = hand.generate_certificate(not_before=wall_now() - timedelta(days=2), validity=timedelta(days=1))
    world.bind(expired)
    world.backend.trust((world.pem(expired),))
    assert world.travel("new", tls).status == 500
    assert world.last.reason == "tls-alert"
    assert "EXPIRED" in world.last.detail


def test_a_certificate_deleted_under_its_stage_is_not_presented(world: World) -> None:
    """The stage still names it, and its key is gone."""
    world.sandbox.change(in_use_deletion="allowed")
    world.sandbox.by_hand.delete_certificate(world.old)
    assert world.travel("new").status == 500
    assert (world.last.bound, world.last.certificate, world.last.reason) == (world.old, "", "tls-alert")


def test_a_certificate_of_acm_is_a_failure_with_its_reason(world: World) -> None:
    """The sandbox has no key for it; the backend hears nothing."""
    world.bind(ACM)
    assert world.travel("new").status == 500
    assert (world.last.reason, world.last.backend_status) == ("no-private-key", 0)
    assert world.backend.connections == 0


@pytest.mark.parametrize("skip", [False, True])
def test_a_server_of_another_authority_is_refused_unless_verification_is_skipped(
    sandbox: Sandbox, make_backend: Callable[..., Backend], *, skip: bool
) -> None:
    """``tlsConfig.insecureSkipVerification``."""
    backend = make_backend(issue=_issuer(trustme.CA()))
    api = sandbox.by_hand.create_rest_api("orders", ["dev"], backend_url=backend.url, insecure_skip_verification=skip)
    reply = ask(sandbox.invoke_url(api, "dev"))
    (record,) = sandbox.requests.entries()
    assert (reply.status, record.reason) == ((200, "") if skip else (500, "server-certificate"))
    assert record.detail == ("" if skip else "unable to get local issuer certificate")
    assert len(backend.seen) == int(skip)


def test_a_server_under_another_name_is_refused_either_way(
    sandbox: Sandbox, make_backend: Callable[..., Backend]
) -> None:
    """AWS still checks the name when verification is skipped (facts/aws-client-certs.md §4)."""
    backend = make_backend(issue=lambda _: sandbox.issue_server_certificate("elsewhere.example"))
    for skip in (False, True):
        api = sandbox.by_hand.create_rest_api("o", ["dev"], backend_url=backend.url, insecure_skip_verification=skip)
        assert ask(sandbox.invoke_url(api, "dev")).status == 500
    assert [record.reason for record in sandbox.requests.entries()] == ["server-certificate"] * 2
    assert backend.seen == []


def test_plain_http_has_no_certificate(world: World, make_backend: Callable[..., Backend]) -> None:
    """API Gateway allows it."""
    backend = make_backend(issue=None)
    api = world.sandbox.by_hand.create_rest_api("plain", ["dev"], backend_url=backend.url)
    world.sandbox.by_hand.bind(api, "dev", world.old)
    for shape in SHAPES:
        assert ask(world.sandbox.invoke_url(api, "dev"), x_sandbox_shape=shape).status == 200
        assert (world.last.tls_version, world.last.certificate) == ("", "")


def test_private_keys_never_leave(world: World) -> None:
    """No view, answer or record shows one, and no file is left behind."""
    assert world.call().status == 200
    remote = RemoteSandbox(world.sandbox.endpoint_url)
    shown = [str(remote.view(name)) for name in ("certificates", "data-plane", "behaviour", "journal", "stages")]
    shown += [str(record) for record in remote.requests()]
    shown += [repr(one) for one in world.sandbox.certificates()]
    numbers = [one.private_key.private_numbers() for one in world.sandbox.certificates()]
    for text in shown:
        assert "PRIVATE" not in text
        assert not any(str(number.d) in text for number in numbers)


def test_keys_are_never_written_in_clear(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """``ssl`` reads files; what it is given is encrypted."""
    written: list[bytes] = []
    original = ssl.SSLContext.load_cert_chain

    def watched(self: ssl.SSLContext, certfile: Any, *arguments: Any, **named: Any) -> None:
        written.append(certfile.read_bytes())
        original(self, certfile, *arguments, **named)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", watched)
    assert world.call().status == 200
    assert [b"BEGIN ENCRYPTED PRIVATE KEY" in text for text in written] == [True]


def test_this_python_shows_certificate_requests(sandbox: Sandbox) -> None:
    """The one private name that the data plane relies on; without it every request would look like one-way TLS."""
    assert hasattr(ssl.SSLContext, "_msg_callback")
    authority = sandbox._plane.data_plane.authority  # noqa: SLF001 - the parts under test
    context = Contexts(authority).get(None, "1.3", verify=True)
    assert context.sslsocket_class is BackendSocket


def test_the_first_generation_can_be_minted_in_the_past_while_the_clock_runs_at_wall_time(world: World) -> None:
    """What docs/sandbox.md tells tests to do that let traffic flow."""
    sandbox = world.sandbox
    sandbox.clock.set(wall_now() - timedelta(days=340))
    first = sandbox.client("apigateway").generate_client_certificate()["clientCertificateId"]
    sandbox.clock.set(wall_now(), frozen=False)
    world.bind(first)
    world.backend.trust((world.pem(first),))
    assert world.travel("new").echo["sha256"] == world.sha256(first)


def test_a_stranger_of_the_same_subject_is_refused(world: World) -> None:
    """So the backend of these tests pins, and their answers prove a key."""
    world.backend.trust((mint(wall_now() - timedelta(days=1)).pem,))
    assert world.travel("new").status == 500


def _issuer(authority: trustme.CA) -> Callable[[str], tuple[str, str]]:
    def issue(name: str) -> tuple[str, str]:
        issued = authority.issue_cert(name)
        return issued.cert_chain_pems[0].bytes().decode(), issued.private_key_pem.bytes().decode()

    return issue
