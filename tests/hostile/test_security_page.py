"""SECURITY.md names tests that exist, and says of the policy and the dependencies what is so."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from apigw_client_cert.gateway.certificates import ROTATION_ID_TAG

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "SECURITY.md").read_text()
POLICY = json.loads((ROOT / "docs" / "iam-policy.json").read_text())
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


def test_the_page_names_tests() -> None:
    """Every mention of a test is one that the next test looks up."""
    assert len(NAMED) > 10
    assert PAGE.count("tests/") == len(re.findall(r"`tests/[\w/]+\.py::\w+`", PAGE))


def test_every_row_and_every_promise_names_a_test() -> None:
    """What an attacker gains, and what the code promises: nothing there is only said."""
    rows, promises = (
        PAGE.split(f"## {title}\n")[1].split("\n## ")[0]
        for title in ("What an attacker gains", "What the code promises")
    )
    said = [*re.findall(r"^\| (?!With |---).*$", rows, re.MULTILINE), *re.findall(r"^- .*$", promises, re.MULTILINE)]
    assert len(said) > 15
    assert [one for one in said if "`tests/" not in one] == []


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_is_named_exists(file: str, name: str) -> None:
    """As a function, or as a class of them."""
    tree = ast.parse((ROOT / file).read_text())
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def test_an_action_is_named_by_its_commit() -> None:
    """A tag can be moved to other code, which then has the role that rotates."""
    pages = [
        ROOT / "README.md",
        *(file for folder in ("docs", "examples", ".github") for file in (ROOT / folder).rglob("*.*")),
    ]
    texts = [page.read_text() for page in pages if page.suffix in {".md", ".yml", ".yaml"}]
    uses = [line for text in texts for line in re.findall(r"^[ -]*uses: (\S.*)$", text, re.MULTILINE)]
    assert len(uses) > 10
    assert [one for one in uses if not re.fullmatch(r"[\w/.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", PAGE))
def test_a_link_leads_to_a_file(link: str) -> None:
    """Relative to the root."""
    assert (ROOT / link).is_file()


def _statements(action: str, resource: str) -> list[dict[str, object]]:
    return [one for one in POLICY["Statement"] if action in str(one["Action"]) and resource in str(one["Resource"])]


def test_what_makes_or_deletes_a_certificate_is_fenced_by_the_tag() -> None:
    """By the request's tags where a certificate is made, by its own where it is deleted; nothing else changes one.

    The only tags that the policy without adoption may write are those of what does not exist yet.
    """
    for action, key in (("apigateway:POST", "RequestTag"), ("apigateway:DELETE", "ResourceTag")):
        (statement,) = _statements(action, "/clientcertificates")
        assert statement["Condition"] == {"Null": {f"aws:{key}/{ROTATION_ID_TAG}": "false"}}
    for action in ("apigateway:PUT", "apigateway:PATCH", "apigateway:*"):
        assert _statements(action, "/clientcertificates") == []
    assert [str(one["Resource"])[-5:] for one in _statements("apigateway:PUT", "")] == ["F${*}"]


def test_a_switch_may_not_redirect_access_logs() -> None:
    """The one field of a stage that IAM can fence beside the certificate's."""
    (statement,) = _statements("apigateway:PATCH", "/stages/")
    fenced = {f"apigateway:Request/AccessLogging{field}": "true" for field in ("Destination", "Format")}
    assert statement["Condition"] == {"Null": fenced}


def test_no_statement_is_wider_than_a_stage_a_certificate_or_a_listing() -> None:
    """Stages are switched by name; a wildcard reads, tags, or is fenced."""
    for statement in POLICY["Statement"]:
        if "PATCH" in str(statement["Action"]):
            assert all("*" not in resource for resource in statement["Resource"])
        assert "apigateway:*" not in str(statement["Action"])
        assert statement["Resource"] != "*"


def test_the_direct_dependencies_are_those_of_the_page() -> None:
    """Another one has to be weighed here as well."""
    (declared,) = re.findall(r"^dependencies = \[(.*)\]$", (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    names = sorted(re.findall(r'"([a-z0-9-]+)', declared))
    assert names == ["boto3", "cryptography", "pulumi", "tzdata"]
    assert all(f"`{name}`" in PAGE for name in names)
