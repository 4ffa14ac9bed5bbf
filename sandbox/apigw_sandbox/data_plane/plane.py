"""The data plane: takes an invocation, forwards it once, answers and records."""

from __future__ import annotations

import contextlib
import functools
import itertools
import logging
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from apigw_sandbox.behaviour import Shape
from apigw_sandbox.certificates import is_acm_arn
from apigw_sandbox.clock import wall_now
from apigw_sandbox.data_plane import failures, routes, shapes
from apigw_sandbox.data_plane.authority import Authority
from apigw_sandbox.data_plane.deadlines import Deadline
from apigw_sandbox.data_plane.failures import NotForwardedError
from apigw_sandbox.data_plane.fleet import Fleet, Trip
from apigw_sandbox.data_plane.identities import Identity
from apigw_sandbox.data_plane.in_flight import InFlight
from apigw_sandbox.data_plane.replies import Reply, Stream, failed
from apigw_sandbox.data_plane.request_log import RequestLog, RequestRecord
from apigw_sandbox.moto_extension import backends, integrations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_sandbox.behaviour import Behaviour
    from apigw_sandbox.control_plane import ControlPlane
    from apigw_sandbox.data_plane.exchange import Headers
    from apigw_sandbox.data_plane.routes import Invocation, Route
    from apigw_sandbox.data_plane.shapes import Travel

