"""A component provider of a user's own, for programs in every language: a team's stages, one after the other."""

from typing import TypedDict

import pulumi
from pulumi.provider.experimental import component_provider_host

from apigw_client_cert import Aws, ClientCertificateRotation, File, RestStage, Wave


class TeamArgs(TypedDict):
    """What the program says of a team."""

    restApiId: str
    stageNames: list[str]
    path: str
    endpointUrl: str


class Team(pulumi.ComponentResource):
    """``teams:index:Team``."""

    def __init__(self, name: str, args: TeamArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("teams:index:Team", name, {}, opts)
        stages = {stage: RestStage(rest_api_id=args["restApiId"], stage_name=stage) for stage in args["stageNames"]}
        ClientCertificateRotation(
            name,
            waves=[Wave({key: stage}) for key, stage in stages.items()],
            publish=[File(args["path"], content="python")],
            aws=Aws(endpoint_url=args["endpointUrl"]),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


component_provider_host(components=[Team], name="teams")
