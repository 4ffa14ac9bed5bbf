"""A component with one of each resource option, as the configuration says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider, UpdateResult

from apigw_client_cert import Aws, ClientCertificateRotation, File, RestStage

if TYPE_CHECKING:
    from collections.abc import Sequence

config = pulumi.Config()
option = config.get("option") or ""
name = config.get("name") or "orders"
aws = Aws(endpoint_url=config.require("endpointUrl"))
stages = {
    key: RestStage(rest_api_id=entry["restApiId"], stage_name=entry["stageName"])
    for key, entry in (config.get_object("stages") or {}).items()
}


class PublishedProvider(ResourceProvider):
    """Keeps what it is given."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Nothing happens outside."""
        return CreateResult("published", dict(props))

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """The new content replaces the old one."""
        return UpdateResult(dict(news))


class Published(Resource, module="tests", name="Published"):
    """What a pipeline would do with the bundle; its input makes it wait for the certificate."""

    def __init__(self, resource_name: str, pem: pulumi.Input[str]) -> None:
        super().__init__(PublishedProvider(), resource_name, {"pem": pem})


def by_pipeline(pem: pulumi.Output[str], _pins: pulumi.Output[list[str]]) -> Sequence[pulumi.Resource]:
    """Publish without any of our targets."""
    return [Published("pipeline", pem)]


def keeping(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
    """Give every binding below the component on_delete="keep"."""
    props: dict[str, Any] = dict(args.props)
    if args.type_.endswith(":StageBinding"):
        props["onDelete"] = "keep"
    return pulumi.ResourceTransformResult(props=props, opts=args.opts)


options: dict[str, pulumi.ResourceOptions] = {
    "protect": pulumi.ResourceOptions(protect=True),
    "aliases": pulumi.ResourceOptions(aliases=[pulumi.Alias(name="orders")]),
    "transforms": pulumi.ResourceOptions(transforms=[keeping]),
}
if option == "depends_on":
    options["depends_on"] = pulumi.ResourceOptions(depends_on=[Published("first", "pem")])
if option == "parent":
    options["parent"] = pulumi.ResourceOptions(parent=pulumi.ComponentResource("tests:index:Team", "team"))

rotation = ClientCertificateRotation(
    name,
    stages=stages,
    publish=by_pipeline if option == "publish" else [File("pins.txt", content="sha256")],
    aws=aws,
    opts=options.get(option),
)
pulumi.export("phase", rotation.phase)