STOP_SECONDS = 30
_log = logging.getLogger("apigw_sandbox.data_plane")
# Failures are what tests provoke: they are shown to those who ask for them.
_log.addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One request with everything that it needs of the control plane, which may change from here on."""

    invocation: Invocation
    route: Route
    variables: Mapping[str, str]
    identity: Identity | None
    behaviour: Behaviour
    travel: Travel = field(default_factory=lambda: shapes.Travel(Shape.NEW, "1.3"))


class DataPlane:
    """Serves the REST stages of one control plane, in its own region; ``url`` is where, once a listener has said so."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane
        self.requests = RequestLog()
        self.url = ""
        self.authority = Authority()
        self._in_flight = InFlight()
        self._fleet = Fleet(self.authority, self._in_flight)
        self._numbers = itertools.count(1)

    def invoke(self, invocation: Invocation) -> Reply:
        """Answer one request to a stage. It is recorded by the time that this returns, or that its stream has ended."""
        record = self.new_record(invocation)
        with self._in_flight.request():
            try:
                with self._plane.lock:
                    behaviour = self._plane.behaviour
                    travel = shapes.travel(invocation, behaviour, record.request)
                    record = replace(record, shape=travel.shape.value)
                    route, variables, bound = self._stage(invocation, record.request)
                    record = replace(record, bound=bound)
                    identity = self.identity(bound, self._plane.region)
            except NotForwardedError as error:
                return self._failed(record, error)
            errand = Errand(
                invocation=invocation,
                route=route,
                variables=variables,
                identity=identity,
                behaviour=behaviour,
                travel=travel,
            )
            return self.forward(errand, record)

    def new_record(self, invocation: Invocation) -> RequestRecord:
        """The record of a request that begins now."""
        return RequestRecord(
            request=next(self._numbers), started=_now(), api_id=invocation.api_id, stage=invocation.stage
        )

    def identity(self, certificate_id: str, region: str) -> Identity | None:
        """The certificate and its key; None for "" and for one that was deleted. The caller holds the plane's lock.

        Raises:
            NotForwardedError: an ACM ARN whose key nobody gave to the sandbox.
        """
        if is_acm_arn(certificate_id):
            if (imported := self._plane.acm.get(certificate_id)) is None:
                raise NotForwardedError(failures.NO_PRIVATE_KEY, "the stage presents a certificate of ACM")
            return Identity(imported.arn, imported.pem, imported.private_key)
        store = self._plane.certificates(region)
        if certificate_id not in store:
            # UNVERIFIED: what a stage presents whose certificate is gone (docs/aws.md §3.2).
            return None
        certificate = store.get(certificate_id)
        return Identity(certificate.id, certificate.pem, certificate.private_key)

    def forward(self, errand: Errand, record: RequestRecord) -> Reply:
        """Send the request to its backend, once, and record it."""
        with contextlib.ExitStack() as on_its_way:
            on_its_way.enter_context(self._in_flight.request())
            integration = errand.route.integration
            try:
                trip = _trip(errand, record)
                record = replace(record, backend=str(trip.endpoint))
            except NotForwardedError as error:
                return self._failed(record, error)
            try:
                answer = self._fleet.send(trip)
                status = routes.answered_status(integration, answer.status)
            except NotForwardedError as error:
                return self._failed(replace(record, **asdict(trip.facts)), error)
            record = replace(record, **asdict(trip.facts), status=status, backend_status=answer.status)
            headers = (*routes.answered_headers(integration, answer.headers), *_own_headers(record))
            if answer.pieces is None:
                self._record(record)
                return Reply(status, headers, answer.body)
            on_its_way.callback(answer.close)
            ended = functools.partial(self._streamed, record, on_its_way.pop_all())
            return Reply(status, headers, stream=Stream(answer.pieces, ended))

    def forget(self) -> None:
        """No records, no pooled connections, no sessions, no keys."""
        self._fleet.forget()
        self.requests.clear()

    def start(self) -> None:
        """Let requests pass."""
        self._in_flight.go_on()

    def stop(self) -> None:
        """Break what is in flight, wait until it has been recorded, close what is pooled."""
        if not self._in_flight.stop(STOP_SECONDS):
            _log.warning("requests were still in flight %s seconds after the stop", STOP_SECONDS)
        self._fleet.forget()

    def _stage(self, invocation: Invocation, number: int) -> tuple[Route, Mapping[str, str], str]:
        """Route, variables and binding of a stage; the resources are the API's current ones, not the deployed ones."""
        account, region = self._plane.account_id, self._plane.region
        stage = backends.rest_stage(account, region, invocation.api_id, invocation.stage)
        if stage is None:
            raise NotForwardedError(failures.NO_STAGE, "no such API or stage")
        behaviour = self._plane.behaviour
        known = backends.recent_bindings(stage, behaviour.propagation_seconds)
        bound = shapes.drawn(known, behaviour, number, "binding") or ""
        resources = integrations.resources(account, region, invocation.api_id)
        return routes.find(resources, invocation.method, invocation.path), backends.stage_variables(stage), bound

    def _streamed(
        self, record: RequestRecord, on_its_way: contextlib.ExitStack, error: NotForwardedError | None, *, whole: bool
    ) -> None:
        with on_its_way:
            if error is not None:
                record = replace(record, reason=error.kind.reason, detail=error.detail)
            elif not whole:
                record = replace(record, reason=failures.CALLER_GONE, detail="the caller did not wait for the end")
            self._record(record)

    def _failed(self, record: RequestRecord, error: NotForwardedError) -> Reply:
        record = replace(record, status=error.kind.status, reason=error.kind.reason, detail=error.detail)
        self._record(record)
        return failed(error, _own_headers(record))

    def _record(self, record: RequestRecord) -> None:
        if record.reason:
            _log.warning("%s/%s: %s: %s", record.api_id, record.stage, record.reason, record.detail)
        self.requests.append(replace(record, ended=_now()))


def _trip(errand: Errand, record: RequestRecord) -> Trip:
    endpoint, request = routes.backend_request(errand.route, errand.invocation, errand.variables)
    behaviour, own = errand.behaviour, errand.route.integration.timeout_seconds
    seconds = min(own or behaviour.integration_timeout_seconds, behaviour.integration_timeout_seconds)
    if errand.travel.shape is Shape.LONG:
        seconds = behaviour.long_timeout_seconds
    return Trip(
        owner=(record.api_id, record.stage),
        endpoint=endpoint,
        request=replace(request, headers=(*request.headers, ("x-sandbox-request", str(record.request)))),
        identity=errand.identity,
        travel=errand.travel,
        deadline=Deadline(seconds),
        behaviour=behaviour,
    )


def _own_headers(record: RequestRecord) -> Headers:
    """What the sandbox tells the caller beyond AWS; the certificate is an id, which is public."""
    return (
        ("x-sandbox-request", str(record.request)),
        ("x-sandbox-shape", record.shape),
        ("x-sandbox-certificate", record.certificate),
        ("x-sandbox-reason", record.reason),
    )


def _now() -> float:
    return wall_now().timestamp()
