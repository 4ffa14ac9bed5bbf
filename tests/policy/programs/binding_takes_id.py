"""A stage of pulumi-aws that presents what may be presented now; broken, the id of the resource."""

from __future__ import annotations

import pulumi
from pulumi_aws import apigateway

from apigw_client_cert import Aws, RotatingClientCertificate

config = pulumi.Config()
broken = config.get_bool("broken")
certificate = RotatingClientCertificate("takesid", aws=Aws(endpoint_url=config.get("endpointUrl")))
apigateway.Stage(
    "takes-id",
    rest_api=config.require("restApiId"),
    stage_name="takes-id",
    deployment="d",
    client_certificate_id=certificate.id if broken else certificate.client_certificate_id,
)
