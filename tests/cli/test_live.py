"""``status --live`` at the sandbox: what no state knows is said, nothing is changed, and nothing unseen is fine."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from apigw_sandbox import Fault, FaultKind
from tests.cli.conftest import Answer
from tests.cli.golden.__main__ import FOLDER, LIVE, live_outputs
from tests.cli.test_status import described

if TYPE_CHECKING:
    from tests.cli.accounts import Account


def told(answer: Answer) -> dict[str, Any]:
    """The document, which its schema describes."""
    document: dict[str, Any] = json.loads(answer.out)
    described("status").validate(document)
    assert document["exitStatus"] == answer.code
    return document


def reasons(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Of the rotations and the accounts, with their urgency."""
    found = [one for part in (*document["rotations"], *document.get("accounts", ())) for one in part["findings"]]
    return [(one["reason"], one["urgency"]) for one in found]


def test_a_rotation_that_is_as_its_state_says_is_fine(account: Account) -> None:
    """Whoever it is read with; the region is the state's, and no call changes anything."""
    file = account.file("orders", account.stack("orders", 0, 1))
    since = account.sandbox.journal.last_number
    document = told(account.status("--json", file))
    (region,) = document["accounts"]
    assert (document["exitStatus"], reasons(document), document["unread"]) == (0, [], [])
    assert (region["accountId"], region["region"]) == ("123456789012", "eu-west-1")
    assert region["quota"] == {"used": 1, "limit": 60, "limitRead": False}
    assert [(one["inState"], len(one["presentedBy"])) for one in region["certificates"]] == [(True, 2)]
    assert account.changing_calls(since) == []
    # One list and one scan, and of each API its stages.
    called = account.sandbox.journal.actions(since=since)
    assert sorted(set(called) - {"POST /"}) == [
        "GetApis",
        "GetCallerIdentity",
        "GetClientCertificates",
        "GetRestApis",
        "GetStages",
    ]


def test_the_output_is_the_golden_one(account: Account) -> None:
    """``python -m tests.cli.golden`` writes them anew."""
    assert live_outputs(account) == {name: (FOLDER / name).read_text() for name in LIVE}


def test_what_a_hand_did_to_the_stages_is_said_of_each(account: Account) -> None:
    """Unbound, switched to a foreign one, and deleted, REST and WebSocket."""
    stack, hand = account.stack("orders", 0, 1), account.sandbox.console
    rest, websocket = (one["apiId"] for one in account.stages["orders"])
    file = account.file("orders", stack)
    hand.bind(rest, "prod", None)
    hand.bind(websocket, "prod", hand.generate_certificate())
    answer = account.status("--json", file)
    assert sorted(reasons(told(answer))) == [("foreign", "note"), ("switched", "person"), ("unbound", "person")]
    assert answer.code == 3
    hand.delete_api(websocket)
    answer = account.status("--json", file)
    assert sorted(reasons(told(answer))) == [("foreign", "note"), ("stage-gone", "person"), ("unbound", "person")]


def test_another_certificate_of_the_rotation_is_the_next_runs_affair(account: Account) -> None:
    """As between a run's switch and its state."""
    stack = account.stack("orders", 0, 1, 336)
    file = account.file("orders", stack)
    pending = stack.states["certificate"]["pendingClientCertificateId"]
    account.sandbox.console.bind(account.stages["orders"][0]["apiId"], "prod", pending)
    document = told(account.status("--json", file))
    assert (reasons(document), document["exitStatus"]) == ([("switched", "due")], 2)


def test_a_bundle_alone_asks_nothing_of_its_targets_region(account: Account) -> None:
    """Certificate and stages are of a stack that was not read."""
    stack = account.stack("orders", 0)
    stack.states = {"bundle": {**stack.states["bundle"], "region": "us-east-1", "accountId": "9" * 12}}
    document = told(account.status("--json", account.file("orders", stack)))
    assert [one["region"] for one in document["accounts"]] == ["eu-west-1"]
    assert (document["unread"], document["exitStatus"]) == ([], 0)


def test_a_deleted_certificate_is_gone_and_who_presents_it_is_said(account: Account) -> None:
    """From under its stages."""
    stack = account.stack("orders", 0, 1)
    account.sandbox.console.delete_certificate(stack.states["certificate"]["clientCertificateId"])
    answer = account.status(account.file("orders", stack))
    assert answer.code == 3
    said = " ".join(answer.out.split())
    assert "gone: certificate" in said
    assert f"{account.stages['orders'][0]['apiId']}/prod" in said.partition("still presented by")[2]


