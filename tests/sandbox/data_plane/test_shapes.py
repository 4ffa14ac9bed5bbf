"""Connections, sessions and propagation across a switch."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from apigw_sandbox.data_plane.connections import KEPT_PER_KEY, Session, Shelf
from tests.sandbox.data_plane.conftest import World, ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox.data_plane.backend import Backend

TLS = pytest.mark.parametrize("tls", ["1.2", "1.3"])


@TLS
def test_new_connections_present_the_new_certificate_at_once(world: World, tls: str) -> None:
    """Nothing is pooled or resumed."""
    world.travel("new", tls)
    world.bind(world.new)
    assert world.travel("new", tls).echo["sha256"] == world.sha256(world.new)
    assert world.backend.connections == 2
    assert not any(record.reused or record.resumed for record in world.sandbox.requests.entries())


@TLS
def test_a_pooled_connection_presents_the_old_certificate_until_the_backend_closes_it(world: World, tls: str) -> None:
    """The identity is the connection's, not the request's."""
    world.travel("keepalive", tls)
    world.bind(world.new)
    kept = world.travel("keepalive", tls)
    assert (kept.echo["sha256"], kept.headers["x-sandbox-certificate"]) == (world.sha256(world.old), world.old)
    assert (world.last.reused, world.last.bound, world.last.certificate) == (True, world.new, world.old)
    assert world.backend.connections == 1
    world.backend.hang_up()
    assert world.travel("keepalive", tls).echo["sha256"] == world.sha256(world.new)
    assert (world.last.reused, world.backend.connections) == (False, 2)


@pytest.mark.parametrize("limit", ["keepalive_idle_seconds", "keepalive_lifetime_seconds"])
def test_a_pooled_connection_ends_at_its_limits(world: World, limit: str) -> None:
    """At 0 none is ever used again."""
    world.sandbox.change(**{limit: 0})
    for _ in range(3):
        world.travel("keepalive")
    assert world.backend.connections == 3


def test_stages_share_no_connections_and_no_sessions(world: World) -> None:
    """Or one would present the other's certificate."""
    world.sandbox.by_hand.create_stage(world.api, "prod")
    world.sandbox.by_hand.bind(world.api, "prod", world.new)
    for shape in ("keepalive", "resumed"):
        world.travel(shape)
        reply = ask(world.sandbox.invoke_url(world.api, "prod"), x_sandbox_shape=shape, x_sandbox_tls="1.3")
        assert reply.echo["sha256"] == world.sha256(world.new)


@TLS
def test_a_resumed_session_stands_for_the_old_certificate(world: World, tls: str) -> None:
    """The backend sees no handshake with a certificate, and remembers the one of before."""
    world.travel("resumed", tls)
    world.bind(world.new)
    for _ in range(3):
        reply = world.travel("resumed", tls)
        assert (reply.echo["sha256"], reply.echo["resumed"]) == (world.sha256(world.old), True)
        assert (world.last.resumed, world.last.certificate, world.last.bound) == (True, world.old, world.new)
    assert world.backend.connections == 4


@TLS
def test_a_session_that_the_backend_declines_gives_way_to_the_new_certificate(world: World, tls: str) -> None:
    """A full handshake presents what the stage presents now; later sessions stand for that."""
    world.travel("resumed", tls)
    world.bind(world.new)
    world.backend.trust((world.pem(world.new),))
    for resumed in (False, True):
        reply = world.travel("resumed", tls)
        assert (reply.echo["sha256"], reply.echo["resumed"]) == (world.sha256(world.new), resumed)
        assert (world.last.resumed, world.last.certificate) == (resumed, world.new)


def test_a_session_is_not_resumed_beyond_its_lifetime(world: World) -> None:
    """Counted from the full handshake."""
    world.travel("resumed")
    world.sandbox.change(session_lifetime_seconds=0)
    assert not world.travel("resumed").echo["resumed"]


def test_a_long_request_that_began_before_the_switch_ends_after_it_with_the_old_certificate(world: World) -> None:
    """And is passed on as it comes."""
    replies: list[bytes] = []
    caller = threading.Thread(target=lambda: replies.append(world.travel("long", path="/chunked").body))
    caller.start()
    world.backend.arrived.acquire()
    world.bind(world.new)
    assert world.travel("new").echo["sha256"] == world.sha256(world.new)
    world.backend.release.set()
    caller.join()
    assert replies == [b"firstsecond"]
    assert world.backend.seen[0]["sha256"] == world.sha256(world.old)
    assert (world.last.shape, world.last.certificate, world.last.reason) == ("long", world.old, "")


