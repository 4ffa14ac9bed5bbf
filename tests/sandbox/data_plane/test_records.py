"""The request log, inside and from another process."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import pytest

from apigw_sandbox import RemoteSandbox, Sandbox
from apigw_sandbox.data_plane.request_log import RequestLog, RequestRecord
from tests.sandbox.data_plane.conftest import Environment, ask
from tests.sandbox.wire import raw

RECORD = RequestRecord(
    request=7,
    started=1800000000.25,
    ended=1800000000.5,
    api_id="abc",
    stage="dev",
    backend="localhost:1",
    shape="new",
    tls_version="1.3",
    reused=True,
    certificate_requested=True,
    bound="old",
    certificate="new",
    status=200,
    backend_status=201,
)


def test_a_record_comes_back_as_it_was_put_in() -> None:
    """Numbered, in the order of their arrival."""
    log = RequestLog()
    records = [replace(RECORD, request=number, reason="x" * (number % 2)) for number in range(5)]
    for record in records:
        log.append(record)
    assert list(log.entries()) == [replace(record, number=place + 1) for place, record in enumerate(records)]
    assert [record.number for record in log.entries(since=3)] == [4, 5]
    assert [record.number for record in log.entries(since=1, limit=2)] == [2, 3]
    assert list(log.entries(since=9)) == []
    assert (len(log), log.last_number) == (5, 5)


def test_numbers_go_on_after_a_clear_so_that_since_misses_nothing() -> None:
    """Also for a bookmark of before, and for a reader that had begun."""
    log = RequestLog()
    log.append(RECORD)
    reading = log.entries()
    log.clear()
    log.append(replace(RECORD, shape="long"))
    assert [(record.number, record.shape) for record in log.entries(since=0)] == [(2, "long")]
    assert [(record.number, record.shape) for record in log.entries(since=1)] == [(2, "long")]
    assert [record.shape for record in reading] == ["long"]
    assert (len(log), log.last_number) == (1, 2)


def test_two_hundred_thousand_records_are_no_burden() -> None:
    """Below 100 bytes each."""
    log = RequestLog()
    for _ in range(2000):
        log.append(RECORD)
    size = sum(sys.getsizeof(column) for column in log._columns.values())  # noqa: SLF001 - the measure of it
    assert size / 2000 < 200


def test_json_lines_are_records_again() -> None:
    """One a line."""
    log = RequestLog()
    log.append(RECORD)
    log.append(replace(RECORD, status=500))
    lines = log.json_lines().splitlines()
    assert [RequestRecord(**json.loads(line)) for line in lines] == list(log.entries())


def test_another_process_reads_the_requests_and_asks_on(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In pages."""
    monkeypatch.setattr("apigw_sandbox.management.REQUESTS_AT_ONCE", 2)
    remote = RemoteSandbox(environment.sandbox.endpoint_url)
    for _ in range(5):
        assert ask(remote.invoke_url(environment.api, "dev", "/x")).status == 200
    inside = list(environment.sandbox.requests.entries())
    assert list(remote.requests()) == inside
    assert list(remote.requests(since=inside[2].number)) == inside[3:]
    reply = raw(environment.sandbox.endpoint_url, "GET", "/_sandbox/requests?limit=1", service=None)
    assert (reply.headers["content-type"], len(reply.body.splitlines())) == ("application/jsonl", 1)


def test_another_process_gets_the_authority_and_server_certificates(sandbox: Sandbox) -> None:
    """Enough to start a backend."""
    remote = RemoteSandbox(sandbox.endpoint_url)
    assert remote.view("data-plane")["ca_pem"] == sandbox.ca_pem
    issued = remote.do("issue-server-certificate", names=["localhost", "127.0.0.1"])
    assert "BEGIN CERTIFICATE" in issued["certificate_pem"]
    assert "PRIVATE KEY" in issued["private_key_pem"]
    with pytest.raises(ValueError, match="issue-server-certificate"):
        remote.do("issue-server-certificate")
    with pytest.raises(ValueError, match="variables is a map of strings"):
        remote.do("create-stage", api_id="x", stage_name="y", variables={"port": 1})


def test_a_reset_forgets_requests_connections_and_sessions(environment: Environment) -> None:
    """And the draws go on."""
    environment.travel("keepalive")
    environment.travel("resumed")
    environment.sandbox.reset()
    assert len(environment.sandbox.requests) == 0


def test_a_sandbox_that_does_not_run_has_no_invoke_url() -> None:
    """As it has no endpoint."""
    with pytest.raises(RuntimeError, match="not running"):
        Sandbox().invoke_url("a", "dev")
