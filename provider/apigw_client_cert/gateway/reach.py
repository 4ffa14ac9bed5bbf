"""Where the calls of a connection go, as botocore resolved it: by argument, environment, profile or region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from apigw_client_cert.gateway.client import client_for
from apigw_client_cert.gateway.connection import is_loopback

if TYPE_CHECKING:
    from apigw_client_cert.gateway.connection import Connection

#: Everything that is changed through a connection; AWS_ENDPOINT_URL_<SERVICE> may move one of them alone.
CHANGED: Final = ("apigateway", "apigatewayv2", "ssm", "s3", "secretsmanager")


def stays_on_this_machine(connection: Connection) -> bool:
    """Whether no change of this connection can leave this machine; makes clients, and calls nobody.

    Raises ``BadInput`` where no client can be made: no region, an unknown profile.
    """
    if connection.endpoint_url is not None:
        return connection.is_loopback
    client = client_for(connection)
    return all(is_loopback(str(client.service(name).meta.endpoint_url)) for name in CHANGED)
