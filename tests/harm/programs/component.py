"""Rotations as the configuration says, in the words of the plugin's component, through either host."""

from __future__ import annotations

import re
from typing import Any

import pulumi

from apigw_client_cert import Aws, ClientCertificateRotation, File, HttpProbe, RestStage, SsmParameter, TestInvoke, Wave

CONNECTION = ("region", "profile", "assumeRoleArn", "endpointUrl")
config = pulumi.Config()
ignored = config.get_object("ignored") or []


def ignoring(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """What a program does that gives every resource an option which is meant for some of them."""
    if not args.type_.endswith(":StageBinding"):
        return None
    added = pulumi.ResourceOptions(ignore_changes=ignored)
    return pulumi.ResourceTransformResult(props=args.props, opts=pulumi.ResourceOptions.merge(args.opts, added))


if ignored:
    pulumi.runtime.register_resource_transform(ignoring)


class Remote(pulumi.ComponentResource):
    """What a generated SDK would declare."""

    def __init__(self, name: str, props: dict[str, Any], opts: pulumi.ResourceOptions) -> None:
        super().__init__("apigw-client-cert:index:ClientCertificateRotation", name, props, opts, remote=True)


class Provider(pulumi.ProviderResource):
    """One that the program declares: it has a process of its own."""

    def __init__(self, name: str) -> None:
        super().__init__("apigw-client-cert", name, {})


def keywords(entry: dict[str, Any]) -> dict[str, Any]:
    """Wire names as Python names."""
    return {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower(): value for key, value in entry.items()}


def stages(entries: dict[str, Any]) -> dict[str, Any]:
    """Key -> stage."""
    return {key: RestStage(**verifying(keywords(one))) for key, one in entries.items()}


def verifying(given: dict[str, Any]) -> dict[str, Any]:
    """Keywords with the objects that say how a switch is verified."""
    for key, kind in (("verify", TestInvoke), ("confirm", HttpProbe)):
        if key in given:
            given[key] = kind(**keywords(given[key]))
    return given


def target(entry: dict[str, Any]) -> File | SsmParameter:
    """A file or a parameter."""
    kind, content = entry["type"], entry.get("content", "pem")
    return File(entry["path"], content=content) if kind == "file" else SsmParameter(entry["name"], content=content)


def dynamic(name: str, given: dict[str, Any], opts: pulumi.ResourceOptions) -> None:
    """The Python package's own component."""
    rest = dict(given)
    connection = {key: rest.pop(key) for key in CONNECTION if key in rest}
    waves = [Wave(stages(one["stages"]), one.get("soak")) for one in rest.pop("waves", ())]
    ClientCertificateRotation(
        name,
        stages=stages(rest.pop("stages")) if "stages" in rest else None,
        waves=waves or None,
        publish=[target(one) for one in rest.pop("publish", ())],
        aws=Aws(**keywords(connection)),
        opts=opts,
        **verifying(keywords(rest)),
    )


for name, entry in config.require_object("rotations").items():
    given = dict(entry)
    former, provider = given.pop("formerName", None), given.pop("provider", None)
    opts = pulumi.ResourceOptions(aliases=[pulumi.Alias(name=former)] if former else [])
    if provider:
        opts.providers = {"apigw-client-cert": Provider(provider)}
    if config.require("host") == "plugin":
        Remote(name, given, opts)
    else:
        dynamic(name, given, opts)
