"""The policies that we document allow what the error messages ask for; tests/contract compares them with the calls."""

from __future__ import annotations

import fnmatch
import json
import re
from pathlib import Path

import pytest

from apigw_client_cert.gateway.certificates import ROTATION_ID_TAG
from apigw_client_cert.gateway.permissions import PERMISSIONS, permission_for

DOCS = Path(__file__).parents[3] / "docs"
POLICY = json.loads((DOCS / "iam-policy.json").read_text())
ALL = [one for file in sorted(DOCS.glob("iam-policy*.json")) for one in json.loads(file.read_text())["Statement"]]
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
        for statement in ALL
        if action in listed(statement["Action"])
        for pattern in listed(statement["Resource"])
    ]
    assert any(fnmatch.fnmatch(resource, pattern) for pattern in allowed), operation


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
