"""Certificates, bundles and bindings one by one, as the configuration says, through either host.

``certificates``, ``bundles`` and ``bindings`` map names to inputs in the words of the plugin. A bundle names its
``certificates``; a binding its ``certificate`` and, where it has one, its ``bundle``. ``formerName`` is an alias.

``push`` names a certificate whose trust a resource of the user's own writes to the file ``pushTo``, where the file
``broken`` does not keep it from that, and from there another one to the file ``pushOn``; whatever says ``afterPush``
depends on the first. ``callables`` are components of the
Python package that publish by such a resource.

What ``share`` names, a certificate with its ``bundle`` or a callable, is exported for bindings of other stacks, whose
``certificate`` is the owner's stack: ``organization/harm/dev``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult

from apigw_client_cert import (
    Aws,
    ClientCertificateRotation,
    File,
    RestStage,
    RotatingClientCertificate,
    SharedCertificate,
    SsmParameter,
    StageBinding,
    TrustBundle,
)

CONNECTION = ("region", "profile", "assumeRoleArn", "endpointUrl")
config = pulumi.Config()
plugin = config.require("host") == "plugin"
where = {"endpointUrl": config.require("endpointUrl")}
TOLD = ("clientCertificateId", "rotationId", "generations")
made: dict[str, Any] = {}
published_to: dict[str, Any] = {}


class PushProvider(ResourceProvider):
    """A user's own way to a backend, which a refresh reads as it does any parameter."""

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Another text or place."""
        return DiffResult(changes=any(olds.get(key) != news[key] for key in ("pem", "path")))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """What is there now."""
        there = Path(props["path"])
        return ReadResult(id_, {**props, "pem": there.read_text(encoding="ascii") if there.exists() else ""})

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Write it."""
        return CreateResult("pushed", self._push(props))

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Write it again."""
        return UpdateResult(self._push(news))

    def _push(self, props: dict[str, Any]) -> dict[str, Any]:
        if Path("broken").exists():
            raise OSError("the backend's host does not answer")
        new = Path("trusted.new")
        new.write_text(props["pem"], encoding="ascii")
        new.replace(props["path"])
        return props


class Push(Resource, module="tests", name="Push"):
    """What a user's program does with the published PEM."""

    pem: pulumi.Output[str]

    def __init__(self, name: str, pem: Any, path: str | None = None) -> None:
        super().__init__(PushProvider(), name, {"pem": pem, "path": path or config.get("pushTo") or "trusted.pem"})


class Raw(pulumi.CustomResource):
    """What a generated SDK would declare."""

    def __init__(self, kind: str, name: str, props: dict[str, Any], outputs: tuple[str, ...], opts: Any) -> None:
        super().__init__(f"apigw-client-cert:index:{kind}", name, {**dict.fromkeys(outputs), **props}, opts)

    def __getitem__(self, key: str) -> pulumi.Output[Any]:
        output: pulumi.Output[Any] = self.__dict__[key]
        return output


def keywords(entry: dict[str, Any]) -> dict[str, Any]:
    """Wire names as Python names."""
    return {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower(): value for key, value in entry.items()}


def target(entry: dict[str, Any]) -> File | SsmParameter:
    """A file or a parameter."""
    kind, content = entry["type"], entry.get("content", "pem")
    return File(entry["path"], content=content) if kind == "file" else SsmParameter(entry["name"], content=content)


def options(entry: dict[str, Any]) -> pulumi.ResourceOptions:
    """Takes them out of the entry."""
    former, after = entry.pop("formerName", None), entry.pop("afterPush", False)
    aliases = [pulumi.Alias(name=former)] if former else []
    return pulumi.ResourceOptions(aliases=aliases, depends_on=[made["push"]] if after else None)


def connection(entry: dict[str, Any]) -> Aws:
    """Takes it out of the entry."""
    return Aws(**keywords({**where, **{key: entry.pop(key) for key in CONNECTION if key in entry}}))


