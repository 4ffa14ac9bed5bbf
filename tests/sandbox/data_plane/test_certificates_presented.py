"""What a backend is shown, and what it is not."""

from __future__ import annotations

import hashlib
import json
import ssl
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from apigw_sandbox import RemoteSandbox
from apigw_sandbox.clock import wall_now
from apigw_sandbox.data_plane.identities import BackendSocket, Contexts
from tests.sandbox.data_plane.conftest import Environment, ask
from tests.x509 import mint

if TYPE_CHECKING:
    from collections.abc import Callable

    from apigw_sandbox import Sandbox
    from tests.sandbox.data_plane.backend import Backend

ACM = "arn:aws:acm:us-east-1:123456789012:certificate/1a2b3c"
SHAPES = ("new", "keepalive", "resumed", "long")


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_backend_sees_the_certificate_that_the_stage_presents(
    environment: Environment, shape: str, tls: str
) -> None:
    """The fingerprint in the handshake is the bound certificate's; answer and record name it."""
    reply = environment.travel(shape, tls)
    assert (reply.status, reply.echo["sha256"]) == (200, environment.sha256(environment.old))
    assert reply.headers["x-sandbox-certificate"] == environment.old
    record = environment.last
    assert (record.shape, record.tls_version, record.bound) == (shape, tls, environment.old)
    assert (record.certificate, record.certificate_requested) == (environment.old, True)
    assert (record.status, record.backend_status, record.reason) == (200, 200, "")


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_a_backend_that_does_not_ask_gets_one_way_tls_and_the_record_says_so(
    environment: Environment, make_backend: Callable[..., Backend], tls: str
) -> None:
    """AWS is silent about it (docs/aws.md §4); the record is not."""
    backend = make_backend()
    api = environment.sandbox.console.create_rest_api("plain", ["dev"], backend_url=backend.url)
    environment.sandbox.console.bind(api, "dev", environment.old)
    reply = ask(environment.sandbox.invoke_url(api, "dev"), x_sandbox_tls=tls)
    assert (reply.status, reply.echo["sha256"]) == (200, "")
    assert (environment.last.bound, environment.last.certificate, environment.last.certificate_requested) == (
        environment.old,
        "",
        False,
    )


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_without_a_binding_nothing_is_presented_and_the_backend_refuses(environment: Environment, tls: str) -> None:
    """A TLS alert, in TLS's words."""
    environment.bind(None)
    reply = environment.travel("new", tls)
    assert (reply.status, reply.headers["x-sandbox-reason"]) == (500, "tls-alert")
    assert json.loads(reply.body) == {"message": "Internal server error"}
    assert (environment.last.bound, environment.last.certificate, environment.last.certificate_requested) == (
        "",
        "",
        True,
    )
    assert "ALERT" in environment.last.detail


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_a_certificate_that_the_backend_does_not_trust_is_a_tls_alert(environment: Environment, tls: str) -> None:
    """The record still says which one was shown."""
    environment.backend.trust((environment.pem(environment.new),))
    assert environment.travel("new", tls).status == 500
    assert (environment.last.reason, environment.last.certificate) == ("tls-alert", environment.old)
    assert environment.backend.seen == []


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_an_expired_certificate_is_refused(environment: Environment, tls: str) -> None:
    """Real servers look at the wall's clock."""
    hand = environment.sandbox.console
    expired = hand.generate_certificate(not_before=wall_now() - timedelta(days=2), validity=timedelta(days=1))
    environment.bind(expired)
    environment.backend.trust((environment.pem(expired),))
    assert environment.travel("new", tls).status == 500
    assert environment.last.reason == "tls-alert"
    assert "EXPIRED" in environment.last.detail


def test_a_certificate_deleted_under_its_stage_is_not_presented(environment: Environment) -> None:
    """The stage still names it, and its key is gone."""
    environment.sandbox.change(in_use_deletion="allowed")
    environment.sandbox.console.delete_certificate(environment.old)
    assert environment.travel("new").status == 500
    assert (environment.last.bound, environment.last.certificate, environment.last.reason) == (
        environment.old,
        "",
        "tls-alert",
    )


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize("shape", SHAPES)
def test_an_imported_certificate_of_acm_is_presented_with_its_chain(
    environment: Environment, shape: str, tls: str
) -> None:
    """The backend knows the root alone, and gets the intermediate from the stage."""
    root = trustme.CA()
    leaf, key, chain = _acm(root.create_child_ca())
    environment.backend.trust((root.cert_pem.bytes().decode(),))
    arn = environment.sandbox.console.import_acm_certificate(leaf, key, chain_pem=chain)
    environment.bind(arn)
    assert environment.travel(shape, tls).echo["sha256"] == _sha256(leaf)
    assert (environment.last.bound, environment.last.certificate) == (arn, arn)