def test_what_is_in_no_state_is_named_with_what_its_tags_say(account: Account) -> None:
    """Of files nobody knows whether they are all: it is another stack's; with its state beside it is nobody's news."""
    orders, billing = (account.file(name, account.stack(name, 0)) for name in ("orders", "billing"))
    document = told(account.status("--json", orders))
    ((reason, urgency),) = reasons(document)
    assert (reason, urgency, document["exitStatus"]) == ("of-another-stack", "note", 0)
    assert "billing/prod orders, as its tags say" in document["accounts"][0]["findings"][0]["message"]
    assert reasons(told(account.status("--json", orders, billing))) == []


def test_a_foreign_certificate_near_its_end_that_a_stage_presents_needs_a_person(account: Account) -> None:
    """No rotation replaces it; one that nobody presents harms nobody."""
    file, hand = account.file("orders", account.stack("orders", 0)), account.sandbox.console
    used, unused = (hand.generate_certificate(validity=timedelta(days=20)) for _ in range(2))
    hand.bind(hand.create_rest_api("theirs", ["prod"]), "prod", used)
    document = told(account.status("--json", file))
    found = {one["certificate"]: (one["reason"], one["urgency"]) for one in document["accounts"][0]["findings"]}
    assert found == {used: ("expires-unmanaged", "person"), unused: ("foreign", "note")}
    assert document["exitStatus"] == 3


def test_a_stage_of_others_that_presents_what_is_gone_needs_a_person(account: Account) -> None:
    """No binding says so."""
    file, hand = account.file("orders", account.stack("orders", 0)), account.sandbox.console
    hand.bind(hand.create_websocket_api("theirs", ["prod"]), "prod", theirs := hand.generate_certificate())
    hand.delete_certificate(theirs)
    assert reasons(told(account.status("--json", file))) == [("presents-gone", "person")]


def test_another_accounts_credentials_judge_nothing(account: Account) -> None:
    """Everything of it would read as deleted."""
    stack = account.stack("orders", 0)
    file = account.file("orders", stack, accountId="999999999999")
    account.sandbox.console.delete_certificate(stack.states["certificate"]["clientCertificateId"])
    document = told(account.status("--json", file))
    assert document["exitStatus"] == 4
    (unread,) = document["unread"]
    assert "lives in account 999999999999, and these credentials are of account 123456789012" in unread["why"]
    assert [one["findings"] for one in document["rotations"]] == [[]]


def test_a_region_that_was_not_asked_is_not_fine(account: Account) -> None:
    """The state lives elsewhere."""
    document = told(
        account.status("--json", "--region", "us-east-1", account.file("orders", account.stack("orders", 0)))
    )
    assert document["exitStatus"] == 4
    assert [one["why"] for one in document["unread"]] == ["AWS was not asked about it: it lives in eu-west-1"]


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("GetClientCertificates", FaultKind.ACCESS_DENIED),
        ("GetRestApis", FaultKind.ACCESS_DENIED),
        ("GetStages", FaultKind.ACCESS_DENIED),
        ("GetApis", FaultKind.THROTTLE),
        ("GetStages", FaultKind.THROTTLE),
    ],
)
def test_what_cannot_be_seen_is_said_and_is_4(account: Account, action: str, kind: FaultKind) -> None:
    """Denied, or throttled beyond patience; the rest is said all the same."""
    file = account.file("orders", account.stack("orders", 0))
    patience = 900.0 if kind is FaultKind.THROTTLE else None
    account.sandbox.faults.add(Fault(kind=kind, action=action, seconds=patience))
    answer = account.status("--json", file)
    document = told(answer)
    assert (answer.code, len(document["rotations"])) == (4, 1)
    assert document["unread"]
    assert document["accounts"][0]["allStagesSeen"] is (action == "GetClientCertificates")


def test_a_throttle_is_waited_for_as_a_run_does(account: Account) -> None:
    """Once, for a second."""
    file = account.file("orders", account.stack("orders", 0))
    account.sandbox.faults.add(Fault(kind=FaultKind.THROTTLE, action="GetStages", calls=(1,), seconds=0))
    assert account.status(file).code == 0
    assert len(account.sandbox.faults.fired) == 1


def test_without_sts_what_is_found_of_the_rotation_proves_the_account(account: Account) -> None:
    """And where nothing of it is found, nothing is taken for lost."""
    stack = account.stack("orders", 0)
    file = account.file("orders", stack)
    account.sandbox.faults.add(Fault(kind=FaultKind.ACCESS_DENIED, service="sts"))
    fresh = ("--endpoint-url", account.sandbox.endpoint_url + "/")
    assert account.command("status", "--live", *fresh, file).code == 0
    account.sandbox.console.delete_certificate(stack.states["certificate"]["clientCertificateId"])
    document = told(account.command("status", "--live", "--json", *fresh, file))
    assert "cannot be told" in document["unread"][0]["why"]
    assert "gone" not in [reason for reason, _urgency in reasons({**document, "accounts": []})]


