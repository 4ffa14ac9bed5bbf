"""What a person does behind the API's back: seeded, changed, and marked in the journal."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from apigw_sandbox.api_errors import ApiError, BadRequest, Conflict, NotFound

if TYPE_CHECKING:
    from apigw_sandbox import Sandbox


def test_a_seeded_rest_api_is_whole(sandbox: Sandbox, rest: Any) -> None:
    """A method, an HTTP integration, a deployment, stages on it: valid to AWS, and to a data plane later."""
    api = sandbox.console.create_rest_api("orders", ["dev", "prod"], backend_url="https://backend.example.com/orders")
    assert rest.get_rest_api(restApiId=api)["name"] == "orders"
    (resource,) = rest.get_resources(restApiId=api)["items"]
    integration = rest.get_integration(restApiId=api, resourceId=resource["id"], httpMethod="GET")
    assert (integration["type"], integration["uri"]) == ("HTTP_PROXY", "https://backend.example.com/orders")
    deployments = {one["id"] for one in rest.get_deployments(restApiId=api)["items"]}
    assert {stage["deploymentId"] for stage in rest.get_stages(restApiId=api)["item"]} == deployments
    assert [str(stage) for stage in sandbox.stages()] == [f"{api}/dev", f"{api}/prod"]


def test_a_seeded_websocket_api_is_whole(sandbox: Sandbox, websocket: Any) -> None:
    """Protocol and stages; both kinds are listed."""
    chat = sandbox.console.create_websocket_api("chat", ["live"])
    assert websocket.get_api(ApiId=chat)["ProtocolType"] == "WEBSOCKET"
    assert [(stage.kind, stage.api_id, stage.stage_name) for stage in sandbox.stages()] == [("WEBSOCKET", chat, "live")]


def test_everything_is_marked_in_the_journal_and_counts_as_no_call(sandbox: Sandbox) -> None:
    """In the order done, with AWS's names."""
    hand = sandbox.console
    api = hand.create_rest_api("orders", ["dev"])
    chat = hand.create_websocket_api("chat", ["live"])
    made = hand.generate_certificate()
    hand.set_tags(made, {"a": "b"})
    hand.bind(api, "dev", made)
    hand.bind(chat, "live", made)
    hand.bind(chat, "live", None)
    hand.delete_certificate(made)
    hand.delete_stage(api, "dev")
    hand.delete_stage(chat, "live")
    hand.delete_api(api)
    hand.delete_api(chat)
    entries = sandbox.journal.entries()
    assert all(entry.console and entry.succeeded and entry.mutates for entry in entries)
    assert sandbox.journal.calls() == ()
    assert [(entry.service, entry.action, entry.resource) for entry in entries] == [
        ("apigateway", "CreateRestApi", api),
        ("apigateway", "CreateStage", f"{api}/dev"),
        ("apigatewayv2", "CreateApi", chat),
        ("apigatewayv2", "CreateStage", f"{chat}/live"),
        ("apigateway", "GenerateClientCertificate", made),
        ("apigateway", "TagResource", made),
        ("apigateway", "UpdateStage", f"{api}/dev"),
        ("apigatewayv2", "UpdateStage", f"{chat}/live"),
        ("apigatewayv2", "UpdateStage", f"{chat}/live"),
        ("apigateway", "DeleteClientCertificate", made),
        ("apigateway", "DeleteStage", f"{api}/dev"),
        ("apigatewayv2", "DeleteStage", f"{chat}/live"),
        ("apigateway", "DeleteRestApi", api),
        ("apigatewayv2", "DeleteApi", chat),
    ]
    assert [entry.patch for entry in entries if entry.patch] == [
        {"/clientCertificateId": made},
        {"/clientCertificateId": made},
        {"/clientCertificateId": ""},
    ]
    assert (sandbox.stages(), sandbox.certificates()) == ((), ())


def test_a_hand_mints_with_any_dates_and_beyond_the_quota(sandbox: Sandbox, rest: Any) -> None:
    """An expired certificate, for the tests that need one."""
    sandbox.change(certificate_quota=0)
    start = datetime(2020, 1, 23, 5, 42, 57, tzinfo=timezone.utc)
    made = sandbox.console.generate_certificate(
        description="old", tags={"a": "b"}, not_before=start, validity=timedelta(hours=1)
    )
    found = rest.get_client_certificate(clientCertificateId=made)
    assert (found["createdDate"], found["expirationDate"]) == (start, start + timedelta(hours=1))
    assert (found["description"], found["tags"]) == ("old", {"a": "b"})


def test_a_hand_sets_exactly_these_tags(sandbox: Sandbox, rest: Any) -> None:
    """As when somebody removed ours."""
    made = sandbox.console.generate_certificate(tags={"ours": "1"})
    sandbox.console.set_tags(made, {})
    assert "tags" not in rest.get_client_certificate(clientCertificateId=made)


def test_a_hand_cannot_do_the_impossible_and_leaves_no_trace_of_it(sandbox: Sandbox, rest: Any) -> None:
    """Unknown things are refused, and not journalled as done."""
    hand = sandbox.console
    api = hand.create_rest_api("orders", ["dev"])
    bare = rest.create_rest_api(name="bare")["id"]
    count = len(sandbox.journal.entries())
    impossible: list[tuple[type[ApiError], Any, tuple[str, ...]]] = [
        (NotFound, hand.bind, (api, "dev", "nobody")),
        (NotFound, hand.bind, (api, "nobody", "")),
        (NotFound, hand.bind, ("nobody", "dev", "")),
        (NotFound, hand.delete_stage, (api, "nobody")),
        (NotFound, hand.delete_api, ("nobody",)),
        (NotFound, hand.delete_certificate, ("nobody",)),
        (Conflict, hand.create_stage, (api, "dev")),
        (BadRequest, hand.create_stage, (bare, "dev")),
    ]
    for error, operation, arguments in impossible:
        with pytest.raises(error):
            operation(*arguments)
    with pytest.raises(BadRequest):
        hand.generate_certificate(tags={"aws:x": "y"})
    assert len(sandbox.journal.entries()) == count