def test_a_long_request_may_last_longer_than_an_integration(world: World) -> None:
    """The integration's limit is not its limit."""
    world.sandbox.change(integration_timeout_seconds=0)
    assert world.travel("long").status == 200
    assert world.travel("new").status == 504


def test_requests_that_do_not_say_draw_all_shapes_and_versions(world: World) -> None:
    """The same draws for the same seed, after a reset of the counter or not."""
    for _ in range(40):
        assert world.call().status == 200
    drawn = Counter((record.shape, record.tls_version) for record in world.sandbox.requests.entries())
    assert set(drawn) == {(shape, tls) for shape in ("new", "keepalive", "resumed") for tls in ("1.2", "1.3")}


def test_the_mix_can_be_chosen(world: World) -> None:
    """By switches."""
    world.sandbox.change(shapes="keepalive", tls_versions="1.3")
    for _ in range(5):
        world.call()
    assert {(record.shape, record.tls_version) for record in world.sandbox.requests.entries()} == {("keepalive", "1.3")}


@pytest.mark.parametrize("headers", [{"x_sandbox_shape": "round"}, {"x_sandbox_tls": "1.1"}])
def test_a_shape_or_version_that_nobody_knows_is_refused_and_recorded(world: World, headers: dict[str, str]) -> None:
    """400, before anything is sent."""
    assert world.call(**headers).status == 400
    assert (world.last.reason, world.last.status, world.backend.connections) == ("bad-header", 400, 0)


def test_while_a_change_propagates_requests_see_old_or_new_and_then_only_new(world: World) -> None:
    """Drawn from the values of the window, here also the stage's first, nothing; once it is over, the new one alone."""
    world.sandbox.change(propagation_seconds=3600)
    world.bind(world.new)
    for _ in range(40):
        world.travel("new")
    during = {(record.bound, record.certificate) for record in world.sandbox.requests.entries()}
    assert during == {("", ""), (world.old, world.old), (world.new, world.new)}
    world.sandbox.change(propagation_seconds=0)
    assert {world.travel("new").headers["x-sandbox-certificate"] for _ in range(10)} == {world.new}


def test_the_draws_of_propagation_follow_the_seed(world: World) -> None:
    """Request numbers go on, so another seed is what changes the draws for the same requests."""
    draw = world.sandbox._plane.data_plane._stage  # noqa: SLF001 - the draw alone, without requests
    from apigw_sandbox.data_plane.routes import Invocation  # noqa: PLC0415 - one use

    world.sandbox.change(propagation_seconds=3600)
    world.bind(world.new)
    asked = Invocation(api_id=world.api, stage="dev", method="GET", path="/")

    def draws() -> list[str]:
        return [draw(asked, number)[2] for number in range(100)]

    first = draws()
    assert draws() == first
    world.sandbox.change(data_plane_seed=1)
    assert draws() != first


def test_setting_the_same_certificate_again_starts_no_propagation(world: World) -> None:
    """Nothing has changed."""
    world.sandbox.change(propagation_seconds=3600)
    world.bind(world.new)
    world.sandbox.change(propagation_seconds=0)
    world.bind(world.new)
    assert {world.travel("new").headers["x-sandbox-certificate"] for _ in range(5)} == {world.new}


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
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest one."""
    monkeypatch.setattr("apigw_sandbox.data_plane.connections.KEPT_PER_KEY", 0)
    for _ in range(2):
        world.travel("keepalive")
    assert (world.backend.connections, world.last.reused) == (2, False)


def test_a_backend_that_closes_after_each_answer_is_not_pooled(
    world: World, make_backend: Callable[..., Backend]
) -> None:
    """``Connection: close``, here by HTTP/1.0's rules of an answer without a length."""
    backend = make_backend(issue=None)
    api = world.sandbox.by_hand.create_rest_api("plain", ["dev"], backend_url=backend.url, proxy=True)
    for _ in range(2):
        reply = ask(world.sandbox.invoke_url(api, "dev", "/closing"), x_sandbox_shape="keepalive")
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
def test_a_switch_that_makes_no_sense_is_refused(world: World, switches: dict[str, object]) -> None:
    """Before anything changes."""
    with pytest.raises(ValueError, match=next(iter(switches))):
        world.sandbox.change(**switches)
    assert world.call().status == 200
