"""Connections, sessions and propagation across a switch."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from apigw_sandbox.data_plane.connections import KEPT_PER_KEY, Session, Shelf
from tests.sandbox.data_plane.conftest import Environment, ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox.data_plane.backend import Backend

TLS = pytest.mark.parametrize("tls", ["1.2", "1.3"])


@TLS
def test_new_connections_present_the_new_certificate_at_once(environment: Environment, tls: str) -> None:
    """Nothing is pooled or resumed."""
    environment.travel("new", tls)
    environment.bind(environment.new)
    assert environment.travel("new", tls).echo["sha256"] == environment.sha256(environment.new)
    assert environment.backend.connections == 2
    assert not any(record.reused or record.resumed for record in environment.sandbox.requests.entries())


@TLS
def test_a_pooled_connection_presents_the_old_certificate_until_the_backend_closes_it(
    environment: Environment, tls: str
) -> None:
    """The identity is the connection's, not the request's."""
    environment.travel("keepalive", tls)
    environment.bind(environment.new)
    kept = environment.travel("keepalive", tls)
    assert (kept.echo["sha256"], kept.headers["x-sandbox-certificate"]) == (
        environment.sha256(environment.old),
        environment.old,
    )
    assert (environment.last.reused, environment.last.bound, environment.last.certificate) == (
        True,
        environment.new,
        environment.old,
    )
    assert environment.backend.connections == 1
    environment.backend.hang_up()
    assert environment.travel("keepalive", tls).echo["sha256"] == environment.sha256(environment.new)
    assert (environment.last.reused, environment.backend.connections) == (False, 2)


@pytest.mark.parametrize("limit", ["keepalive_idle_seconds", "keepalive_lifetime_seconds"])
def test_a_pooled_connection_ends_at_its_limits(environment: Environment, limit: str) -> None:
    """At 0 none is ever used again."""
    environment.sandbox.change(**{limit: 0})
    for _ in range(3):
        environment.travel("keepalive")
    assert environment.backend.connections == 3


def test_stages_share_no_connections_and_no_sessions(environment: Environment) -> None:
    """Or one would present the other's certificate."""
    environment.sandbox.console.create_stage(environment.api, "prod")
    environment.sandbox.console.bind(environment.api, "prod", environment.new)
    for shape in ("keepalive", "resumed"):
        environment.travel(shape)
        reply = ask(environment.sandbox.invoke_url(environment.api, "prod"), x_sandbox_shape=shape, x_sandbox_tls="1.3")
        assert reply.echo["sha256"] == environment.sha256(environment.new)


@TLS
def test_a_resumed_session_stands_for_the_old_certificate(environment: Environment, tls: str) -> None:
    """The backend sees no handshake with a certificate, and remembers the one of before."""
    environment.travel("resumed", tls)
    environment.bind(environment.new)
    for _ in range(3):
        reply = environment.travel("resumed", tls)
        assert (reply.echo["sha256"], reply.echo["resumed"]) == (environment.sha256(environment.old), True)
        assert (environment.last.resumed, environment.last.certificate, environment.last.bound) == (
            True,
            environment.old,
            environment.new,
        )
    assert environment.backend.connections == 4


@TLS
def test_a_session_that_the_backend_declines_gives_way_to_the_new_certificate(
    environment: Environment, tls: str
) -> None:
    """A full handshake presents what the stage presents now; later sessions stand for that."""
    environment.travel("resumed", tls)
    environment.bind(environment.new)
    environment.backend.trust((environment.pem(environment.new),))
    for resumed in (False, True):
        reply = environment.travel("resumed", tls)
        assert (reply.echo["sha256"], reply.echo["resumed"]) == (environment.sha256(environment.new), resumed)
        assert (environment.last.resumed, environment.last.certificate) == (resumed, environment.new)


def test_a_session_is_not_resumed_beyond_its_lifetime(environment: Environment) -> None:
    """Counted from the full handshake."""
    environment.travel("resumed")
    environment.sandbox.change(session_lifetime_seconds=0)
    assert not environment.travel("resumed").echo["resumed"]


def test_a_long_request_that_began_before_the_switch_ends_after_it_with_the_old_certificate(
    environment: Environment,
) -> None:
    """And is passed on as it comes."""
    replies: list[bytes] = []
    caller = threading.Thread(target=lambda: replies.append(environment.travel("long", path="/chunked").body))
    caller.start()
    environment.backend.arrived.acquire()
    environment.bind(environment.new)
    assert environment.travel("new").echo["sha256"] == environment.sha256(environment.new)
    environment.backend.release.set()
    caller.join()
    assert replies == [b"firstsecond"]
    assert environment.backend.seen[0]["sha256"] == environment.sha256(environment.old)
    assert (environment.last.shape, environment.last.certificate, environment.last.reason) == (
        "long",
        environment.old,
        "",
    )


def test_a_long_request_may_last_longer_than_an_integration(environment: Environment) -> None:
    """The integration's limit is not its limit."""
    environment.sandbox.change(integration_timeout_seconds=0)
    assert environment.travel("long").status == 200
    assert environment.travel("new").status == 504


