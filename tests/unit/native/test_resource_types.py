"""Types and names from URNs."""

from __future__ import annotations

import pytest

from apigw_client_cert import errors
from apigw_client_cert.native.resource_types import BINDING, BUNDLE, CERTIFICATE, filled, kind_of, names_of

TYPE = "apigw-client-cert:index:RotatingClientCertificate"


def test_a_urn_names_its_kind_whatever_its_parents_are() -> None:
    """The last type of the chain counts, and a name may hold what separates the parts."""
    assert kind_of(f"urn:pulumi:dev::p::a:b:C${TYPE}::x::y$z") is CERTIFICATE
    assert kind_of("urn:pulumi:dev::p::apigw-client-cert:index:StageBinding::x") is BINDING


def test_a_type_of_another_release_is_refused_by_name() -> None:
    """The message names what there is."""
    with pytest.raises(errors.BadInput, match=r"no resource type apigw-client-cert:index:Nothing.*StageBinding"):
        kind_of("urn:pulumi:dev::p::apigw-client-cert:index:Nothing::x")


def test_names_are_those_that_the_dynamic_declaration_gives() -> None:
    """The parent is the nearest one's type; the stack is none."""
    assert names_of(f"urn:pulumi:dev::p::a:b:C$d:e:F${TYPE}::x::y") == {
        "name": "x::y",
        "project": "p",
        "stack": "dev",
        "parent": "d:e:F",
    }
    assert names_of(f"urn:pulumi:dev::p::{TYPE}::x")["parent"] is None


def test_what_the_program_says_wins_over_the_urn() -> None:
    """Only what was left out is filled in, and only where the kind has it."""
    urn = f"urn:pulumi:dev::p::{TYPE}::x"
    assert filled(CERTIFICATE, urn, {"name": "mine"}) == {
        "name": "mine",
        "project": "p",
        "stack": "dev",
        "owner": urn,
    }
    assert filled(BUNDLE, urn, {}) == {"name": "x", "owner": urn}
    assert filled(BINDING, urn, {}) == {"owner": urn}
