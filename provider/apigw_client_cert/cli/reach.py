"""Where and as whom a command asks AWS: what the options say, before anything is asked."""

from __future__ import annotations

from dataclasses import dataclass

from apigw_client_cert.gateway.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where and as whom AWS is asked; ``regions`` empty: those that the states name."""

    regions: tuple[str, ...] = ()
    profile: str | None = None
    assume_role_arn: str | None = None
    endpoint_url: str | None = None

    def connection(self, region: str | None) -> Connection:
        """To one region; None is boto3's default."""
        return Connection(
            region=region,
            profile=self.profile,
            assume_role_arn=self.assume_role_arn,
            endpoint_url=self.endpoint_url,
        )
