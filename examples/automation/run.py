"""A scheduled run by the Automation API: no Pulumi.yaml, no shell; one call refreshes, decides and takes one step."""

import os

import pulumi
from pulumi import automation

from apigw_client_cert import Aws, ClientCertificateRotation, RestStage, SsmParameter


def program() -> None:
    """What a __main__.py would hold."""
    rotation = ClientCertificateRotation(
        "orders",
        stages={"prod": RestStage(rest_api_id=os.environ["REST_API_ID"], stage_name="prod")},
        publish=[SsmParameter("/orders/client-cert-pins", content="nginx")],
        aws=Aws(region=os.environ["AWS_REGION"]),
    )
    pulumi.export("clientCertificateId", rotation.client_certificate_id)
    pulumi.export("phase", rotation.phase)
    pulumi.export("nextActionAt", rotation.next_action_at)


def main() -> None:
    """Run once, as a schedule does daily; a run that is red raises ``CommandError`` with what the CLI said."""
    stack = automation.create_or_select_stack("prod", project_name="client-certificates", program=program)
    stack.up(refresh=True, on_output=print)


if __name__ == "__main__":
    main()
