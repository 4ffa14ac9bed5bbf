"""``sweep`` at the sandbox: orphans of ours and nothing else, and nothing at all where anything could not be read."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert.cli import pulumi_cli
from apigw_client_cert.gateway.certificates import ROTATION_ID_TAG
from apigw_sandbox import Fault, FaultKind
from tests.cli.accounts import exported
from tests.cli.test_status import described

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.accounts import Account
    from tests.cli.conftest import Answer
    from tests.contract.whole_stack import WholeStack

ALL = "--these-are-all-states"


def told(answer: Answer) -> dict[str, Any]:
    """The document, which its schema describes."""
    document: dict[str, Any] = json.loads(answer.out)
    described("sweep").validate(document)
    assert document["exitStatus"] == answer.code
    return document


def verdicts(answer: Answer) -> dict[str, tuple[str, str]]:
    """Of each certificate, and why."""
    return {one["id"]: (one["verdict"], one["reason"]) for one in told(answer)["certificates"]}


def left_behind(account: Account, rotation: str = "rotationgone", *, age: float = 3, **tags: str) -> str:
    """A certificate that some run made and no state has recorded."""
    named = {f"apigw-client-cert:{key}": value for key, value in {"project": "old", "stack": "prod", **tags}.items()}
    return account.sandbox.console.generate_certificate(
        tags={ROTATION_ID_TAG: rotation, **named}, not_before=account.sandbox.clock.now() - timedelta(days=age)
    )


def present(account: Account, certificate: str, *, websocket: bool = False) -> None:
    """Some stage of nobody's presents it."""
    hand = account.sandbox.console
    api = (hand.create_websocket_api if websocket else hand.create_rest_api)("theirs", ["prod"])
    hand.bind(api, "prod", certificate)


def deleted(account: Account, since: int) -> list[str]:
    """What was deleted since then, and that nothing else was changed or tried."""
    changed = account.changing_calls(since)
    assert {action for action, _resource in changed} <= {"DeleteClientCertificate"}
    return [resource for _action, resource in changed]


def mid_rotation(account: Account) -> tuple[str, WholeStack]:
    """A stack with an active and a previous certificate; the days go on to the next one."""
    stack = account.stack("orders", 0, 1, 336, 337, 338)
    return account.file("orders", stack), stack


def test_orphans_alone_are_deleted_and_each_reason_is_said(account: Account) -> None:
    """Dry first: the same verdicts, and no changing call (invariant 4)."""
    file, _stack = mid_rotation(account)
    in_state = {one.id for one in account.sandbox.certificates()}
    orphans = {left_behind(account), left_behind(account, "rotationlost")}
    young, used, on_websocket = left_behind(account, age=0.9), left_behind(account, "r2"), left_behind(account, "r3")
    sibling, foreign = left_behind(account, "r3"), account.sandbox.console.generate_certificate()
    of_cloudformation = left_behind(account, "r4")
    # No hand can give such a tag.
    next(one for one in account.sandbox.certificates() if one.id == of_cloudformation).tags["aws:x"] = "theirs"
    present(account, used)
    present(account, on_websocket, websocket=True)
    since = account.sandbox.journal.last_number
    dry = account("sweep", "--json", ALL, file)
    assert len(in_state) == 2
    assert verdicts(dry) == {
        **dict.fromkeys(in_state, ("keep", "in-state")),
        **dict.fromkeys(orphans, ("delete", "orphan")),
        young: ("keep", "young"),
        **dict.fromkeys((used, on_websocket), ("keep", "presented")),
        sibling: ("keep", "rotation-alive"),
        **dict.fromkeys((foreign, of_cloudformation), ("keep", "foreign")),
    }
    assert (dry.code, deleted(account, since)) == (2, [])
    assert "old/prod, as its tags say" in " ".join(account("sweep", ALL, file).out.split())
    wet = account("sweep", "--json", "--apply", ALL, file)
    assert {one for one, what in verdicts(wet).items() if what == ("deleted", "orphan")} == orphans
    assert (wet.code, set(deleted(account, since))) == (0, orphans)
    assert all(f"{one}: made for old/prod" in wet.err for one in orphans)
    assert account("sweep", ALL, file).code == 0


