"""The policy that we document allows what the error messages ask for."""

from __future__ import annotations

import fnmatch
import json
import re
from pathlib import Path

import pytest

from apigw_client_cert.gateway.certificates import ROTATION_ID_TAG
from apigw_client_cert.gateway.permissions import PERMISSIONS, permission_for

POLICY = json.loads((Path(__file__).parents[3] / "docs" / "iam-policy.json").read_text())
NEEDED = [
    (operation, action, resource)
    for (_, operation), text in PERMISSIONS.items()
    for action, resource in re.findall(r"(apigateway:[A-Z]+) on (\S+)", text)
]


def listed(value: str | list[str]) -> list[str]:
    """IAM takes one or many."""
    return [value] if isinstance(value, str) else value


@pytest.mark.parametrize(("operation", "action", "resource"), NEEDED)
def test_the_policy_allows_what_a_denial_asks_for(operation: str, action: str, resource: str) -> None:
    """Whoever applies the documented policy never sees the message."""
    allowed = [
        pattern
        for statement in POLICY["Statement"]
        if action in listed(statement["Action"])
        for pattern in listed(statement["Resource"])
    ]
    assert any(fnmatch.fnmatch(resource, pattern) for pattern in allowed), operation


# The look at a target before a stage moves, as a binding makes it: reads alone.
LOOKS = {("ssm", "GetParameter"), ("s3", "GetObject"), ("secretsmanager", "GetSecretValue")}
READS = {action for key in LOOKS for action in re.findall(r"(\w+:[A-Z]\w+) on", PERMISSIONS[key])}


def test_the_policy_allows_nothing_that_no_operation_needs() -> None:
    """Least privilege, by action and resource: no statement's verbs reach further than the calls that are made."""
    needed = {(action, resource) for _, action, resource in NEEDED}
    for statement in POLICY["Statement"]:
        pairs = {(action, one) for action in listed(statement["Action"]) for one in listed(statement["Resource"])}
        assert {pair for pair in pairs if pair[0] not in READS} <= needed, statement["Sid"]
    allowed = {action for statement in POLICY["Statement"] for action in listed(statement["Action"])}
    assert allowed == {action for _, action, _ in NEEDED} | READS


def test_the_reads_of_the_targets_name_them() -> None:
    """One statement, for the role of the bindings: no write, and no wildcard beside AWS's own suffix of a secret."""
    (statement,) = [one for one in POLICY["Statement"] if one["Sid"] == "LookAtTargets"]
    assert set(listed(statement["Action"])) == READS
    assert [one for one in statement["Resource"] if "*" in one.removesuffix("-*")] == []


def test_only_certificates_with_our_tag_may_be_deleted() -> None:
    """The fence names the tag that the lifecycle sets."""
    deleting = [
        statement
        for statement in POLICY["Statement"]
        if "apigateway:DELETE" in listed(statement["Action"]) and "/clientcertificates" in str(statement["Resource"])
    ]
    assert len(deleting) == 1
    assert deleting[0]["Condition"] == {"Null": {f"aws:ResourceTag/{ROTATION_ID_TAG}": "false"}}


def test_an_operation_without_an_entry_is_named_itself() -> None:
    """A guess would be worse."""
    assert permission_for("ssm", "GetDocument") == "ssm:GetDocument"
