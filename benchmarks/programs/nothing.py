"""A dynamic resource that does nothing.

Its provider is a module's, and so pickled by its name, and is no secret: a provider of the program's own costs more.
"""

from __future__ import annotations

from typing import Any

import pulumi  # noqa: TC002 - the SDK reads the annotations
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class NothingProvider(ResourceProvider):
    """Keeps what it is given."""

    serialize_as_secret_always = False

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Nothing happens outside."""
        return CreateResult(str(props["name"]), dict(props))


class Nothing(Resource, module="benchmarks", name="Nothing"):
    """One input of its own, and what others say."""

    name: pulumi.Output[str]

    def __init__(self, resource_name: str, *others: pulumi.Output[str]) -> None:
        super().__init__(NothingProvider(), resource_name, {"name": resource_name, "others": list(others)})
