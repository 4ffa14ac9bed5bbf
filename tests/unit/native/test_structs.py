"""Property bags over the wire."""

from __future__ import annotations

import pytest
from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped]  # protobuf ships no types
from pulumi.runtime import rpc

from apigw_client_cert.lifecycle.inputs import UNKNOWN
from apigw_client_cert.native.structs import plain, struct_of


def on_the_wire(properties: dict[str, object]) -> Struct:
    """The struct as an SDK would fill it, None included."""
    struct = Struct()
    struct.update(properties)
    return struct


def test_values_come_back_as_they_went_numbers_as_floats() -> None:
    """Texts, flags, numbers, lists and mappings of any depth."""
    properties = {"text": "a", "flag": False, "number": 3, "list": [1, {"deep": ["x"]}], "map": {"k": "v"}, "none": []}
    assert plain(struct_of(properties)) == properties
    assert isinstance(plain(struct_of({"number": 3}))["number"], float)


def test_null_is_absent_in_both_directions() -> None:
    """The lifecycle knows "unset" in one form only."""
    assert plain(on_the_wire({"a": None, "deep": {"b": None, "c": 1}})) == {"deep": {"c": 1}}
    assert dict(struct_of({"a": None, "deep": {"b": None}, "list": ({"c": None},)}).items()) == {
        "deep": struct_of({}),
        "list": [struct_of({})],
    }


@pytest.mark.parametrize(
    "sentinel",
    [
        rpc.UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    ],
)
def test_an_unknown_of_any_type_is_our_unknown(sentinel: str) -> None:
    """A Go program's unknown list is as unknown as a Python program's text."""
    assert plain(on_the_wire({"a": sentinel, "b": [{"c": sentinel}]})) == {"a": UNKNOWN, "b": [{"c": UNKNOWN}]}


def test_a_secret_is_read_without_its_mark() -> None:
    """The lifecycle sees the value; ``struct_of`` puts the mark back."""
    secret = {rpc._special_sig_key: rpc._special_secret_sig, "value": {"team": "a"}}  # noqa: SLF001 - the protocol's constants
    assert plain(on_the_wire({"tags": secret, "list": [secret]})) == {"tags": {"team": "a"}, "list": [{"team": "a"}]}


def test_an_output_value_is_its_value_or_unknown() -> None:
    """As a component's inputs come, and whatever else an engine sends in that form."""
    output = {rpc._special_sig_key: rpc._special_output_value_sig}  # noqa: SLF001 - the protocol's constants
    assert plain(on_the_wire({"a": {**output, "value": 1}, "b": output})) == {"a": 1, "b": UNKNOWN}


def test_a_secret_input_comes_back_as_it_came_and_another_value_of_its_name_is_secret_as_a_whole() -> None:
    """Nested or not; what was no secret stays readable, and what is not in the state is not added."""
    secret = {rpc._special_sig_key: rpc._special_secret_sig}  # noqa: SLF001 - the protocol's constants
    tags = {"team": {**secret, "value": "a"}, "env": "prod"}
    news = on_the_wire(
        {"tags": tags, "description": {**secret, "value": "b"}, "overlap": "3d", "gone": {**secret, "value": 1}}
    )
    state = struct_of({"tags": {"team": "a", "env": "prod"}, "description": "c", "overlap": "3d"}, [news])
    assert state.fields["tags"] == news.fields["tags"]
    assert state.fields["description"] == on_the_wire({"description": {**secret, "value": "c"}}).fields["description"]
    assert state.fields["overlap"].string_value == "3d"
    assert set(state.fields) == {"tags", "description", "overlap"}


def test_an_output_that_repeats_a_secret_input_is_secret_too() -> None:
    """However much else is in it; and only for a secret."""
    secret = {rpc._special_sig_key: rpc._special_secret_sig}  # noqa: SLF001 - the protocol's constants
    news = on_the_wire({"also": ["a", {**secret, "value": "b"}], "open": "c"})
    state = struct_of({"pem": "abc", "text": "c"}, [news], {"also": ("pem", "gone"), "open": ("text",)})
    assert state == on_the_wire({"pem": {**secret, "value": "abc"}, "text": "c"})


def test_a_secret_output_value_makes_a_secret() -> None:
    """That is how an engine may send a secret that it also knows the dependencies of."""
    output = {rpc._special_sig_key: rpc._special_output_value_sig, "value": "a", "secret": True}  # noqa: SLF001 - the protocol's constants
    state = struct_of({"description": "b"}, [on_the_wire({"description": output})])
    assert plain(state) == {"description": "b"}
    assert state.fields["description"].struct_value.fields["value"].string_value == "b"
