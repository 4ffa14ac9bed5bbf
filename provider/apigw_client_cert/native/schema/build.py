"""``python -m apigw_client_cert.native.schema.build`` writes ``schema.json``; without pulumi's code generators.

The format: https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert import __version__
from apigw_client_cert.lifecycle.binding.crud import PLACE
from apigw_client_cert.native import resource_types as kinds
from apigw_client_cert.native.configuration import CONFIGURATION
from apigw_client_cert.native.resource_types import BINDING, BUNDLE, CERTIFICATE, KINDS, PACKAGE
from apigw_client_cert.native.schema import component as component_definitions
from apigw_client_cert.native.schema import properties as definitions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from apigw_client_cert.native.resource_types import Kind
    from apigw_client_cert.native.schema.properties import Property

FILE: Final = Path(__file__).with_name("schema.json")
# The schema's examples are the repository's, which the tests run or type-check.
_EXAMPLES: Final = Path(__file__).parents[3] / "examples"
_WIRED_BY_HAND: Final = {one: f"resources/{one}" for one in ("index.ts", "__main__.py", "Pulumi.yaml")}
_OF_THE_COMPONENT: Final = {
    "index.ts": "typescript/index.ts",
    "__main__.py": "python-plugin/__main__.py",
    "main.go": "go/main.go",
    "Pulumi.yaml": "yaml/Pulumi.yaml",
}
_LANGUAGES: Final = {"index.ts": "typescript", "__main__.py": "python", "main.go": "go", "Pulumi.yaml": "yaml"}
_TEXTS: Final = {
    CERTIFICATE.token: "One logical client certificate of API Gateway that renews itself over scheduled runs."
    " Dependents take `clientCertificateId`, never `id`.",
    BUNDLE.token: "What backends must trust, written to places that they read."
    " Removing or retargeting it leaves what was published as it is.",
    BINDING.token: "One stage that presents one certificate, and moves when its successor has been published long"
    " enough.",
}
_REPLACING: Final = {BINDING.token: PLACE}
# What every state has; the rest depends on the phase of the rotation.
_ALWAYS: Final = {
    CERTIFICATE.token: ("generations", "highestGeneration", "name", "nextAction", "phase", "rotationId"),
    BUNDLE.token: ("fingerprintsSha256", "name", "publishedSince", "trustBundlePem"),
    BINDING.token: ("apiId", "clientCertificateId", "stageName"),
}


def schema(version: str) -> dict[str, Any]:
    """The package schema.

    Args:
        version: The release, as in ``apigw_client_cert.__version__``.
    """
    configuration = {**definitions.CONNECTION, **definitions.DURATION}
    configured = {key: _property(configuration[key]) for key in CONFIGURATION}
    return {
        "name": PACKAGE,
        "displayName": "API Gateway client certificates",
        "version": version,
        "description": "Rotate AWS API Gateway client certificates, create-before-delete, without a failed request",
        "license": "Apache-2.0",
        "keywords": ["pulumi", "aws", "api-gateway", "client-certificate", "mtls", "category/cloud"],
        # No namespace: `pulumi package add` would write the SDK to sdks/<namespace>-<name>. Each language has its name.
        "publisher": PACKAGE,
        "language": {
            "python": {
                "packageName": "pulumi_apigw_client_cert",
                "pyproject": {"enabled": True},
                "respectSchemaVersion": True,
            },
            "nodejs": {"packageName": f"@{PACKAGE}/{PACKAGE}", "respectSchemaVersion": True},
            "go": {
                "generateResourceContainerTypes": True,
                "importBasePath": f"github.com/{PACKAGE}/pulumi-{PACKAGE}/sdk/go/{PACKAGE.replace('-', '')}",
                "respectSchemaVersion": True,
            },
        },
        "config": {"variables": configured},
        "provider": {
            "description": "Where and as whom, and the policy of resources that name none.",
            "inputProperties": configured,
        },
        "types": {f"{PACKAGE}:index:{name}": one for name, one in sorted(_types().items())},
        "resources": {
            kinds.COMPONENT: _component(),
            **{token: _resource(kind) for token, kind in sorted(KINDS.items())},
        },
        "functions": {token: _function(token) for token in sorted(component_definitions.FUNCTIONS)},
    }


def _resource(kind: Kind) -> dict[str, Any]:
    inputs, outputs = definitions.INPUTS[kind.token], definitions.OUTPUTS[kind.token]
    replacing = _REPLACING.get(kind.token, ())
    return {
        "description": _TEXTS[kind.token] + _examples(_WIRED_BY_HAND),
        "inputProperties": _properties(inputs, kind.inputs, replacing),
        # The CLI leaves an empty list out when it prints a schema.
        **({"requiredInputs": sorted(kind.required)} if kind.required else {}),
        "properties": _properties(
            {**inputs, **outputs},
            dict.fromkeys(key for key in (*kind.inputs, *kind.outputs) if key not in kind.unkept),
            (),
        ),
        "required": list(_ALWAYS[kind.token]),
    }


def _examples(files: Mapping[str, str]) -> str:
    """The same program in several languages, as Pulumi's documentation and its SDK generators expect it."""
    programs = "".join(
        f"```{_LANGUAGES[kind]}\n{(_EXAMPLES / file).read_text(encoding='utf-8')}```\n" for kind, file in files.items()
    )
    return (
        "\n\n{{% examples %}}\n## Example Usage\n{{% example %}}\n\n"
        f"{programs}{{{{% /example %}}}}\n{{{{% /examples %}}}}\n"
    )


def _component() -> dict[str, Any]:
    inputs, outputs = component_definitions.INPUTS, component_definitions.OUTPUTS
    return {
        "description": "A certificate that rotates, published, and presented by stages: the three resources, wired in"
        " the order that keeps every request served." + _examples(_OF_THE_COMPONENT),
        "isComponent": True,
        "inputProperties": _properties(inputs, kinds.COMPONENT_INPUTS, ()),
        "properties": _properties(outputs, kinds.COMPONENT_OUTPUTS, ()),
        "required": ["nextAction", "phase", "retirementBlockedBy", "trustBundlePem", "trustedFingerprintsSha256"],
    }


def _function(token: str) -> dict[str, Any]:
    text, inputs, outputs, required = component_definitions.FUNCTIONS[token]
    return {
        "description": text,
        "inputs": {
            "type": "object",
            "properties": _properties(inputs, inputs, ()),
            **({"required": list(required)} if required else {}),
        },
        "outputs": {"type": "object", "properties": _properties(outputs, outputs, ()), "required": sorted(outputs)},
    }


def _types() -> dict[str, Any]:
    enums = {
        name: {"type": "string", "enum": [{"value": value} for value in values]}
        for name, values in definitions.ENUMS.items()
    }
    objects = {
        name: {
            "type": "object",
            "properties": _properties(made_of, made_of, ()),
            # As above.
            **({"required": list(always)} if always else {}),
        }
        for name, (made_of, always) in {**definitions.OBJECTS, **component_definitions.OBJECTS}.items()
    }
    return {**enums, **objects}


def _properties(texts: Mapping[str, Property], keys: Iterable[str], replacing: Iterable[str]) -> dict[str, Any]:
    replaces = frozenset(replacing)
    return {
        key: {**_property(texts[key]), **({"replaceOnChanges": True} if key in replaces else {})}
        for key in sorted(keys)
    }


def _property(one: Property) -> dict[str, Any]:
    return {"description": one.text, **one.type}


def written(version: str) -> str:
    """The schema as it is committed."""
    return json.dumps(schema(version), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(written(__version__), encoding="utf-8")
