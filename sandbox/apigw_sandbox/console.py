"""What a person does in the console: seeding, and changes behind the tool's back. Marked ``console`` in the journal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from apigw_sandbox import acm, tagging
from apigw_sandbox.control_plane import ControlPlane, Outcome
from apigw_sandbox.moto_extension import backends, buckets, seeding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta

    from apigw_sandbox.certificates import ClientCertificate
    from apigw_sandbox.moto_extension.backends import StageView

BACKEND_URL = "https://backend.example.com/"


class ByHand:
    """Changes in the sandbox's own region that no API call makes; none of them is throttled."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane

    def create_rest_api(
        self,
        name: str,
        stages: Iterable[str] = (),
        *,
        backend_url: str = BACKEND_URL,
        proxy: bool = False,
        insecure_skip_verification: bool = False,
    ) -> str:
        """A REST API with one ``GET /`` to an HTTP backend, deployed to the stages; returns its id.

        ``proxy`` adds every path and method, appended to ``backend_url``, which may name stage variables:
        ``https://${stageVariables.backendHost}/``.
        """
        with self._plane.lock:
            api_id = seeding.rest_api(
                self._plane, name, backend_url, proxy=proxy, insecure_skip_verification=insecure_skip_verification
            )
            self._record("CreateRestApi", api_id)
            for stage in stages:
                self.create_stage(api_id, stage)
        return api_id

    def create_websocket_api(self, name: str, stages: Iterable[str] = ()) -> str:
        """A WebSocket API with stages; returns its id."""
        with self._plane.lock:
            api_id = seeding.websocket_api(self._plane, name)
            self._record("CreateApi", api_id, service="apigatewayv2")
            for stage in stages:
                self.create_stage(api_id, stage)
        return api_id

    def create_bucket(self, name: str, *, account_id: str) -> None:
        """A bucket of another account's: its name is taken for everybody, and whoever may reach it reaches it."""
        with self._plane.lock:
            buckets.create(name, account_id)
            self._record("CreateBucket", name, service="s3")

    def create_stage(self, api_id: str, stage_name: str, *, variables: Mapping[str, str] | None = None) -> None:
        """A stage without a certificate; raises ``NotFound`` or ``Conflict``."""
        with self._plane.lock:
            kind = seeding.create_stage(self._plane, api_id, stage_name, variables or {})
            self._record_stage("CreateStage", kind, api_id, stage_name)

    def delete_stage(self, api_id: str, stage_name: str) -> None:
        """The stage is gone, and its binding with it; raises ``NotFound``."""
        with self._plane.lock:
            kind = seeding.delete_stage(self._plane, api_id, stage_name)
            self._record_stage("DeleteStage", kind, api_id, stage_name)

    def delete_api(self, api_id: str) -> None:
        """The API is gone with all its stages; raises ``NotFound``."""
        with self._plane.lock:
            kind = seeding.delete_api(self._plane, api_id)
            rest = kind == backends.REST
            self._record("DeleteRestApi" if rest else "DeleteApi", api_id, service=_service(kind))

    def bind(self, api_id: str, stage_name: str, certificate_id: str | None) -> None:
        """Let a stage present a certificate (an id, or on REST an ACM ARN), or nothing; raises ``NotFound``."""
        with self._plane.lock:
            kind = seeding.bind(self._plane, api_id, stage_name, certificate_id or "")
            patch = {"/clientCertificateId": certificate_id or ""}
            self._record_stage("UpdateStage", kind, api_id, stage_name, patch=patch)

    def generate_certificate(
        self,
        *,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
        not_before: datetime | None = None,
        validity: timedelta | None = None,
    ) -> str:
        """One certificate, by default as the API makes it; the quota does not stop a hand. Returns its id."""
        with self._plane.lock:
            store = self._plane.certificates(self._plane.region)
            behaviour = replace(self._plane.behaviour, certificate_quota=len(store.all()) + 1)
            if validity is not None:
                behaviour = behaviour.changed({"validity_seconds": int(validity.total_seconds())})
            certificate = store.generate(
                now=not_before or self._plane.clock.now(), behaviour=behaviour, description=description, tags=tags
            )
            self._record("GenerateClientCertificate", certificate.id)
        return certificate.id

    def delete_certificate(self, certificate_id: str) -> None:
        """The certificate is gone, even from under a stage, which then names what no longer exists."""
        with self._plane.lock:
            store = self._plane.certificates(self._plane.region)
            store.delete(certificate_id, users=(), behaviour=self._plane.behaviour)
            self._record("DeleteClientCertificate", certificate_id)

    def import_acm_certificate(
        self, certificate_pem: str, private_key_pem: str, *, chain_pem: str = "", arn: str | None = None
    ) -> str:
        """A certificate of ACM that REST stages can present by its ARN; with ``arn`` it is renewed. Returns the ARN.

        Raises ``ValueError`` for what API Gateway would not take.
        """
        with self._plane.lock:
            arn = arn or acm.new_arn(self._plane.account_id, self._plane.region)
            self._plane.acm[arn] = acm.imported(arn, certificate_pem, private_key_pem, chain_pem)
            self._record("ImportCertificate", arn, service="acm")
        return arn

    def set_tags(self, certificate_id: str, tags: Mapping[str, str]) -> None:
        """A certificate has these tags and no others."""
        with self._plane.lock:
            self._plane.certificates(self._plane.region).get(certificate_id).tags = tagging.merged({}, tags)
            self._record("TagResource", certificate_id)

    def _record_stage(
        self, action: str, kind: str, api_id: str, stage_name: str, *, patch: Mapping[str, str | None] | None = None
    ) -> None:
        self._record(action, f"{api_id}/{stage_name}", service=_service(kind), patch=patch)

    def _record(
        self,
        action: str,
        resource: str,
        *,
        service: str = "apigateway",
        patch: Mapping[str, str | None] | None = None,
    ) -> None:
        self._plane.record(
            Outcome(
                service=service,
                action=action,
                resource=resource,
                status=200,
                region=self._plane.region,
                console=True,
                patch=patch,
            )
        )


def certificates(plane: ControlPlane) -> tuple[ClientCertificate, ...]:
    """The certificates of the sandbox's region, oldest first."""
    with plane.lock:
        return plane.certificates(plane.region).all()


def stages(plane: ControlPlane) -> tuple[StageView, ...]:
    """Every stage of the sandbox's region with what it presents."""
    with plane.lock:
        return tuple(backends.stages(plane.account_id, plane.region))


def forget_everything(plane: ControlPlane) -> None:
    """The account as new: certificates, APIs, parameters, objects, secrets, journal, switches, clock and faults."""
    with plane.lock:
        plane.forget()
        backends.reset()
        plane.faults.reset()


def _service(kind: str) -> str:
    return "apigateway" if kind == backends.REST else "apigatewayv2"
