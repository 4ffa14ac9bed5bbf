"""The load generator: what it says it sent is what arrived, once each, at the rate that was asked for."""

from __future__ import annotations

import concurrent.futures
import contextlib
import http.server
import threading
from typing import TYPE_CHECKING

import pytest

from acceptance.load.load import Load, LoadError, Target
from acceptance.servers.backend import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WAIT_LIMIT_SECONDS = 60


class Answer(http.server.BaseHTTPRequestHandler):
    """``/moved`` redirects, ``/mute`` closes without an answer, ``/held`` waits to be released; others say 200."""

    protocol_version = "HTTP/1.1"
    server: Api

    def do_GET(self) -> None:
        """Note, then answer as the path says."""
        self.server.note(self.path, self.headers.get("X-Color", ""))
        if self.path == "/mute":
            self.close_connection = True
            return
        if self.path == "/held":
            self.server.released.wait(WAIT_LIMIT_SECONDS)
        self.send_response(302 if self.path == "/moved" else 200)
        self.send_header("Location", "/elsewhere")
        self.send_header("X-Path", self.path)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"done")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's signature
        """Say nothing."""


class Api(http.server.ThreadingHTTPServer):
    """Counts what arrives."""

    request_queue_size = 1024

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.released = threading.Event()
        self.arrived: list[tuple[str, str]] = []
        self._arrival = threading.Condition()

    def note(self, path: str, color: str) -> None:
        """A request is here."""
        with self._arrival:
            self.arrived.append((path, color))
            self._arrival.notify_all()

    def await_requests(self, count: int) -> None:
        """Return when so many have arrived."""
        with self._arrival:
            assert self._arrival.wait_for(lambda: len(self.arrived) >= count, WAIT_LIMIT_SECONDS)

    def target(self, path: str, *headers: tuple[str, str]) -> Target:
        """Something to ask it."""
        return Target(url=f"http://127.0.0.1:{self.server_port}{path}", headers=headers)


@pytest.fixture
def api() -> Iterator[Api]:
    """A plain HTTP server."""
    with Api() as serving, concurrent.futures.ThreadPoolExecutor(1) as pool:
        pool.submit(serving.serve_forever, 0.05)
        try:
            yield serving
        finally:
            serving.released.set()
            serving.shutdown()


pytestmark = pytest.mark.usefixtures("vegeta")


def test_each_request_that_arrived_is_told_once(api: Api, tmp_path: Path) -> None:
    """Targets are asked in turn with their headers; sequence numbers have no gap; only x- headers come back."""
    targets = [api.target("/a", ("x-color", "red")), api.target("/b", ("x-color", "blue"))]
    with Load(tmp_path, targets, rate=100) as load:
        api.await_requests(50)
        assert not load.died
    results = list(load.results())

    assert not load.died
    assert sorted(sent.sequence for sent in results) == list(range(len(api.arrived)))
    assert {(sent.status, sent.error) for sent in results} == {(200, "")}
    assert set(api.arrived) == {("/a", "red"), ("/b", "blue")}
    assert sorted(sent.headers["x-path"] for sent in results) == sorted(path for path, _ in api.arrived)
    assert {name for sent in results for name in sent.headers} == {"x-path"}
    assert abs(api.arrived.count(("/a", "red")) - api.arrived.count(("/b", "blue"))) <= 1


@pytest.mark.parametrize("rate", [20.5, 200])
def test_rate_is_held(api: Api, tmp_path: Path, rate: float) -> None:
    """As many requests as the rate makes of the time in which they were sent, whole or fractional."""
    with Load(tmp_path, [api.target("/")], rate) as load:
        api.await_requests(int(1.5 * rate))
    times = sorted(sent.sent for sent in load.results())

    planned = rate * (times[-1] - times[0])
    assert planned / 2 < len(times) < planned * 2


def test_answers_that_do_not_come_slow_nothing_down_and_are_waited_for(api: Api, tmp_path: Path) -> None:
    """Open loop: requests go on while none is answered. To stop is to send no more, not to break off."""
    with Load(tmp_path, [api.target("/held")], rate=100) as load, concurrent.futures.ThreadPoolExecutor(1) as pool:
        api.await_requests(60)
        stopping = pool.submit(load.stop)
        with pytest.raises(concurrent.futures.TimeoutError):
            stopping.result(0.5)
        api.released.set()
        stopping.result(WAIT_LIMIT_SECONDS)
    results = list(load.results())

    assert not load.died
    assert len(results) == len(api.arrived)
    assert {sent.status for sent in results} == {200}


