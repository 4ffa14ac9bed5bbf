"""The journal: every call, in the order of effect."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from apigw_sandbox.clock import wall_now
from apigw_sandbox.journal import is_mutating
from tests.sandbox.wire import certificate_arn, raw, refused, replace

if TYPE_CHECKING:
    from apigw_sandbox import Sandbox


def _lines(sandbox: Sandbox) -> list[tuple[str, str, str, int, bool]]:
    return [(one.service, one.action, one.resource, one.status, one.mutates) for one in sandbox.journal.calls()]


def test_the_life_of_a_certificate_reads_as_it_happened(sandbox: Sandbox, rest: Any) -> None:
    """Names, resources, statuses, mutation; refused calls included."""
    api = sandbox.console.create_rest_api("orders", ["dev"])
    made = rest.generate_client_certificate()["clientCertificateId"]
    rest.get_client_certificates()
    rest.tag_resource(resourceArn=certificate_arn(made), tags={"a": "b"})
    rest.update_stage(restApiId=api, stageName="dev", patchOperations=[replace("/clientCertificateId", made)])
    rest.get_stage(restApiId=api, stageName="dev")
    with refused("BadRequestException", 400):
        rest.delete_client_certificate(clientCertificateId=made)
    assert _lines(sandbox) == [
        ("apigateway", "GenerateClientCertificate", made, 201, True),
        ("apigateway", "GetClientCertificates", "", 200, False),
        ("apigateway", "TagResource", made, 204, True),
        ("apigateway", "UpdateStage", f"{api}/dev", 200, True),
        ("apigateway", "GetStage", f"{api}/dev", 200, False),
        ("apigateway", "DeleteClientCertificate", made, 400, True),
    ]
    last = sandbox.journal.entries()[-1]
    assert (last.error, last.succeeded, last.region) == ("BadRequestException", False, "us-east-1")


def test_update_stage_carries_what_it_asked_for(sandbox: Sandbox, rest: Any, websocket: Any) -> None:
    """Path to value, None for a removal; version 2's members appear as paths."""
    api = sandbox.console.create_rest_api("orders", ["dev"])
    chat = sandbox.console.create_websocket_api("chat", ["live"])
    made = rest.generate_client_certificate()["clientCertificateId"]
    operations = [
        replace("/clientCertificateId", made),
        replace("/variables/a", "1"),
        {"op": "remove", "path": "/variables/b"},
    ]
    rest.update_stage(restApiId=api, stageName="dev", patchOperations=operations)
    websocket.update_stage(ApiId=chat, StageName="live", ClientCertificateId=made, AutoDeploy=False)
    rest_entry, websocket_entry = sandbox.journal.calls("UpdateStage")
    assert rest_entry.patch == {"/clientCertificateId": made, "/variables/a": "1", "/variables/b": None}
    assert (websocket_entry.service, websocket_entry.resource) == ("apigatewayv2", f"{chat}/live")
    assert websocket_entry.patch == {"/clientCertificateId": made, "/autoDeploy": "False"}
    assert {entry.action for entry in sandbox.journal.entries() if entry.patch} == {"UpdateStage"}


@pytest.mark.parametrize(
    "body", [{"patchOperations": "x"}, {"patchOperations": [1, {"op": "replace"}]}, {}, [1], b"\xff"]
)
def test_a_malformed_patch_is_journalled_without_one(sandbox: Sandbox, body: object) -> None:
    """The journal never fails on what the API refuses."""
    raw(sandbox.endpoint_url, "PATCH", "/restapis/x/stages/dev", body)
    (entry,) = sandbox.journal.entries()
    assert (entry.action, entry.resource, entry.patch, entry.succeeded) == ("UpdateStage", "x/dev", {}, False)


def test_a_tagged_resource_goes_by_its_short_name(sandbox: Sandbox) -> None:
    """Certificate id, ``api/stage``, API id; what is no ARN of these stays as it came."""
    arns = ("clientcertificates/abc123", "restapis/api/stages/dev", "restapis/api", "vpclinks/x")
    for arn in arns:
        raw(sandbox.endpoint_url, "GET", f"/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2F{arn.replace('/', '%2F')}")
    names = [entry.resource for entry in sandbox.journal.entries()]
    assert names == ["abc123", "api/dev", "api", "arn:aws:apigateway:us-east-1::/vpclinks/x"]


def test_new_resources_are_named_by_their_new_ids(sandbox: Sandbox, rest: Any, websocket: Any) -> None:
    """What the answer says, and for stages and deployments what the body says."""
    api = rest.create_rest_api(name="orders")["id"]
    chat = websocket.create_api(Name="chat", ProtocolType="WEBSOCKET", RouteSelectionExpression="$r")["ApiId"]
    websocket.create_stage(ApiId=chat, StageName="live")
    with refused("BadRequestException", 400):
        rest.create_deployment(restApiId=api, stageName="dev")
    with refused("BadRequestException", 400):
        rest.create_deployment(restApiId=api)
    rest.get_rest_api(restApiId=api)
    assert [entry.resource for entry in sandbox.journal.calls()] == [api, chat, f"{chat}/live", f"{api}/dev", api, api]