def test_what_any_state_names_anywhere_is_kept(account: Account) -> None:
    """As another's by now, in a resource that is no longer to be, and by its rotation alone (invariant 4)."""
    stack = account.stack("orders", 0)
    adopted, pending, same = left_behind(account), left_behind(account, "r2"), left_behind(account, "rotationorders")
    file = account.file("orders", stack, adoptedElsewhereClientCertificateIds=[adopted])
    other = {
        "version": 3,
        "deployment": {
            "manifest": {"time": "2026-01-01T00:00:00Z"},
            "resources": [
                {"urn": "urn:pulumi:dev::other::aws:apigateway/stage:Stage::s", "type": "aws:apigateway/stage:Stage"}
            ],
            "pending_operations": [{"resource": {"inputs": {"rotationId": "r2"}}, "type": "creating"}],
        },
    }
    found = verdicts(account("sweep", "--json", ALL, file, account.command.file(json.dumps(other).encode())))
    assert {found[one] for one in (adopted, pending, same)} == {("keep", "in-state")}


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        (lambda _account: ["--json"], "these may not be all states"),
        (lambda account: ["--json", ALL, account.command.file(b"{}")], "could be read"),
        (lambda account: ["--json", ALL, account.command.file(b"[", "broken.json")], "could be read"),
        (lambda _account: ["--json", ALL, "gone.json"], "could be read"),
        (lambda _account: ["--json", ALL, "--profile", "nobody"], "could be read"),
    ],
    ids=["files", "no-state", "no-json", "no-file", "no-credentials"],
)
def test_it_is_refused_where_not_all_was_read(
    account: Account, trouble: Callable[[Account], list[str]], why: str
) -> None:
    """With ``--apply`` too: nothing is judged, nothing is deleted."""
    file = account.file("orders", account.stack("orders", 0))
    left_behind(account)
    since = account.sandbox.journal.last_number
    for more in ([], ["--apply"]):
        document = told(account("sweep", *trouble(account), *more, file))
        assert (document["exitStatus"], document["certificates"]) == (4, [])
        assert why in document["refused"][0]
    assert deleted(account, since) == []


@pytest.mark.parametrize("action", ["GetClientCertificates", "GetRestApis", "GetApis", "GetStages"])
@pytest.mark.parametrize("kind", [FaultKind.ACCESS_DENIED, FaultKind.THROTTLE])
def test_it_is_refused_where_a_look_is(account: Account, action: str, kind: FaultKind) -> None:
    """A stage that was not seen may present it (invariant 3)."""
    file = account.file("orders", account.stack("orders", 0))
    left_behind(account)
    since = account.sandbox.journal.last_number
    patience = 900.0 if kind is FaultKind.THROTTLE else None
    account.sandbox.faults.add(Fault(kind=kind, action=action, seconds=patience))
    document = told(account("sweep", "--json", "--apply", ALL, file))
    assert (document["exitStatus"], document["certificates"], deleted(account, since)) == (4, [], [])


def test_what_becomes_presented_after_the_first_look_is_kept(account: Account) -> None:
    """The look before the deletion finds it."""
    file = account.file("orders", account.stack("orders", 0))
    orphan, other = sorted((left_behind(account), left_behind(account, "r2")))
    since = account.sandbox.journal.last_number
    fault = Fault(
        kind=FaultKind.CALL_BACK,
        action="GetClientCertificate",
        resource=orphan,
        calls=(1,),
        callback=lambda _moment: present(account, orphan),
    )
    account.sandbox.faults.add(fault)
    answer = account("sweep", "--json", "--apply", ALL, file)
    found = verdicts(answer)
    assert (found[orphan], found[other]) == (("keep", "presented"), ("deleted", "orphan"))
    assert (answer.code, deleted(account, since)) == (0, [other])


