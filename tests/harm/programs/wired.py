"""Certificates, bundles and bindings as the configuration says, wired by hand, as resources of either host."""

from __future__ import annotations

import re
from typing import Any

import pulumi

from apigw_client_cert import Aws, File, RestStage, SharedCertificate, SsmParameter

config = pulumi.Config()
if config.require("host") == "plugin":
    from apigw_client_cert.native import children
    from apigw_client_cert.native.children import NativeBinding as StageBinding
    from apigw_client_cert.native.children import NativeBundle as TrustBundle
    from apigw_client_cert.native.children import NativeCertificate as RotatingClientCertificate
else:
    from apigw_client_cert import RotatingClientCertificate, StageBinding, TrustBundle  # type: ignore[assignment]

if config.require("host") == "plugin":
    # There is no component that raises at its end what they could not do: as a generated SDK's, they fail themselves.
    children._DEFERRING.clear()  # noqa: SLF001 - see above
aws = Aws(endpoint_url=config.get("endpointUrl"))


def connection(entry: dict[str, Any]) -> Aws:
    """The same, in the region that an entry names; takes it out of the entry."""
    return Aws(endpoint_url=config.get("endpointUrl"), region=entry.pop("region", None))


def keywords(entry: dict[str, Any]) -> dict[str, Any]:
    """Wire names as Python names."""
    return {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower(): value for key, value in entry.items()}


def target(entry: dict[str, Any]) -> File | SsmParameter:
    """A file or a parameter."""
    kind, content = entry["type"], entry.get("content", "pem")
    return File(entry["path"], content=content) if kind == "file" else SsmParameter(entry["name"], content=content)


def declared(key: str) -> dict[str, dict[str, Any]]:
    """Name -> inputs, of one kind."""
    return {name: dict(entry) for name, entry in (config.get_object(key) or {}).items()}


certificates: dict[str, Any] = {
    name: RotatingClientCertificate(name, aws=connection(entry), **keywords(entry))
    for name, entry in declared("certificates").items()
}
for name, entry in declared("references").items():
    output = pulumi.StackReference(f"{name}-stack", stack_name=entry["stack"]).require_output(entry["output"])
    certificates[name] = SharedCertificate(output, aws=aws)
bundles: dict[str, Any] = {
    name: TrustBundle(
        name,
        certificates=[certificates[one] for one in entry.pop("certificates")],
        targets=[target(one) for one in entry.pop("targets")],
        aws=aws,
        **keywords(entry),
    )
    for name, entry in declared("bundles").items()
}
for name, entry in declared("bindings").items():
    bundle = entry.pop("bundle", None)
    StageBinding(
        name,
        certificate=certificates[entry.pop("certificate")],
        stage=RestStage(rest_api_id=entry.pop("restApiId"), stage_name=entry.pop("stageName")),
        trust_bundle=bundles[bundle] if bundle else None,
        **keywords(entry),
    )
for name, entry in declared("exports").items():
    published = [bundles[entry["bundle"]]] if "bundle" in entry else []
    pulumi.export(name, certificates[entry["certificate"]].shared(*published))