def certificate(name: str, entry: dict[str, Any]) -> Any:
    """One certificate."""
    opts = options(entry)
    if plugin:
        outputs = ("clientCertificateId", "rotationId", "generations", "trustBundlePem")
        return Raw("RotatingClientCertificate", name, {**where, **entry}, outputs, opts)
    return RotatingClientCertificate(name, aws=connection(entry), opts=opts, **keywords(entry))


def bundle(name: str, entry: dict[str, Any]) -> Any:
    """One bundle."""
    after = [made["push"]] if entry.get("afterPush") else []
    opts, certificates = options(entry), [made[one] for one in entry.pop("certificates")]
    if plugin:
        rotations = [{key: one[key] for key in TOLD} for one in certificates]
        inputs = {**where, "rotations": rotations, "publishedBy": ["push"] if after else None, **entry}
        published_to[name] = {**where, "targets": entry["targets"]}
        return Raw("TrustBundle", name, inputs, ("publishedSince",), opts)
    targets = [target(one) for one in entry.pop("targets")]
    aws = connection(entry)
    rest = keywords(entry)
    return TrustBundle(name, certificates=certificates, targets=targets, published_by=after, aws=aws, opts=opts, **rest)


def binding(name: str, entry: dict[str, Any]) -> Any:
    """One binding."""
    opts, of = options(entry), source(entry.pop("certificate"))
    by = entry.pop("bundle", "")
    publisher = made.get(by)
    api, stage = entry.pop("restApiId"), entry.pop("stageName")
    if plugin:
        told = {key: of[key] for key in TOLD}
        if publisher is not None or "publishedSince" in of:
            told["publishedSince"] = (of if publisher is None else publisher)["publishedSince"]
            told["publishedTo"] = of["publishedTo"] if publisher is None else published_to[by]
        return Raw("StageBinding", name, {**where, "apiId": api, "stageName": stage, **told, **entry}, (), opts)
    place = RestStage(rest_api_id=api, stage_name=stage)
    aws = connection(entry)
    rest = keywords(entry)
    return StageBinding(name, certificate=of, stage=place, trust_bundle=publisher, aws=aws, opts=opts, **rest)


def source(name: str) -> Any:
    """A certificate of this program, or another stack's."""
    if "/" not in name:
        return made[name]
    if name not in made:
        made[name] = pulumi.StackReference(name)
    told = made[name].require_output("shared")
    if not plugin:
        return SharedCertificate(told, aws=Aws(**keywords(where)))
    return {key: told[key] for key in (*TOLD, "publishedSince", "publishedTo")}


def component(name: str, entry: dict[str, Any]) -> ClientCertificateRotation:
    """The Python package's, publishing by a resource of the user's."""
    stages = {key: RestStage(**keywords(one)) for key, one in entry.pop("stages").items()}
    aws = connection(entry)
    return ClientCertificateRotation(
        name, stages=stages, publish=lambda pem, _pins: [Push("push", pem)], aws=aws, **keywords(entry)
    )


def shared(entry: dict[str, str]) -> Any:
    """What this stack tells others."""
    of, publisher = made[entry["certificate"]], made.get(entry.get("bundle", ""))
    if isinstance(of, ClientCertificateRotation):
        return of.certificate.shared(of.trust_bundle)
    if not plugin:
        return of.shared(publisher)
    told = {key: of[key] for key in TOLD}
    if publisher is None:
        return told
    return {**told, "publishedSince": publisher["publishedSince"], "publishedTo": published_to[entry["bundle"]]}


for kind, declare in (("certificates", certificate), ("bundles", bundle), ("bindings", binding)):
    if kind == "bundles" and config.get("push"):
        pushed = made[config.require("push")]
        made["push"] = Push("push", pushed["trustBundlePem"] if plugin else pushed.trust_bundle_pem)
        if config.get("pushOn"):
            Push("on", made["push"].pem, config.require("pushOn"))
    for key, value in (config.get_object(kind) or {}).items():
        made[key] = declare(key, dict(value))
for key, value in (config.get_object("callables") or {}).items():
    made[key] = component(key, dict(value))
if config.get_object("share"):
    pulumi.export("shared", shared(config.require_object("share")))
