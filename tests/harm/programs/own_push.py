"""A component that publishes nothing: a resource of the user's writes what it gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

config = pulumi.Config()


class Writing(ResourceProvider):
    """Writes the file when the text changes."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """For the first time."""
        return CreateResult("pushed", _written(props))

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Whether there is another text."""
        return DiffResult(changes=olds["pem"] != news["pem"])

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Once more."""
        return UpdateResult(_written(news))


def _written(props: dict[str, Any]) -> dict[str, Any]:
    Path("trusted.pem").write_text(props["pem"], encoding="ascii")
    return {"pem": props["pem"]}


class Push(Resource, module="tests", name="Push"):
    """The user's own."""

    def __init__(self, pem: pulumi.Input[str]) -> None:
        super().__init__(Writing(), "push", {"pem": pem})


class Remote(pulumi.ComponentResource):
    """What a generated SDK would declare."""

    def __init__(self, name: str, props: dict[str, Any]) -> None:
        kind = "apigw-client-cert:index:ClientCertificateRotation"
        super().__init__(kind, name, {**props, "trustBundlePem": None}, None, remote=True)


Push(pulumi.Output.from_input(Remote("orders", config.require_object("rotation")).__dict__["trustBundlePem"]))
