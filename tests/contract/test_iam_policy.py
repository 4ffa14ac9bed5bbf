"""The documented policies against the calls that are made: nothing is missing, and nothing is allowed that none needs.

Each variant's use is performed at the sandbox, over the real client. What botocore sends is judged as IAM would: API
Gateway by verb and path, the others by operation and the resource that the parameters name.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import parliament  # type: ignore[import-untyped]  # it ships no types
import pytest

from apigw_client_cert.cli.iam import STATEMENTS, VARIANTS, Use
from apigw_client_cert.cli.program import main
from apigw_client_cert.clock import VARIABLE, format_instant
from apigw_client_cert.gateway.api_gateway import ApiGateway
from apigw_client_cert.gateway.certificates import ROTATION_ID_TAG
from tests.cli.accounts import exported
from tests.contract.whole_stack import START, Sent, WholeStack
from tests.sandbox.data_plane.backend import Backend
from tools.iam_policy import file_of, render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apigw_client_cert.cli.iam import Statement
    from tests.doubles.aws_environments import SandboxEnvironment

SERVICES = ("apigateway", "apigatewayv2", "ssm", "s3", "secretsmanager", "sts", "service-quotas")
# A year, with a rotation from its first step to its last one.
ROTATION = (0, 1, 336, 337, 338, 341, 342)
TARGETS = {
    "ssm": {"type": "ssm", "name": "/orders/pins"},
    "s3": {"type": "s3", "bucket": "orders-trust", "key": "pins"},
    "secretsmanager": {"type": "secretsmanager", "secretId": "orders/pins"},
}
WORDS = re.compile(r"REGION|ACCOUNT|API|STAGE|RESOURCE|METHOD|NAME|BUCKET|KEY|\$\{\*\}|\*")
Need = tuple[str, str]


@dataclass
class Account:
    """Two stages that are bound, two APIs of others, and the needs of what was called."""

    real: SandboxEnvironment
    backend: Backend
    patch: pytest.MonkeyPatch
    folder: Path

    def __post_init__(self) -> None:
        hand = self.real.sandbox.console
        hand.create_rest_api("another team's", ["prod"])
        hand.create_websocket_api("another team's", ["prod"])
        self.rest = hand.create_rest_api("orders", ["prod"], backend_url=self.backend.url)
        self.websocket = hand.create_websocket_api("orders", ["prod"])
        place = {"LocationConstraint": self.real.sandbox.region}
        self.real.sandbox.client("s3").create_bucket(Bucket="orders-trust", CreateBucketConfiguration=place)

    def stack(self, target: dict[str, str] | None = None, **inputs: dict[str, Any]) -> WholeStack:
        """One that has made no call yet."""
        stages = [
            {"apiId": self.rest, "stageName": "prod"},
            {"apiId": self.websocket, "stageName": "prod", "apiKind": "WEBSOCKET"},
        ]
        pins = self.folder / "pins.pem"
        pins.unlink(missing_ok=True)
        file = {"type": "file", "path": str(pins)}
        return WholeStack(self.real.sandbox, stages, [target or file], self.patch, inputs)

    def trust_all(self) -> None:
        """As whoever keeps the backend does after each step."""
        self.backend.trust(tuple(one.pem for one in self.real.sandbox.certificates()))


@pytest.fixture
def account(real: SandboxEnvironment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Account]:
    """An account that nobody has rotated in."""
    with Backend(real.sandbox.issue_server_certificate, trusted=()) as backend:
        yield Account(real, backend, monkeypatch, tmp_path)


def rotate(account: Account) -> WholeStack:
    """A year, refreshed before each run, to the destroy."""
    stack = account.stack()
    for day in ROTATION:
        if stack.states:
            stack.refresh(day)
        stack.at(day)
    stack.destroy(343)
    return stack


def adopt(account: Account) -> WholeStack:
    """A foreign one taken over, and tags that change while two generations live."""
    account.real.sandbox.clock.set(START)
    theirs = account.real.sandbox.console.generate_certificate()
    stack = account.stack(certificate={"adoptClientCertificateId": theirs, "tags": {"team": "a"}})
    for day in (0, 1, 336, 337):
        stack.at(day)
    stack.inputs["certificate"]["tags"] = {"cost": "b"}
    for day in (337, 338, 341, 342):
        stack.at(day)
    stack.destroy(343)
    return stack


def verify(account: Account) -> WholeStack:
    """Each switch of the REST stage is tried before."""
    stack = account.stack()
    stack.stages = [{**stack.stages[0], "verify": {"resource": "/"}}, stack.stages[1]]
    for day in ROTATION:
        stack.at(day)
        account.trust_all()
    stack.destroy(343)
    return stack


def preview(account: Account) -> WholeStack:
    """Refreshes and previews by whom makes no step, also from an older backup of the state, and of a deleted stage."""
    stack = account.stack()
    sent: list[Sent] = []
    stack.at(0)
    backup = dict(stack.states)
    for day in (1, 336, 337, 338):
        stack.states = backup if day == 338 else stack.states
        stack.sent.clear()
        stack.refresh(day)
        stack.preview(day)
        sent += stack.sent
        stack.at(day)
    # What the list of its API lacks is asked for by itself: only that answer may say that it is gone.
    for stage in stack.stages:
        account.real.sandbox.console.delete_stage(stage["apiId"], stage["stageName"])
    stack.sent.clear()
    stack.refresh(339)
    stack.sent[:] = [*sent, *stack.sent]
    return stack


def status(account: Account) -> WholeStack:
    """``status --live`` of what a hand has been at: two certificates are gone, and two stages unbound."""
    stack, hand = account.stack(), account.real.sandbox.console
    for day in (0, 336):
        stack.at(day)
    for stage in stack.stages:
        hand.bind(stage["apiId"], stage["stageName"], None)
    for one in account.real.sandbox.certificates():
        hand.delete_certificate(one.id)
    ask(account, stack, "status", "--live")
    return stack


def sweep(account: Account) -> WholeStack:
    """``sweep --apply`` over two that a lost run has left behind."""
    stack, hand = account.stack(), account.real.sandbox.console
    stack.at(0)
    for rotation in ("lost", "gone"):
        hand.generate_certificate(tags={ROTATION_ID_TAG: rotation}, not_before=START - timedelta(days=2))
    ask(account, stack, "sweep", "--apply", "--these-are-all-states")
    return stack


def ask(account: Account, stack: WholeStack, *arguments: str) -> None:
    """The command over the stack's state, with its client."""
    state = account.folder / "state.json"
    state.write_bytes(exported("p", stack))
    gateway = ApiGateway(stack.client)
    # The importing module first: imported while the other is patched it would keep the stack's client.
    account.patch.setattr("apigw_client_cert.gateway.reach.client_for", lambda _connection: stack.client)
    account.patch.setattr("apigw_client_cert.gateway.client.client_for", lambda _connection: stack.client)
    account.patch.setattr("apigw_client_cert.gateway.client.gateway_for", lambda _connection: gateway)
    account.patch.setenv(VARIABLE, format_instant(account.real.sandbox.clock.now()))
    stack.sent.clear()
    with pytest.raises(SystemExit):
        main([*arguments, "--endpoint-url", account.real.sandbox.endpoint_url, str(state)])


