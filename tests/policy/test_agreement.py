"""What the pack repeats because it cannot import the provider is what the provider says."""

from __future__ import annotations

import ast
import sys
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apigw_client_cert import clock
from apigw_client_cert.errors import BadInput
from apigw_client_cert.native import resource_types
from apigw_client_cert.rotation import durations
from apigw_client_cert.rotation.model import Severity
from apigw_client_cert.rotation.policy import Policy
from apigw_client_cert.trust import contents as trust
from apigw_client_cert.trust.findings import reader_findings
from policy.client_cert_policies import agreed, instants
from policy.client_cert_policies.declared import Declared
from policy.client_cert_policies.overdue import WaitLimit
from policy.client_cert_policies.same_subject import read_as_plain_pem
from tests.policy.registered import run
from tests.x509 import twins
from tools.policy_venv import POLICY_PACK

if TYPE_CHECKING:
    from collections.abc import Callable

TWO_OF_ONE_SUBJECT = [twin.trusted for twin in twins(2)]
BACKENDS = (*trust.OPENSSL_FAMILY, *trust.BACKENDS, "caddy", None)
# The modules that speak to pulumi-policy; the others are rules.
GLUE = {"__main__", "arguments", "pack"}


def test_the_type_tokens_are_those_of_both_doors() -> None:
    """As Python programs register them, and as the plugin's schema names them."""
    registered = {one.type for one in run("no_delete_before_replace").inputs} - {"pulumi:pulumi:Stack"}
    assert set(agreed.KINDS) == registered | set(resource_types.KINDS)
    assert agreed.COMPONENT == resource_types.COMPONENT
    assert agreed.COMPONENT in {one.type for one in run("certificate_overdue").inputs}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("content", [*trust.CONTENTS, None])
def test_the_same_targets_are_trapped(content: str | None, backend: str | None) -> None:
    """The provider warns once two certificates are published; the policy says it from the first day."""
    given_ = {"content": content, "backend": backend}
    target = {"type": "file", "path": "p", **{key: value for key, value in given_.items() if value is not None}}
    bundle = Declared(urn="u", type=f"{agreed.PLUGIN}TrustBundle", name="b", props={"targets": [target]})
    found = reader_findings(content or "pem", backend, TWO_OF_ONE_SUBJECT)
    warned = any(finding.severity is not Severity.NOTE for finding in found)
    messages = list(read_as_plain_pem(bundle))
    assert len(messages) == warned
    assert all((f'content="{backend}"' in one) is (backend in trust.BACKENDS) for one in messages)


def test_the_families_are_the_same() -> None:
    """Names and order, as the messages list them."""
    assert agreed.OPENSSL_FAMILY == trust.OPENSSL_FAMILY
    assert set(agreed.BACKENDS) == set(trust.BACKENDS)


def test_the_clock_is_the_providers() -> None:
    """The same variable, and the same instant for it; without it, now."""
    environ = {clock.VARIABLE: "2027-03-01T00:00:00+01:00"}
    assert instants.now(environ) == clock.now(environ) == datetime(2027, 2, 28, 23, tzinfo=timezone.utc)
    before = clock.now({})
    assert before <= instants.now({clock.VARIABLE: ""})
    with pytest.raises(ValueError, match="Write it like"):
        instants.now({clock.VARIABLE: "tomorrow"})
    with pytest.raises(BadInput, match="Write it like"):
        clock.now({clock.VARIABLE: "tomorrow"})


@given(
    st.text(max_size=30)
    | st.from_regex(r"\d{4}-[01]\d-[0-3]\d[Tt ][0-2]\d:[0-5]\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", fullmatch=True)
)
def test_an_instant_is_read_alike(text: str) -> None:
    """Or refused alike."""

    def read(parse: Callable[[str], datetime]) -> datetime | None:
        try:
            return parse(text)
        except ValueError:
            return None

    assert read(instants.parse_instant) == read(clock.parse_instant)


@given(st.integers(1, 9999), st.sampled_from("dhms"))
def test_a_duration_is_read_alike(number: int, unit: str) -> None:
    """Where the provider takes it; the pack sets no limits to patience."""
    text = f"{number}{unit}"
    try:
        expected = durations.parse_duration(text)
    except ValueError:
        return
    assert instants.parse_duration(text) == expected


@pytest.mark.parametrize("text", ["", "2", "d", "2 d", "-2d", "1.5d", "2w", "\N{FULLWIDTH DIGIT TWO}d", 2, None])
def test_what_is_no_duration_is_refused(text: object) -> None:
    """By both."""
    for parse in (instants.parse_duration, durations.parse_duration):
        with pytest.raises(ValueError, match="whole number and a unit"):
            parse(text)


def test_the_default_patience_leaves_room_for_the_default_policy() -> None:
    """A rotation that runs is over before the policy says anything."""
    policy, wait_limit = Policy(), WaitLimit()
    assert wait_limit.expires_within == policy.publish_lead + policy.activate_by + policy.overlap < policy.rotate_before


def test_the_pack_imports_nothing_of_ours_and_its_rules_only_the_standard_library() -> None:
    """It is installed alone; pulumi-policy is known to the glue only."""
    files = [POLICY_PACK / "__main__.py", *sorted((POLICY_PACK / "client_cert_policies").glob("*.py"))]
    foreign = {file.stem: _imported(file.read_text()) - {*sys.stdlib_module_names} for file in files}
    assert {name for name, found in foreign.items() if found} == GLUE
    assert set().union(*foreign.values()) == {"pulumi_policy", "client_cert_policies"}


def _imported(code: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(code)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    froms = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    return {name.split(".")[0] for name in plain | froms}