def test_what_another_rotation_adopts_meanwhile_is_kept(account: Account) -> None:
    """Its tag says so."""
    file, orphan = account.file("orders", account.stack("orders", 0)), left_behind(account)
    since = account.sandbox.journal.last_number
    fault = Fault(
        kind=FaultKind.CALL_BACK,
        action="GetStages",
        calls=(1,),
        callback=lambda _moment: account.sandbox.console.set_tags(orphan, {ROTATION_ID_TAG: "adopter"}),
    )
    account.sandbox.faults.add(fault)
    answer = account("sweep", "--json", "--apply", ALL, file)
    assert verdicts(answer)[orphan] == ("keep", "changed")
    assert (answer.code, deleted(account, since)) == (0, [])


def test_a_second_look_that_fails_ends_the_sweep(account: Account) -> None:
    """With what was not come to as it was."""
    file = account.file("orders", account.stack("orders", 0))
    first, second = sorted((left_behind(account), left_behind(account, "r2")))
    since = account.sandbox.journal.last_number
    # One scan reads the stages of two APIs, by a call for each family.
    account.sandbox.faults.add(Fault(kind=FaultKind.ACCESS_DENIED, action="GetApis", calls=range(2, 99)))
    answer = account("sweep", "--json", "--apply", ALL, file)
    found = verdicts(answer)
    assert (found[first], found[second]) == (("failed", "failed"), ("delete", "orphan"))
    assert (answer.code, deleted(account, since)) == (4, [])


def test_a_deletion_that_is_denied_or_lost_is_said(account: Account) -> None:
    """Gone already is no failure; a denial is one."""
    file, orphan = account.file("orders", account.stack("orders", 0)), left_behind(account)
    account.sandbox.faults.add(Fault(kind=FaultKind.ACCESS_DENIED, action="DeleteClientCertificate", calls=(1,)))
    denied = account("sweep", "--apply", ALL, file)
    assert (denied.code, "Deleted: 0, failed: 1." in denied.out) == (4, True)
    account.sandbox.faults.clear()
    account.sandbox.faults.add(Fault(kind=FaultKind.LOST_ANSWER, action="DeleteClientCertificate", calls=(1,)))
    assert account("sweep", "--apply", ALL, file).code == 0
    assert orphan not in {one.id for one in account.sandbox.certificates()}


def test_all_stacks_of_a_backend_that_has_none_of_the_account_are_refused(account: Account) -> None:
    """Whoever is logged in elsewhere would find everything orphaned."""
    billing = account.stack("billing", 0)
    here, elsewhere = exported("billing", billing), exported("billing", billing, accountId="9" * 12)
    orphan = left_behind(account)
    backend: list[bytes] = []

    def call(*arguments: str) -> bytes:
        return json.dumps([{"name": "organization/billing/prod"}]).encode() if "ls" in arguments else backend[-1]

    account.patch.setattr(pulumi_cli, "_call", call)
    backend.append(elsewhere)
    refused = told(account("sweep", "--json", "--all-stacks"))["refused"]
    assert "pulumi may be logged in to another backend" in refused[0]
    backend.append(here)
    answer = account("sweep", "--json", "--all-stacks")
    assert (answer.code, verdicts(answer)[orphan]) == (2, ("delete", "orphan"))
    narrowed = told(account("sweep", "--json", "--all-stacks", "--project", "billing"))
    assert "these may not be all states" in narrowed["refused"][0]


def test_a_made_up_clock_deletes_nothing_at_aws(account: Account) -> None:
    """A certificate of yesterday would be older than a day."""
    file = account.file("orders", account.stack("orders", 0))
    orphan = left_behind(account)
    account.patch.setattr("apigw_client_cert.gateway.reach.stays_on_this_machine", lambda _connection: False)
    answer = account("sweep", "--apply", ALL, file)
    assert (answer.code, "APIGW_CLIENT_CERT_NOW is set" in answer.err) == (4, True)
    assert orphan in {one.id for one in account.sandbox.certificates()}
