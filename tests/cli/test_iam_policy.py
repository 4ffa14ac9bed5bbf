"""``iam-policy`` and ``backend-config``: what is printed is what docs/ has, with the names of the states in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert.trust.servers import BACKENDS
from tests.cli.exports import edited
from tests.cli.scenarios import steady
from tests.lifecycle.conftest import API
from tools.toolchain import ROOT

if TYPE_CHECKING:
    from tests.cli.conftest import Command

BUCKET = "arn:aws:s3:eu-west-1:123456789012:accesspoint/trust"
TARGETS = [
    {"type": "ssm", "name": "/orders/pins"},
    {"type": "s3", "bucket": "orders-trust", "key": "a*b.pem"},
    {"type": "s3", "bucket": BUCKET, "key": "pins.pem"},
    {"type": "secretsmanager", "secretId": "orders/pins"},
]


def resources(policy: str, sid: str) -> list[str]:
    """The resources of one statement; none where it is left out."""
    found: list[Any] = [one["Resource"] for one in json.loads(policy)["Statement"] if one["Sid"] == sid]
    return [] if not found else found[0] if isinstance(found[0], list) else found


@pytest.mark.parametrize("variant", ["rotate", "adopt", "verify", "preview", "status", "sweep"])
def test_without_a_state_it_is_the_page_s(command: Command, variant: str) -> None:
    """And the words that are to be replaced are named."""
    file = ROOT / "docs" / ("iam-policy.json" if variant == "rotate" else f"iam-policy-{variant}.json")
    said = command("iam-policy", "--for", variant)
    assert (said.code, said.out) == (0, file.read_text())
    assert f"replace {'REGION' if variant == 'sweep' else 'API, '}" in said.err


@pytest.mark.parametrize("variant", ["status", "sweep"])
def test_who_asks_about_an_account_reads_no_target(command: Command, variant: str) -> None:
    """The same statements as the page's, with the names in them."""
    state = command.file(edited(steady(), "TrustBundle", "inputs", {"targets": TARGETS}))
    said = command("iam-policy", "--for", variant, state)
    page = json.loads((ROOT / "docs" / f"iam-policy-{variant}.json").read_text())
    assert (said.code, said.err) == (0, "")
    assert [one["Sid"] for one in json.loads(said.out)["Statement"]] == [one["Sid"] for one in page["Statement"]]


def test_what_a_state_declares_takes_the_place_of_the_words(command: Command) -> None:
    """Each stage and target is named, and nothing else; a character that IAM reads as a wildcard is none."""
    state = command.file(edited(steady(), "TrustBundle", "inputs", {"targets": TARGETS}))
    said = command("iam-policy", state)
    assert (said.code, said.err) == (0, "")
    assert resources(said.out, "SwitchStages") == [
        f"arn:aws:apigateway:eu-west-1::/restapis/{API}/stages/{stage}" for stage in ("dev", "prod")
    ]
    assert resources(said.out, "PublishParameters") == ["arn:aws:ssm:eu-west-1:123456789012:parameter/orders/pins"]
    assert resources(said.out, "PublishObjects") == [
        "arn:aws:s3:::orders-trust/a${*}b.pem",
        f"{BUCKET}/object/pins.pem",
    ]
    assert resources(said.out, "FindObjects") == ["arn:aws:s3:::orders-trust", BUCKET]
    assert resources(said.out, "PublishSecrets") == [
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders/pins-*"
    ]
    assert resources(said.out, "TagAtGeneration") == [
        "arn:aws:apigateway:eu-west-1::/tags/arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Fclientcertificates%2F${*}"
    ]


def test_who_previews_gets_looks_only(command: Command) -> None:
    """Of the targets, too."""
    state = command.file(edited(steady(), "TrustBundle", "inputs", {"targets": TARGETS}))
    policy = json.loads(command("iam-policy", "--for", "preview", state).out)
    actions = {action for one in policy["Statement"] for action in _listed(one["Action"])}
    assert actions == {
        "apigateway:GET",
        "ssm:GetParameter",
        "s3:GetObject",
        "s3:ListBucket",
        "secretsmanager:GetSecretValue",
    }


def test_who_previews_and_asks_for_the_status_writes_to_no_target(command: Command) -> None:
    """Two uses together allow no more than each."""
    state = command.file(edited(steady(), "TrustBundle", "inputs", {"targets": TARGETS}))
    said = command("iam-policy", "--for", "preview", "--for", "status", state).out
    assert resources(said, "LookAtParameters") != []
    assert resources(said, "PublishParameters") == []


def test_another_partition_has_its_own_arns(command: Command) -> None:
    """Within the encoded one as well."""
    export = steady()
    for kind in ("RotatingClientCertificate", "TrustBundle", "StageBinding"):
        export = edited(export, kind, "outputs", {"region": "cn-north-1"})
    said = command("iam-policy", "--for", "adopt", command.file(export)).out
    assert "arn:aws:" not in said
    assert "arn%3Aaws%3A" not in said
    assert "arn%3Aaws-cn%3Aapigateway%3Acn-north-1" in said


def test_what_could_not_be_read_gets_no_policy(command: Command) -> None:
    """A policy that lacks it would deny the next run."""
    newer = edited(steady(), "StageBinding", "outputs", {"stateVersion": 99})
    for state in (newer, b"{", b'{"deployment": {}}'):
        said = command("iam-policy", command.file(state))
        assert (said.code, said.out) == (4, "")
        assert "Nothing was printed" in said.err


@pytest.mark.parametrize("server", BACKENDS)
def test_the_lines_for_a_server_are_those_of_the_page(command: Command, server: str) -> None:
    """Which the servers of tests/backends are configured with."""
    said = command("backend-config", server)
    assert said.code == 0
    assert said.out.strip() in (ROOT / "docs" / "backends.md").read_text()
    assert "/elsewhere" in command("backend-config", server, "--path", "/elsewhere").out or server in {"nginx", "envoy"}


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