def test_a_renewed_certificate_of_acm_is_presented_under_the_same_arn(environment: Environment) -> None:
    """ACM renews it, and the stage presents the new one without any change of the stage."""
    authority = trustme.CA()
    environment.backend.trust((authority.cert_pem.bytes().decode(),))
    first, second = _acm(authority), _acm(authority)
    arn = environment.sandbox.console.import_acm_certificate(first[0], first[1])
    environment.bind(arn)
    assert environment.travel("new").echo["sha256"] == _sha256(first[0])
    assert environment.sandbox.console.import_acm_certificate(second[0], second[1], arn=arn) == arn
    assert environment.travel("new").echo["sha256"] == _sha256(second[0])


def test_what_api_gateway_would_not_take_of_acm_is_refused_at_the_import(environment: Environment) -> None:
    """A key of another certificate, a chain without end, and a certificate for servers only."""
    leaf, key, _ = _acm(trustme.CA())
    take = environment.sandbox.console.import_acm_certificate
    with pytest.raises(ValueError, match="the private key is not the certificate's"):
        take(leaf, _acm(trustme.CA())[1])
    with pytest.raises(ValueError, match="at most 5"):
        take(leaf, key, chain_pem=leaf * 6)
    with pytest.raises(ValueError, match="not for clients"):
        take(*_for_servers_only())


def test_a_certificate_of_acm_without_a_key_is_a_failure_with_its_reason(environment: Environment) -> None:
    """Nobody imported it into the sandbox; the backend hears nothing."""
    environment.bind(ACM)
    assert environment.travel("new").status == 500
    assert (environment.last.reason, environment.last.backend_status) == ("no-private-key", 0)
    assert environment.backend.connections == 0


@pytest.mark.parametrize("skip", [False, True])
def test_a_server_of_another_authority_is_refused_unless_verification_is_skipped(
    sandbox: Sandbox, make_backend: Callable[..., Backend], *, skip: bool
) -> None:
    """``tlsConfig.insecureSkipVerification``."""
    backend = make_backend(issue=_issuer(trustme.CA()))
    api = sandbox.console.create_rest_api("orders", ["dev"], backend_url=backend.url, insecure_skip_verification=skip)
    reply = ask(sandbox.invoke_url(api, "dev"))
    (record,) = sandbox.requests.entries()
    assert (reply.status, record.reason) == ((200, "") if skip else (500, "server-certificate"))
    assert record.detail == ("" if skip else "unable to get local issuer certificate")
    assert len(backend.seen) == int(skip)


def test_a_server_under_another_name_is_refused_either_way(
    sandbox: Sandbox, make_backend: Callable[..., Backend]
) -> None:
    """AWS still checks the name when verification is skipped (docs/aws.md §4)."""
    backend = make_backend(issue=lambda _: sandbox.issue_server_certificate("elsewhere.example"))
    for skip in (False, True):
        api = sandbox.console.create_rest_api("o", ["dev"], backend_url=backend.url, insecure_skip_verification=skip)
        assert ask(sandbox.invoke_url(api, "dev")).status == 500
    assert [record.reason for record in sandbox.requests.entries()] == ["server-certificate"] * 2
    assert backend.seen == []


def test_plain_http_has_no_certificate(environment: Environment, make_backend: Callable[..., Backend]) -> None:
    """API Gateway allows it."""
    backend = make_backend(issue=None)
    api = environment.sandbox.console.create_rest_api("plain", ["dev"], backend_url=backend.url)
    environment.sandbox.console.bind(api, "dev", environment.old)
    for shape in SHAPES:
        assert ask(environment.sandbox.invoke_url(api, "dev"), x_sandbox_shape=shape).status == 200
        assert (environment.last.tls_version, environment.last.certificate) == ("", "")


