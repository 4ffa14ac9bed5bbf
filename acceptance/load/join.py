"""One request, seen three times: by who sent it, by the data plane that forwarded it, by the backend that answered."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from acceptance.load.observed import NONE, Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from acceptance.load.load import Sent
    from apigw_sandbox.data_plane.request_log import RequestRecord

REQUEST_HEADER = "x-sandbox-request"
SEEN_HEADER = "x-client-cert-sha256"
"""What every backend of ``acceptance/servers`` echoes: lower-case hex, or ``none``."""

ONE_WAY = "one-way TLS: the backend asked for no certificate"


class Names:
    """What the certificates of a run are called, by their id and by their SHA-256 fingerprint."""

    def __init__(self) -> None:
        self.by_id: dict[str, str] = {"": NONE}
        self.by_fingerprint: dict[str, str] = {NONE: NONE}

    def add(self, name: str, certificate_id: str, sha256: str) -> None:
        """Call this certificate so."""
        self.by_id[certificate_id] = name
        self.by_fingerprint[sha256] = name


def join(sent: Iterable[Sent], records: Iterable[RequestRecord], names: Names) -> tuple[list[Request], list[str]]:
    """The requests in the order in which they were sent, and what does not fit together.

    A request that never reached the data plane is a failed one; one that the data plane recorded and nobody sent, or
    that two senders claim, is a complaint: somebody repeated a request.
    """
    by_number = {record.request: record for record in records}
    recorded = len(by_number)
    requests, claimed = [], 0
    for one in sent:
        number = one.headers.get(REQUEST_HEADER, "")
        record = by_number.pop(int(number), None) if number else None
        claimed += record is not None
        requests.append(_request(one, record, names))
    complaints = []
    if claimed < recorded:
        complaints.append(f"{recorded - claimed} requests reached the data plane that no answered sender knows of")
    unknown = sum(1 for request in requests if not request.shape)
    if unknown:
        complaints.append(f"{unknown} requests were sent that the data plane has no record of")
    requests.sort(key=lambda request: request.sent)
    return requests, complaints


def _request(sent: Sent, record: RequestRecord | None, names: Names) -> Request:
    seen = _seen(sent.headers, names)
    certificate = names.by_id.get(record.certificate, record.certificate) if record else ""
    return Request(
        sent=sent.sent,
        seconds=sent.seconds,
        stage=record.stage if record else "",
        shape=record.shape if record else "",
        certificate=certificate,
        seen=seen,
        status=sent.status,
        failure=_failure(sent, record, certificate, seen),
    )


def _seen(headers: Mapping[str, str], names: Names) -> str:
    fingerprint = headers.get(SEEN_HEADER, "")
    return names.by_fingerprint.get(fingerprint, fingerprint)


def _failure(sent: Sent, record: RequestRecord | None, certificate: str, seen: str) -> str:
    """Why it counts as failed, or "". The data plane knows best, then the status, then what the backend saw."""
    if record is not None and record.reason:
        return f"{record.reason}: {record.detail}"
    if sent.status == 0:
        return f"no answer: {sent.error or 'the load generator ended'}"
    if sent.status != HTTPStatus.OK:
        return f"the backend answered {sent.status}"
    if record is not None and record.bound and not record.certificate_requested:
        return ONE_WAY
    if seen != certificate:
        return f"the backend saw {seen or 'nothing'} where {certificate or 'nothing'} was presented"
    return ""
