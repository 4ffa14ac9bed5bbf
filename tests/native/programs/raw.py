"""Certificate, bundle and bindings as raw resources of the plugin, as the configuration says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGE = "apigw-client-cert"
CERTIFICATE_OUTPUTS = ("clientCertificateId", "rotationId", "generations", "expirationDate", "phase")
config = pulumi.Config()


class Raw(pulumi.CustomResource):
    """What a generated SDK would declare."""

    def __init__(
        self, kind: str, name: str, props: Mapping[str, Any], outputs: tuple[str, ...] = (), **how: Any
    ) -> None:
        if kind in (config.get_object("migrated") or ()):
            how["aliases"] = [*how.get("aliases", ()), pulumi.Alias(type_=f"pulumi-python:dynamic/apigw:{kind}")]
        how["custom_timeouts"] = pulumi.CustomTimeouts(**given("timeouts"))
        options = pulumi.ResourceOptions(**how)
        inputs = {key: kept(key, value) for key, value in props.items()}
        super().__init__(f"{PACKAGE}:index:{kind}", name, {**dict.fromkeys(outputs), **inputs}, options)

    def __getitem__(self, key: str) -> pulumi.Output[Any]:
        output: pulumi.Output[Any] = self.__dict__[key]
        return output


def given(key: str) -> dict[str, Any]:
    """More inputs of one resource."""
    return config.get_object(key) or {}


def kept(key: str, value: Any) -> Any:
    """The value, as a secret if the configuration wants this property kept as one."""
    return pulumi.Output.secret(value) if key in (config.get_object("secretly") or ()) else value


where = {"endpointUrl": config.get("endpointUrl")}
certificate = Raw(
    "RotatingClientCertificate",
    "orders",
    {**where, **given("certificate")},
    CERTIFICATE_OUTPUTS,
    import_=config.get("importCertificate"),
)
published_since = None
if config.get_bool("publish") is not False:
    bundle = Raw(
        "TrustBundle",
        "orders-trust",
        {
            **where,
            "rotations": [
                {key: kept(key, certificate[key]) for key in ("rotationId", "clientCertificateId", "generations")}
            ],
            "targets": [{"type": "file", "path": "pins.txt", "content": "sha256"}],
            **given("bundle"),
        },
        ("publishedSince",),
    )
    published_since = bundle["publishedSince"]
explicit = pulumi.ProviderResource(PACKAGE, "explicit", where) if config.get_bool("explicit") else None
former = config.get("formerBindings")
for stage in (config.get("stages") or "").split(","):
    if stage:
        Raw(
            "StageBinding",
            f"{config.get('prefix') or 'orders'}-{stage}",
            {
                **where,
                "apiId": config.require("api"),
                "stageName": stage,
                **{key: certificate[key] for key in ("clientCertificateId", "rotationId", "generations")},
                "publishedSince": published_since,
                **given("binding"),
            },
            import_=(config.get_object("importStages") or {}).get(stage),
            provider=explicit,
            aliases=[pulumi.Alias(name=f"{former}-{stage}")] if former else [],
        )
pulumi.export("expirationDate", certificate["expirationDate"])
