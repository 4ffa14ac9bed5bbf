"""Every property of a declaration is the output of its name, with the type that the schema gives it, and registered."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from apigw_client_cert.lifecycle.inputs import snake
from apigw_client_cert.native.resource_types import BINDING, BUNDLE, CERTIFICATE
from apigw_client_cert.native.schema import committed
from apigw_client_cert.program import binding, certificate, trust_bundle
from apigw_client_cert.program.binding import BindingDeclaration
from apigw_client_cert.program.certificate import CertificateDeclaration
from apigw_client_cert.program.properties import declared
from apigw_client_cert.program.trust_bundle import BundleDeclaration

if TYPE_CHECKING:
    from apigw_client_cert.native.resource_types import Kind

KINDS = {CertificateDeclaration: CERTIFICATE, BundleDeclaration: BUNDLE, BindingDeclaration: BINDING}
# What is registered where no optional input is set.
REGISTERED = {
    CertificateDeclaration: declared({"tags": None}, certificate.OUTPUTS),
    BundleDeclaration: declared({}, trust_bundle.OUTPUTS),
    BindingDeclaration: declared({}, binding.OUTPUTS),
}
# Put together from inputs and outputs, for a binding: no output of its own.
COMPOSED = {"identified_generations", "published_to"}
SCHEMA = json.loads(committed.text())


def _properties() -> list[tuple[type, Kind, str]]:
    return [
        (declaration, kind, name)
        for declaration, kind in KINDS.items()
        for name, found in inspect.getmembers(declaration, lambda one: isinstance(one, property))
        if name not in COMPOSED and not hasattr(pulumi.Resource, name)
    ]


def _wire_name(kind: Kind, name: str) -> str:
    (key,) = [key for key in kind.outputs if snake(key) == name]
    return key


def _annotated(one: dict[str, Any]) -> str:
    """A type of the schema as a declaration annotates it; the values of objects are not compared."""
    if one.get("type") == "array":
        return f"list[{_annotated(one['items'])}]"
    if "$ref" in one and "enum" not in SCHEMA["types"][one["$ref"].removeprefix("#/types/")]:
        return "dict"
    return {"string": "str", "integer": "int", "object": "dict"}[one.get("type", "string")]


@pytest.mark.parametrize(("declaration", "kind", "name"), _properties())
def test_a_property_is_the_output_of_its_name_and_type(declaration: type, kind: Kind, name: str) -> None:
    """Each output holds its own wire name here: a property that points elsewhere gives another one's."""

    async def read() -> object:
        resource: pulumi.Resource = object.__new__(declaration)
        resource.__dict__.update({key: pulumi.Output.from_input(key) for key in REGISTERED[declaration]})
        return await getattr(resource, name).future()

    key = _wire_name(kind, name)
    # asyncio.run would leave the thread without a loop, and the tests after it need one.
    loop = asyncio.new_event_loop()
    try:
        assert loop.run_until_complete(read()) == key
    finally:
        loop.close()
    annotation = getattr(declaration, name).fget.__annotations__["return"]
    declared = re.sub(
        r"dict\[str, (list\[str\]|\w+)\]", "dict", annotation.removeprefix("pulumi.Output[").removesuffix("]")
    )
    assert declared.removesuffix(" | None") == _annotated(SCHEMA["resources"][kind.token]["properties"][key])


@pytest.mark.parametrize("declaration", KINDS)
def test_a_place_is_made_for_what_exists_and_for_nothing_that_is_unset(declaration: type) -> None:
    """Each costs the program time; one that no state has would be unknown at every preview."""
    kind = KINDS[declaration]
    assert set(REGISTERED[declaration]) <= {*kind.outputs, *kind.inputs}