def publishing(kind: str) -> Callable[[Account], WholeStack]:
    """A year of one kind of target, of which nothing but the target is judged."""

    def perform(account: Account) -> WholeStack:
        stack = account.stack(TARGETS[kind])
        for day in ROTATION:
            stack.at(day)
        stack.sent[:] = [one for one in stack.sent if one.service == kind]
        return stack

    return perform


PERFORMED: dict[str, Callable[[Account], WholeStack]] = {
    "rotate": rotate,
    "adopt": adopt,
    "verify": verify,
    "preview": preview,
    "status": status,
    "sweep": sweep,
    **{kind: publishing(kind) for kind in TARGETS},
}


def needs(sent: Sent) -> list[Need]:
    """What IAM is asked for one request: action and resource."""
    if sent.service == "sts":
        return []
    if sent.service.startswith("apigateway"):
        path = sent.path.removeprefix("/v2")
        needed = [(f"apigateway:{sent.method}", f"arn:aws:apigateway:eu-west-1::{path}")]
        if sent.operation == "GenerateClientCertificate":
            # AWS's own denial for what is made with tags; its id is not known yet.
            encoded = "arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Fclientcertificates%2F*"
            needed.append(("apigateway:PUT", f"arn:aws:apigateway:eu-west-1::/tags/{encoded}"))
        return needed
    action, given = f"{sent.service}:{sent.operation}", sent.parameters
    if sent.service == "s3":
        found = [(action, f"arn:aws:s3:::{given['Bucket']}/{given['Key']}")]
        # Or S3 says 403 of a key that does not exist.
        return [*found, ("s3:ListBucket", f"arn:aws:s3:::{given['Bucket']}")] if sent.method == "GET" else found
    account = f"arn:aws:{sent.service.replace('-', '')}:eu-west-1:123456789012"
    if sent.service == "service-quotas":
        return [(f"servicequotas:{sent.operation}", f"{account}:{given['ServiceCode']}/{given['QuotaCode']}")]
    if sent.service == "ssm":
        return [(action, f"{account}:parameter/{given['Name'].lstrip('/')}")]
    return [(action, f"{account}:secret:{given.get('SecretId') or given['Name']}-AbCdEf")]


