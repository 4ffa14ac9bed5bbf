"""A team's stack: its stage presents the platform's certificate, and follows it at its own pace."""

import pulumi

from apigw_client_cert import Aws, RestStage, SharedCertificate, StageBinding

config = pulumi.Config()
aws = Aws(region=config.get("region"), endpoint_url=config.get("endpointUrl"))
certificates = pulumi.StackReference(config.require("certificates"))

binding = StageBinding(
    "orders-prod",
    certificate=SharedCertificate(certificates.require_output("orders"), aws=aws),
    stage=RestStage(rest_api_id=config.require("restApiId"), stage_name="prod"),
)

pulumi.export("presented", binding.presented_client_certificate_id)
pulumi.export("waitingUntil", binding.waiting_until)
