"""The component of the plugin, as many times as the configuration says; or the Python package's own."""

from __future__ import annotations

from typing import Any

import pulumi

from apigw_client_cert import Aws, ClientCertificateRotation, File, RestStage

config = pulumi.Config()
given: dict[str, Any] = config.require_object("given")
names = (config.get("names") or "orders").split(",")


class Remote(pulumi.ComponentResource):
    """What a generated SDK would declare."""

    def __init__(self, name: str, props: dict[str, Any], opts: pulumi.ResourceOptions | None = None) -> None:
        outputs = dict.fromkeys(("clientCertificateId", "trustBundlePem"))
        super().__init__(
            "apigw-client-cert:index:ClientCertificateRotation", name, {**outputs, **props}, opts, remote=True
        )


def target(name: str) -> str:
    """A file for each component."""
    return f"{name}.txt"


previous: Remote | None = None
for name in names:
    if config.get("host") == "dynamic":
        ClientCertificateRotation(
            name,
            stages={
                key: RestStage(rest_api_id=one["restApiId"], stage_name=one["stageName"])
                for key, one in given["stages"].items()
            },
            publish=[File(target(name), content="sha256")],
            aws=Aws(endpoint_url=given["endpointUrl"]),
        )
        continue
    props = {**given, "publish": [{"type": "file", "path": target(name), "content": "sha256"}]}
    if config.get_bool("apart"):
        props["stages"] = {name: given["stages"][name]}
    if previous is not None and config.get("chained") == name:
        unknown = previous.__dict__["clientCertificateId"]
        texts = {"rotateBefore": "40d", "publishLead": "25h", "overlap": "4d", "activateBy": "2d", "jitter": "1d"}
        props |= {key: unknown.apply(lambda _id, text=text: text) for key, text in texts.items()}
        props |= {"description": unknown, "rotationTrigger": unknown, "tags": {"before": unknown}}
        props |= {"onDelete": unknown.apply(lambda _id: "keep"), "takeOver": unknown.apply(lambda _id: True)}
        props["stages"] = config.require_object("chainedStages")
        props["windows"] = unknown.apply(lambda _id: ["Daily 00:00-24:00 UTC"])
        props["alsoTrust"] = previous.__dict__["trustBundlePem"].apply(lambda pem: [pem])
        props["publish"][0]["path"] = pulumi.Output.concat(unknown, ".txt")
    for key in config.get_object("secretly") or ():
        props[key] = pulumi.Output.secret(props[key])
    opts = None
    if config.get("explicit") == name:
        provider = pulumi.ProviderResource("apigw-client-cert", "explicit", {"region": "eu-west-1", "overlap": "5d"})
        opts = pulumi.ResourceOptions(provider=provider, custom_timeouts=pulumi.CustomTimeouts(update="77s"))
    previous = made = Remote(name, props, opts)
    pulumi.export(name, made.__dict__["clientCertificateId"])