def test_requests_that_do_not_say_draw_all_shapes_and_versions(environment: Environment) -> None:
    """The same draws for the same seed, after a reset of the counter or not."""
    for _ in range(40):
        assert environment.call().status == 200
    drawn = Counter((record.shape, record.tls_version) for record in environment.sandbox.requests.entries())
    assert set(drawn) == {(shape, tls) for shape in ("new", "keepalive", "resumed") for tls in ("1.2", "1.3")}


def test_the_mix_can_be_chosen(environment: Environment) -> None:
    """By switches."""
    environment.sandbox.change(shapes="keepalive", tls_versions="1.3")
    for _ in range(5):
        environment.call()
    assert {(record.shape, record.tls_version) for record in environment.sandbox.requests.entries()} == {
        ("keepalive", "1.3")
    }


@pytest.mark.parametrize("headers", [{"x_sandbox_shape": "round"}, {"x_sandbox_tls": "1.1"}])
def test_a_shape_or_version_that_nobody_knows_is_refused_and_recorded(
    environment: Environment, headers: dict[str, str]
) -> None:
    """400, before anything is sent."""
    assert environment.call(**headers).status == 400
    assert (environment.last.reason, environment.last.status, environment.backend.connections) == ("bad-header", 400, 0)


def test_while_a_change_propagates_requests_see_old_or_new_and_then_only_new(environment: Environment) -> None:
    """Drawn from the values of the window, here also the stage's first, nothing; once it is over, the new one alone."""
    environment.sandbox.change(propagation_seconds=3600)
    environment.bind(environment.new)
    for _ in range(40):
        environment.travel("new")
    during = {(record.bound, record.certificate) for record in environment.sandbox.requests.entries()}
    assert during == {("", ""), (environment.old, environment.old), (environment.new, environment.new)}
    environment.sandbox.change(propagation_seconds=0)
    assert {environment.travel("new").headers["x-sandbox-certificate"] for _ in range(10)} == {environment.new}


def test_the_draws_of_propagation_follow_the_seed(environment: Environment) -> None:
    """Request numbers go on, so another seed is what changes the draws for the same requests."""
    draw = environment.sandbox._plane.data_plane._stage  # noqa: SLF001 - the draw alone, without requests
    from apigw_sandbox.data_plane.routes import Invocation  # noqa: PLC0415 - one use

    environment.sandbox.change(propagation_seconds=3600)
    environment.bind(environment.new)
    asked = Invocation(api_id=environment.api, stage="dev", method="GET", path="/")

    def draws() -> list[str]:
        return [draw(asked, number)[2] for number in range(100)]

    first = draws()
    assert draws() == first
    environment.sandbox.change(data_plane_seed=1)
    assert draws() != first


def test_setting_the_same_certificate_again_starts_no_propagation(environment: Environment) -> None:
    """Nothing has changed."""
    environment.sandbox.change(propagation_seconds=3600)
    environment.bind(environment.new)
    environment.sandbox.change(propagation_seconds=0)
    environment.bind(environment.new)
    assert {environment.travel("new").headers["x-sandbox-certificate"] for _ in range(5)} == {environment.new}


def test_a_shelf_keeps_so_many_and_gives_back_the_oldest() -> None:
    """Latest first."""
    shelf: Shelf[Session] = Shelf()
    nothing: Any = None
    sessions = [Session(nothing, nothing, str(number), requested=False, born=0.0) for number in range(KEPT_PER_KEY + 1)]
    displaced = [shelf.put("key", session) for session in sessions]
    assert displaced == [None] * KEPT_PER_KEY + [sessions[0]]
    assert shelf.take("key") is sessions[-1]
    assert shelf.take("another key") is None
    assert shelf.empty() == sessions[1:-1]


def test_a_pooled_connection_beyond_what_the_pool_holds_is_closed(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest one."""
    monkeypatch.setattr("apigw_sandbox.data_plane.connections.KEPT_PER_KEY", 0)
    for _ in range(2):
        environment.travel("keepalive")
    assert (environment.backend.connections, environment.last.reused) == (2, False)


def test_a_backend_that_closes_after_each_answer_is_not_pooled(
    environment: Environment, make_backend: Callable[..., Backend]
) -> None:
    """``Connection: close``, here by HTTP/1.0's rules of an answer without a length."""
    backend = make_backend(issue=None)
    api = environment.sandbox.console.create_rest_api("plain", ["dev"], backend_url=backend.url, proxy=True)
    for _ in range(2):
        reply = ask(environment.sandbox.invoke_url(api, "dev", "/closing"), x_sandbox_shape="keepalive")
        assert (reply.status, reply.body) == (200, b"until the end")
    assert backend.connections == 2


@pytest.mark.parametrize(
    "switches",
    [
        {"propagation_seconds": -1},
        {"shapes": "new,round"},
        {"shapes": ""},
        {"tls_versions": "1.1"},
        {"data_plane_seed": 0.5},
    ],
)
def test_a_switch_that_makes_no_sense_is_refused(environment: Environment, switches: dict[str, object]) -> None:
    """Before anything changes."""
    with pytest.raises(ValueError, match=next(iter(switches))):
        environment.sandbox.change(**switches)
    assert environment.call().status == 200
