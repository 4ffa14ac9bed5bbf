"""The judgement of single requests: what the sender, the data plane and the backend say together."""

from __future__ import annotations

from dataclasses import replace

from acceptance.load.join import ONE_WAY, Names, join
from acceptance.load.load import Sent
from apigw_sandbox.data_plane.request_log import RequestRecord

OLD_PRINT, NEW_PRINT = "a" * 64, "b" * 64
NAMES = Names()
NAMES.add("old", "id1", OLD_PRINT)
NAMES.add("new", "id2", NEW_PRINT)
RECORD = RequestRecord(
    request=7,
    started=10.0,
    ended=10.1,
    api_id="api",
    stage="dev",
    shape="resumed",
    certificate_requested=True,
    bound="id1",
    certificate="id1",
    status=200,
    backend_status=200,
)
SENT = Sent(
    sequence=0,
    sent=10.0,
    seconds=0.1,
    status=200,
    error="",
    headers={"x-sandbox-request": "7", "x-client-cert-sha256": OLD_PRINT},
)


def joined(sent: Sent = SENT, record: RequestRecord | None = RECORD) -> tuple[str, list[str]]:
    """Why one request failed, and what does not fit together."""
    (request,), complaints = join([sent], [record] if record else [], NAMES)
    return request.failure, complaints


def test_a_request_that_everybody_saw_alike_succeeded() -> None:
    """Its certificate goes by its name, with the backend's own word for it."""
    (request,), complaints = join([SENT], [RECORD], NAMES)
    assert complaints == []
    assert (request.failure, request.certificate, request.seen, request.shape) == ("", "old", "old", "resumed")
    assert (request.stage, request.sent, request.answered) == ("dev", 10.0, 10.1)


def test_a_refused_handshake_fails_with_the_data_planes_words() -> None:
    """The gateway's 500 says nothing; the record says which alert came."""
    refused = replace(RECORD, status=500, backend_status=0, reason="tls-alert", detail="TLSV1_ALERT_UNKNOWN_CA")
    sent = replace(SENT, status=500, headers={"x-sandbox-request": "7"})
    assert joined(sent, refused) == ("tls-alert: TLSV1_ALERT_UNKNOWN_CA", [])


def test_a_backends_refusal_fails_with_its_status() -> None:
    """A 403 comes through the gateway as it is."""
    assert joined(replace(SENT, status=403), replace(RECORD, status=403)) == ("the backend answered 403", [])


def test_one_way_tls_is_never_a_success() -> None:
    """A backend that asks for no certificate answers 200, and proves nothing."""
    one_way = replace(RECORD, certificate="", certificate_requested=False)
    sent = replace(SENT, headers={**SENT.headers, "x-client-cert-sha256": "none"})
    assert joined(sent, one_way) == (ONE_WAY, [])


def test_a_backend_that_saw_another_certificate_is_a_failure() -> None:
    """A 200 counts only when both ends name the same certificate."""
    sent = replace(SENT, headers={**SENT.headers, "x-client-cert-sha256": NEW_PRINT})
    assert joined(sent) == ("the backend saw new where old was presented", [])


def test_a_backend_that_names_nothing_is_a_failure() -> None:
    """Without the echo nobody knows what was accepted."""
    sent = replace(SENT, headers={"x-sandbox-request": "7"})
    assert joined(sent) == ("the backend saw nothing where old was presented", [])


def test_a_request_that_never_arrived_fails_and_is_complained_of() -> None:
    """The sandbox was stopped: the sender has an error, the data plane has no record."""
    gone = Sent(sequence=1, sent=11.0, seconds=0.0, status=0, error="connection refused", headers={})
    failure, complaints = joined(gone, None)
    assert failure == "no answer: connection refused"
    assert complaints == ["1 requests were sent that the data plane has no record of"]


def test_a_request_that_was_sent_twice_is_complained_of() -> None:
    """Somebody in the path repeated it: the data plane has one more than the sender."""
    twice = replace(RECORD, request=8)
    _, complaints = join([SENT], [RECORD, twice], NAMES)
    assert complaints == ["1 requests reached the data plane that no answered sender knows of"]


def test_requests_come_in_the_order_in_which_they_were_sent() -> None:
    """Results come in the order of their ends."""
    later = replace(SENT, sequence=1, sent=12.0, headers={**SENT.headers, "x-sandbox-request": "8"})
    requests, _ = join([later, SENT], [replace(RECORD, request=8), RECORD], NAMES)
    assert [request.sent for request in requests] == [10.0, 12.0]
