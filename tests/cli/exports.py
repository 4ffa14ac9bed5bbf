"""States as the engine exports them, around what ``lifecycle/`` returned: its own properties, in the engine's envelope.

``test_engine.py`` reads what the real engine writes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from apigw_client_cert.clock import format_instant

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from tests.lifecycle.conftest import FakeRun

KINDS = {"certificate": "RotatingClientCertificate", "bundle": "TrustBundle"}
DYNAMIC = "pulumi-python:dynamic/apigw:"
PLUGIN = "apigw-client-cert:index:"
# How the engine marks a special value, and a secret among those.
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - it marks one, and is none


def exported(  # noqa: PLR0913 - each is one thing in which exports differ
    run: FakeRun,
    *,
    stack: str = "prod",
    project: str = "orders",
    host: str = DYNAMIC,
    only: Collection[str] = (),
    written_at: datetime | None = None,
) -> bytes:
    """What ``pulumi stack export`` prints of this run's stack, or of some of its resources."""
    names = [name for name in run.state if not only or name in only]
    resources = [_resource(run, name, stack, project, host) for name in names]
    return deployment(resources, stack=stack, project=project, written_at=written_at or run.now)


def deployment(
    resources: list[dict[str, Any]], *, written_at: datetime, stack: str = "prod", project: str = "orders"
) -> bytes:
    """An export with these resources after the stack's own."""
    root = {"urn": f"urn:pulumi:{stack}::{project}::pulumi:pulumi:Stack::{project}-{stack}", "custom": False}
    whole = {
        "version": 3,
        "deployment": {
            "manifest": {"time": format_instant(written_at), "magic": "", "version": "v3.259.0"},
            "secrets_providers": {"type": "passphrase", "state": {"salt": "v1:"}},
            "resources": [{**root, "type": "pulumi:pulumi:Stack"}, *resources],
            "metadata": {},
        },
    }
    return json.dumps(whole).encode()


def checkpoint(export: bytes, project: str, stack: str, rotation: str) -> bytes:
    """The same state as a file or object store backend keeps it, of a stack and a rotation of its own.

    Args:
        export: Of the stack ``prod`` of the project.
        project: The project.
        stack: What the stack is called now; so is its rotation.
        rotation: The rotation id in the export.
    """
    told = export.decode().replace("urn:pulumi:prod", f"urn:pulumi:{stack}").replace(f'"{rotation}"', f'"{stack}"')
    latest = json.loads(told)["deployment"]
    whole = {"version": 3, "checkpoint": {"stack": f"organization/{project}/{stack}", "latest": latest}}
    return json.dumps(whole).encode()


def _resource(run: FakeRun, name: str, stack: str, project: str, host: str) -> dict[str, Any]:
    kind = host + KINDS.get(name, "StageBinding")
    resource_name = str(run.inputs[name].get("name", f"orders-{name}"))
    provider = {"__provider": "gASVOw=="} if host == DYNAMIC else {}
    return {
        "urn": f"urn:pulumi:{stack}::{project}::{kind}::{resource_name}",
        "custom": True,
        "id": resource_name,
        "type": kind,
        "inputs": {**provider, **run.inputs[name]},
        "outputs": {**provider, **run.state[name]},
    }


def edited(export: bytes, kind: str, side: str, properties: Mapping[str, Any]) -> bytes:
    """The export with some properties of each resource of a kind replaced."""
    told = json.loads(export)
    for one in told["deployment"]["resources"]:
        if one["type"].endswith(f":{kind}"):
            one[side] |= properties
    return json.dumps(told).encode()


def secret(export: bytes, kind: str, *properties: str, shown: bool = False) -> bytes:
    """The state with these properties encrypted, or as ``--show-secrets`` shows them."""
    told = json.loads(export)
    for one in told["deployment"]["resources"]:
        for side in ("inputs", "outputs"):
            for key in {*properties} & {*one.get(side, {})} if one["type"].endswith(kind) else ():
                kept = {"plaintext": json.dumps(one[side][key])} if shown else {"ciphertext": "v1:abc"}
                one[side][key] = {SIGNATURE: SECRET, **kept}
    return json.dumps(told).encode()