def test_the_other_services_are_journalled_with_their_resources(sandbox: Sandbox) -> None:
    """SSM, S3, Secrets Manager, STS at the same endpoint."""
    ssm, s3, secrets = (sandbox.client(service) for service in ("ssm", "s3", "secretsmanager"))
    ssm.put_parameter(Name="/orders/pins", Value="x", Type="String")
    assert ssm.get_parameter(Name="/orders/pins")["Parameter"]["Value"] == "x"
    ssm.get_parameters(Names=["/orders/pins", "/b"])
    ssm.get_parameters_by_path(Path="/orders")
    s3.create_bucket(Bucket="trust")
    s3.put_object(Bucket="trust", Key="orders/bundle.pem", Body=b"pem")
    assert s3.get_object(Bucket="trust", Key="orders/bundle.pem")["Body"].read() == b"pem"
    s3.head_object(Bucket="trust", Key="orders/bundle.pem")
    s3.list_objects_v2(Bucket="trust")
    secrets.create_secret(Name="orders", SecretString="x")
    assert secrets.get_secret_value(SecretId="orders")["SecretString"] == "x"
    assert sandbox.client("sts").get_caller_identity()["Account"] == "123456789012"
    assert _lines(sandbox) == [
        ("ssm", "PutParameter", "/orders/pins", 200, True),
        ("ssm", "GetParameter", "/orders/pins", 200, False),
        ("ssm", "GetParameters", "/orders/pins,/b", 200, False),
        ("ssm", "GetParametersByPath", "/orders", 200, False),
        ("s3", "CreateBucket", "trust", 200, True),
        ("s3", "PutObject", "trust/orders/bundle.pem", 200, True),
        ("s3", "GetObject", "trust/orders/bundle.pem", 200, False),
        ("s3", "HeadObject", "trust/orders/bundle.pem", 200, False),
        ("s3", "ListObjectsV2", "trust", 200, False),
        ("secretsmanager", "CreateSecret", "orders", 200, True),
        ("secretsmanager", "GetSecretValue", "orders", 200, False),
        ("sts", "GetCallerIdentity", "", 200, False),
    ]


def test_a_missing_object_is_404_for_head_and_get(sandbox: Sandbox) -> None:
    """S3's own error shapes pass through."""
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="trust")
    with refused("404", 404):
        s3.head_object(Bucket="trust", Key="nothing")
    with refused("NoSuchKey", 404):
        s3.get_object(Bucket="trust", Key="nothing")
    assert [entry.status for entry in sandbox.journal.calls()] == [200, 404, 404]


def test_both_times_are_recorded(sandbox: Sandbox, rest: Any) -> None:
    """The sandbox's and the machine's."""
    future = datetime(2031, 5, 6, tzinfo=timezone.utc)
    sandbox.clock.freeze()
    sandbox.clock.set(future)
    before = wall_now()
    rest.get_client_certificates()
    (entry,) = sandbox.journal.entries()
    assert entry.at == future
    assert before <= entry.wall <= before + timedelta(minutes=10)
    assert entry.to_json()["at"] == "2031-05-06T00:00:00.000Z"


def test_entries_can_be_narrowed_and_followed(sandbox: Sandbox, rest: Any) -> None:
    """By action, service, mutation, success, and since a bookmark; numbers go on after clear."""
    rest.generate_client_certificate()
    sandbox.client("sts").get_caller_identity()
    mark = sandbox.journal.last_number
    with refused("NotFoundException", 404):
        rest.delete_client_certificate(clientCertificateId="nobody")
    journal = sandbox.journal
    assert journal.actions() == ("GenerateClientCertificate", "GetCallerIdentity", "DeleteClientCertificate")
    assert journal.actions(mutating=True, since=mark) == ("DeleteClientCertificate",)
    assert [entry.action for entry in journal.calls(service="sts")] == ["GetCallerIdentity"]
    assert [entry.action for entry in journal.calls(mutating=True, succeeded=True)] == ["GenerateClientCertificate"]
    assert journal.calls("GetStage") == ()
    journal.clear()
    assert journal.entries() == ()
    rest.get_client_certificates()
    assert [entry.number for entry in journal.entries()] == [mark + 2]


def test_an_unrecognised_request_is_journalled_as_such(sandbox: Sandbox) -> None:
    """With its method and path, so that a wrong client can be found."""
    raw(sandbox.endpoint_url, "GET", "/nonsense")
    (entry,) = sandbox.journal.entries()
    assert (entry.service, entry.action, entry.error) == ("unknown", "GET /nonsense", "UnknownOperationException")


def test_management_is_not_journalled(sandbox: Sandbox) -> None:
    """Looking at the sandbox is no call of AWS."""
    raw(sandbox.endpoint_url, "GET", "/_sandbox/journal", service=None)
    assert sandbox.journal.entries() == ()


def test_calls_from_many_threads_are_numbered_in_the_order_of_effect(sandbox: Sandbox) -> None:
    """The certificates' order in the list is the order of their entries, without gap or double."""
    clients = [sandbox.client("apigateway") for _ in range(4)]
    failures: list[BaseException] = []

    def work(client: Any) -> None:
        try:
            for _ in range(5):
                client.generate_client_certificate()
        except BaseException as error:  # noqa: BLE001 - a thread's failure must reach the test
            failures.append(error)

    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    entries = sandbox.journal.calls("GenerateClientCertificate")
    assert [entry.resource for entry in entries] == [one.id for one in sandbox.certificates()]
    first = entries[0].number
    assert [entry.number for entry in entries] == list(range(first, first + 20))


@pytest.mark.parametrize(
    ("service", "action", "mutating"),
    [
        ("apigateway", "GenerateClientCertificate", True),
        ("apigateway", "TestInvokeMethod", False),
        ("ssm", "DescribeParameters", False),
        ("ssm", "LabelParameterVersion", True),
        ("secretsmanager", "BatchGetSecretValue", False),
        ("s3", "DeleteObjects", True),
        ("sts", "AssumeRole", False),
    ],
)
def test_what_mutates_is_told_by_the_actions_name(service: str, action: str, mutating: bool) -> None:  # noqa: FBT001 - an expectation
    """Reads begin with Get, List, Describe, Head, BatchGet; STS changes nothing."""
    assert is_mutating(service, action) is mutating