def test_without_credentials_every_state_is_still_read(account: Account) -> None:
    """And the exit status says that AWS was not."""
    file = account.file("orders", account.stack("orders", 0))
    document = told(account.status("--json", "--profile", "nobody", file))
    assert (document["exitStatus"], len(document["rotations"])) == (4, 1)
    assert [one["stack"] for one in document["unread"]] == ["eu-west-1"]


def test_the_inventory_of_a_large_account(account: Account) -> None:
    """Sixty certificates and three hundred APIs, REST and WebSocket, in every format."""
    hand = account.sandbox.console
    made = [hand.generate_certificate(tags={"ManagedBy": "terraform"} if number % 2 else None) for number in range(59)]
    made.append(hand.generate_certificate(validity=timedelta(days=10)))
    for number in range(300):
        create = hand.create_websocket_api if number % 3 == 0 else hand.create_rest_api
        hand.bind(create(f"api{number}", ["prod"]), "prod", made[number % 60])
    since = account.sandbox.journal.last_number
    document = told(account.status("--no-state", "--region", "eu-west-1", "--json"))
    (region,) = document["accounts"]
    assert len(region["certificates"]) == 60
    assert all(len(one["presentedBy"]) == 5 and one["inState"] is None for one in region["certificates"])
    assert {one["managedBy"] for one in region["certificates"]} == {None, "ManagedBy=terraform"}
    assert reasons(document) == [("expires-unmanaged", "person"), ("quota", "note")]
    assert account.changing_calls(since) == []


def test_an_inventory_in_each_format(account: Account) -> None:
    """Who presents it and who manages it; whoever could not be seen is unknown, and not nobody."""
    hand = account.sandbox.console
    certificate = hand.generate_certificate(tags={"ManagedBy": "terraform"}, validity=timedelta(days=99, hours=1))
    hand.bind(api := hand.create_rest_api("theirs", ["prod"]), "prod", certificate)
    account.command.columns(160)
    ends = f"{account.sandbox.certificates()[0].expiration_date:%Y-%m-%d}"
    row = [certificate, "0", "d", ends, "99", "d", f"{api}/prod", "ManagedBy=terraform"]
    assert row in [line.split() for line in account.status("--no-state").out.splitlines()]
    cells = f"| {certificate} | 0 d | {ends} | 99 d | {api}/prod | ManagedBy=terraform |"
    assert cells in account.status("--no-state", "--format", "markdown").out
    series = 'account_certificates{account="123456789012",region="eu-west-1"} 1\n'
    assert series in account.status("--no-state", "--format", "prometheus").out
    account.sandbox.faults.add(Fault(kind=FaultKind.ACCESS_DENIED, action="GetStages"))
    answer = account.status("--no-state")
    assert (answer.code, "unknown" in answer.out, "nobody" in answer.out) == (4, True, False)


@pytest.mark.parametrize("terminal", [True, False])
def test_a_long_look_says_where_it_is_on_a_terminal_alone(account: Account, *, terminal: bool) -> None:
    """And wipes it off again; what is piped has nothing of it."""
    file = account.file("orders", account.stack("orders", 0))
    ours, theirs = pty.openpty()
    call = [
        sys.executable,
        "-c",
        "from apigw_client_cert.cli.program import main; main()",
        "status",
        "--live",
        "--json",
    ]
    done = subprocess.run(
        [*call, "--endpoint-url", account.sandbox.endpoint_url, file],
        stdout=subprocess.PIPE,
        stderr=theirs if terminal else subprocess.PIPE,
        check=False,
    )
    os.close(theirs)
    told(Answer(done.returncode, done.stdout.decode(), ""))
    said = os.read(ours, 65536).decode() if terminal else done.stderr.decode()
    os.close(ours)
    assert ("eu-west-1: scanning stages: API 1 of 2" in said) is terminal
    assert said.endswith("\r\x1b[K") if terminal else said == ""


def test_no_state_is_asked_of_aws_alone(account: Account) -> None:
    """And the options that say how belong to ``--live``."""
    assert "--no-state asks AWS alone" in account.command("status", "--no-state").err
    assert "--no-state asks AWS alone" in account.command("status", "--live", "--no-state", "state.json").err
    assert "belong to --live" in account.command("status", "--region", "eu-west-1", "state.json").err