def test_private_keys_never_leave(environment: Environment) -> None:
    """No view, answer or record shows one, and no file is left behind."""
    assert environment.call().status == 200
    remote = RemoteSandbox(environment.sandbox.endpoint_url)
    shown = [str(remote.view(name)) for name in ("certificates", "data-plane", "behaviour", "journal", "stages")]
    shown += [str(record) for record in remote.requests()]
    shown += [repr(one) for one in environment.sandbox.certificates()]
    numbers = [one.private_key.private_numbers() for one in environment.sandbox.certificates()]
    for text in shown:
        assert "PRIVATE" not in text
        assert not any(str(number.d) in text for number in numbers)


def test_keys_are_never_written_in_clear(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    """``ssl`` reads files; what it is given is encrypted."""
    written: list[bytes] = []
    original = ssl.SSLContext.load_cert_chain

    def watched(self: ssl.SSLContext, certfile: Any, *arguments: Any, **named: Any) -> None:
        written.append(certfile.read_bytes())
        original(self, certfile, *arguments, **named)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", watched)
    assert environment.call().status == 200
    assert [b"BEGIN ENCRYPTED PRIVATE KEY" in text for text in written] == [True]


def test_this_python_shows_certificate_requests(sandbox: Sandbox) -> None:
    """The one private name that the data plane relies on; without it every request would look like one-way TLS."""
    assert hasattr(ssl.SSLContext, "_msg_callback")
    authority = sandbox._plane.data_plane.authority  # noqa: SLF001 - the parts under test
    context = Contexts(authority).get(None, "1.3", verify=True)
    assert context.sslsocket_class is BackendSocket


def test_the_first_generation_can_be_minted_in_the_past_while_the_clock_runs_at_wall_time(
    environment: Environment,
) -> None:
    """What docs/sandbox.md tells tests to do that let traffic flow."""
    sandbox = environment.sandbox
    sandbox.clock.set(wall_now() - timedelta(days=340))
    first = sandbox.client("apigateway").generate_client_certificate()["clientCertificateId"]
    sandbox.clock.set(wall_now(), frozen=False)
    environment.bind(first)
    environment.backend.trust((environment.pem(first),))
    assert environment.travel("new").echo["sha256"] == environment.sha256(first)


def test_a_stranger_of_the_same_subject_is_refused(environment: Environment) -> None:
    """So the backend of these tests pins, and their answers prove a key."""
    environment.backend.trust((mint(wall_now() - timedelta(days=1)).pem,))
    assert environment.travel("new").status == 500


def test_any_api_of_the_account_reaches_a_backend_that_pins_the_certificate(environment: Environment) -> None:
    """A pin proves an API Gateway of the account, not which API: whoever may PATCH one stage is in (SECURITY.md)."""
    sandbox = environment.sandbox
    theirs = sandbox.console.create_rest_api("another team's", ["theirs"], backend_url=environment.backend.url)
    patch = [{"op": "replace", "path": "/clientCertificateId", "value": environment.old}]
    sandbox.client("apigateway").update_stage(restApiId=theirs, stageName="theirs", patchOperations=patch)
    reply = ask(sandbox.invoke_url(theirs, "theirs", "/"))
    assert (reply.status, reply.echo["sha256"]) == (200, environment.sha256(environment.old))


def _acm(authority: trustme.CA) -> tuple[str, str, str]:
    """Leaf, key and the rest of the chain, as ACM would export them."""
    issued = authority.issue_cert("orders-gateway.example.com")
    leaf, *chain = (blob.bytes().decode() for blob in issued.cert_chain_pems)
    return leaf, issued.private_key_pem.bytes().decode(), "".join(chain)


def _for_servers_only() -> tuple[str, str]:
    """As ACM's public certificates have been since 2025 (docs/aws.md §1.6)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "orders.example.com")])
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(wall_now())
        .not_valid_after(wall_now() + timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = built.public_bytes(serialization.Encoding.PEM).decode()
    return pem, key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _sha256(pem: str) -> str:
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def _issuer(authority: trustme.CA) -> Callable[[str], tuple[str, str]]:
    def issue(name: str) -> tuple[str, str]:
        issued = authority.issue_cert(name)
        return issued.cert_chain_pems[0].bytes().decode(), issued.private_key_pem.bytes().decode()

    return issue
