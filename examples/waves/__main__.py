"""Three stages in two waves: dev first, eu and us a day after it, each tried before it moves, in working hours."""

import pulumi

from apigw_client_cert import Aws, ClientCertificateRotation, RestStage, SsmParameter, TestInvoke, Wave

config = pulumi.Config()
api = config.require("restApiId")
stages = {name: RestStage(rest_api_id=api, stage_name=name) for name in ("dev", "eu", "us")}

rotation = ClientCertificateRotation(
    "orders",
    waves=[
        Wave({"dev": stages["dev"]}),
        Wave({"eu": stages["eu"], "us": stages["us"]}, soak="24h"),
    ],
    # The backend answers with the fingerprint that it saw; proof="status" does without.
    verify=TestInvoke(
        resource=config.get("healthResource") or "/health",
        expect_status=config.get_int("expectStatus"),
        proof=config.get("proof"),
        backend="nginx",
    ),
    windows=["Mon-Thu 09:00-16:00 Europe/Berlin"],
    publish=[SsmParameter("/orders/client-cert-pins", content="nginx")],
    aws=Aws(region=config.get("region"), endpoint_url=config.get("endpointUrl")),
)

pulumi.export("phase", rotation.phase)
pulumi.export("waiting", {key: one.waiting_because for key, one in sorted(rotation.bindings.items())})