def pattern(resource: str, account: Account, method_path: str) -> re.Pattern[str]:
    """A statement's resource, with a stack's own words in it; each wildcard is a group."""
    resource_id, _, method = method_path.partition(" ")
    words = {
        "REGION": "eu-west-1",
        "ACCOUNT": "123456789012",
        "API": f"(?:{account.rest}|{account.websocket})",
        "STAGE": "prod",
        "RESOURCE": resource_id,
        "METHOD": method,
        "NAME": "orders/pins",
        "BUCKET": "orders-trust",
        "KEY": "pins",
        "${*}": r"\*",
        "*": "(.*)",
    }
    parts = WORDS.split(resource)
    found = [words[word] for word in WORDS.findall(resource)]
    return re.compile("".join(re.escape(part) + word for part, word in zip(parts, [*found, ""], strict=True)))


def root_of(account: Account) -> str:
    """The resource and method that ``verify`` names."""
    (root,) = account.real.sandbox.client("apigateway").get_resources(restApiId=account.rest)["items"]
    return f"{root['id']} GET"


def statements_of(variant: str) -> list[Statement]:
    """What the variant's file holds."""
    return [one for one in STATEMENTS if not one.uses.isdisjoint(VARIANTS[variant])]


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_allows_what_its_use_calls_and_nothing_else(variant: str, account: Account) -> None:
    """By action and resource, and each wildcard stands for more than one thing that was really asked for."""
    needed = {need for sent in PERFORMED[variant](account).sent for need in needs(sent)}
    root = root_of(account)
    allowed = {
        (action, resource): pattern(resource, account, root)
        for one in statements_of(variant)
        for action in one.actions
        for resource in one.resources
    }
    missing = {
        need for need in needed if not any(a == need[0] and p.fullmatch(need[1]) for (a, _), p in allowed.items())
    }
    assert missing == set()
    for (action, resource), how in allowed.items():
        found = [match for one, asked in needed if one == action and (match := how.fullmatch(asked))]
        assert found, f"nothing that {variant} does needs {action} on {resource}"
        # A secret's ARN ends in six characters that only AWS knows, and some actions know no resource.
        if how.groups and not resource.endswith("-*") and resource != "*":
            assert len({match.groups() for match in found}) > 1, f"{resource} could name what it is for"


def test_every_operation_in_the_code_was_called(account: Account) -> None:
    """What no use performs would be judged by nobody."""
    package = Path(__file__).parents[2] / "provider" / "apigw_client_cert"
    written = {
        node.value
        for folder in ("gateway", "publish")
        for file in sorted((package / folder).glob("*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    client = account.real.sandbox.client
    operations = {name for service in SERVICES for name in client(service).meta.service_model.operation_names}
    called = set[str]()
    for number, perform in enumerate((rotate, adopt, verify, status, *map(publishing, TARGETS))):
        if number:
            account.real.sandbox.reset()
            account.__post_init__()
        called |= {sent.operation for sent in perform(account).sent}
    assert written & operations - called == {"AssumeRole", "DecodeAuthorizationMessage"} & written
    assert called <= written


def test_no_wildcard_changes_anything_that_is_not_ours() -> None:
    """It reads, or is fenced by the tag, or tags client certificates alone for an adoption; none in POST and PATCH."""
    for one in STATEMENTS:
        wild = any("*" in resource.replace("${*}", "").removesuffix("-*") for resource in one.resources)
        if not wild:
            continue
        assert (
            one.reads
            or "aws:ResourceTag/apigw-client-cert:rotation-id" in one.condition.get("Null", {})
            or one.uses == {Use.ADOPT}
        ), one.sid


@pytest.mark.parametrize("file", render())
def test_what_the_docs_hold_is_what_the_data_say(file: Path) -> None:
    """``python -m tools.iam_policy`` writes it."""
    assert file.read_text(encoding="utf-8") == render()[file]


def test_a_condition_key_is_one_that_aws_knows() -> None:
    """The linter judges none of a ``Null``, and one that is misspelt is always null: the fence would be open."""
    known = {
        key["condition"]
        for service in parliament.iam_definition
        if service["prefix"] == "apigateway"
        for key in service["conditions"]
    }
    asked = {key for one in STATEMENTS for keys in one.condition.values() for key in keys}
    assert {re.sub(r"(?<=Tag/).*", "${TagKey}", key) for key in asked} - known == set()
    assert len(asked) == 4


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_linter_finds_nothing(variant: str) -> None:
    """It knows AWS's actions and resources, as of its release."""
    text = file_of(variant).read_text(encoding="utf-8")
    for word, value in {"REGION": "eu-west-1", "ACCOUNT": "123456789012"}.items():
        text = text.replace(word, value)
    assert [str(one) for one in parliament.analyze_policy_string(text).findings] == []