def test_redirect_is_an_answer_and_not_followed(api: Api, tmp_path: Path) -> None:
    """One request is one request."""
    with Load(tmp_path, [api.target("/moved")], rate=100) as load:
        api.await_requests(10)

    assert {sent.status for sent in load.results()} == {302}
    assert {path for path, _ in api.arrived} == {"/moved"}


def test_request_without_an_answer_is_not_sent_again(api: Api, tmp_path: Path) -> None:
    """A server that closes in silence sees each request once; the result says that there was no answer."""
    with Load(tmp_path, [api.target("/ok"), api.target("/mute")], rate=100) as load:
        api.await_requests(40)
    results = list(load.results())

    assert len(results) == len(api.arrived)
    mute = [sent for sent in results if sent.status != 200]
    assert len(mute) == [path for path, _ in api.arrived].count("/mute")
    assert {(sent.status, bool(sent.error), len(sent.headers)) for sent in mute} == {(0, True, 0)}


def test_unreachable_target_is_a_result_with_the_reason(api: Api, tmp_path: Path) -> None:
    """Nobody listens: status 0, in Go's words, and the load goes on."""
    nobody = Target(url=f"http://127.0.0.1:{free_port()}/")
    with Load(tmp_path, [nobody, api.target("/ok")], rate=100) as load:
        api.await_requests(10)
    refused = [sent for sent in load.results() if sent.status != 200]

    assert not load.died
    assert len(refused) >= 10
    assert {sent.status for sent in refused} == {0}
    assert all("connection refused" in sent.error for sent in refused)


def test_killed_generator_is_noticed_and_leaves_what_it_had(api: Api, tmp_path: Path) -> None:
    """Its results are partial, never silently complete; a last one that was cut off is left out."""
    with Load(tmp_path, [api.target("/")], rate=200) as load:
        api.await_requests(200)
        load.process.kill()
        load.process.wait()
        assert load.died
    results = list(load.results())

    assert load.died
    assert 0 < len(results) <= len(api.arrived)
    assert {sent.status for sent in results} == {200}

    written = tmp_path / "results.gob"
    written.write_bytes(written.read_bytes()[:-3])
    assert [sent.sequence for sent in load.results()] == [sent.sequence for sent in results[:-1]]
    written.write_bytes(b"")
    assert list(load.results()) == []


def test_damaged_results_of_a_load_that_ended_well_are_an_error(api: Api, tmp_path: Path) -> None:
    """What a complete load does not tell in full must not pass for the whole."""
    with Load(tmp_path, [api.target("/")], rate=100) as load:
        api.await_requests(5)
    written = tmp_path / "results.gob"
    written.write_bytes(written.read_bytes()[:-3])

    with pytest.raises(LoadError, match="cannot be read"):
        list(load.results())


def test_exception_in_the_block_kills_the_load(api: Api, tmp_path: Path) -> None:
    """A harness that fails does not wait for held answers, and no load outlives it."""
    with contextlib.suppress(KeyError), Load(tmp_path, [api.target("/held")], rate=100) as load:
        api.await_requests(1)
        raise KeyError
    assert load.died
    assert load.process.returncode is not None


def test_results_of_a_running_load_are_refused(api: Api, tmp_path: Path) -> None:
    """They would be a moment's, not the load's."""
    with Load(tmp_path, [api.target("/")], rate=10) as load, pytest.raises(LoadError, match="still runs"):
        list(load.results())


def test_generator_that_does_not_start_is_an_error_in_its_own_words(tmp_path: Path) -> None:
    """A target without a URL, for example."""
    with pytest.raises(LoadError, match="url is missing"), Load(tmp_path, [Target(url="")], rate=1):
        pytest.fail("it started")


@pytest.mark.parametrize(("targets", "rate"), [([], 10.0), ([Target(url="http://127.0.0.1/")], 0.0)])
def test_load_of_nothing_is_refused(tmp_path: Path, targets: list[Target], rate: float) -> None:
    """For vegeta a rate of 0 is as fast as possible."""
    with pytest.raises(ValueError, match="no load"):
        Load(tmp_path, targets, rate)
