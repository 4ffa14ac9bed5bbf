"""The real ``Gateway``: certificates, stages and the scan over one client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert.gateway import trial_calls
from apigw_client_cert.gateway.certificates import Certificates
from apigw_client_cert.gateway.in_use_scan import Scan
from apigw_client_cert.gateway.interface import Redeploy
from apigw_client_cert.gateway.stages import Stages

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from apigw_client_cert.gateway.client import Client
    from apigw_client_cert.gateway.interface import (
        IssuedCertificate,
        StageKind,
        StageRef,
        TrialAnswer,
        TrialCall,
        Usage,
    )


class ApiGateway:
    """API Gateway in the account and region of a client; the contracts are ``interface.Gateway``'s."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._certificates = Certificates(client)
        self._stages = Stages(client)

    @property
    def region(self) -> str:
        """The region as boto3 resolved it."""
        return self._client.region

    def account_id(self) -> str | None:
        """The account, asked of STS once."""
        return self._client.account_id()

    def caller(self) -> str | None:
        """Who calls, as STS said with the account."""
        return self._client.caller

    def generate(self, *, description: str, tags: Mapping[str, str]) -> IssuedCertificate:
        """One new certificate."""
        return self._certificates.generate(description=description, tags=tags)

    def get(self, certificate_id: str) -> IssuedCertificate | None:
        """The certificate, or None when it is gone."""
        return self._certificates.get(certificate_id)

    def list_certificates(self) -> tuple[IssuedCertificate, ...]:
        """All certificates, every page."""
        return self._certificates.list()

    def delete(self, certificate_id: str) -> None:
        """Delete it; gone already is success."""
        self._certificates.delete(certificate_id, self.scan)

    def tag(self, certificate_id: str, tags: Mapping[str, str]) -> None:
        """Add or overwrite tags."""
        self._certificates.tag(certificate_id, tags)

    def untag(self, certificate_id: str, keys: Collection[str]) -> None:
        """Remove tags."""
        self._certificates.untag(certificate_id, keys)

    def presented(self, stage: StageRef) -> str | None:
        """What the stage presents."""
        return self._stages.presented(stage)

    def list_presented(self, api_id: str, kind: StageKind) -> Mapping[StageRef, str | None]:
        """What each stage of an API presents."""
        return self._stages.list_presented(api_id, kind)

    def bind(self, stage: StageRef, certificate_id: str, redeploy: Redeploy = Redeploy.NEVER) -> None:
        """Make the stage present this certificate."""
        self._stages.bind(stage, certificate_id, redeploy)

    def unbind(self, stage: StageRef) -> None:
        """Make the stage present nothing."""
        self._stages.unbind(stage)

    def try_certificates(
        self, stage: StageRef, trial: TrialCall, certificate_ids: Sequence[str | None]
    ) -> tuple[TrialAnswer, ...]:
        """What a method answers with each of these certificates."""
        return trial_calls.try_certificates(self._client, stage, trial, certificate_ids)

    def scan(self) -> Usage:
        """Which stage presents what."""
        return Scan(self._client).run()
