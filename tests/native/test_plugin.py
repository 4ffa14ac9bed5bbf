"""What is the plugin's own: partial state, cancel, configuration, the protocol."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import grpc  # type: ignore[import-untyped]  # grpcio ships no types
import pytest
from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]  # protobuf ships no types
from pulumi.runtime.proto import plugin_pb2, provider_pb2

from apigw_client_cert import clock, errors
from apigw_client_cert.gateway.wait_limit import current
from apigw_client_cert.lifecycle.inputs import UNKNOWN
from apigw_client_cert.native.engine import WARNING
from apigw_client_cert.native.structs import struct_of
from tests.doubles.fake_gateway import FakeGateway
from tests.lifecycle.conftest import API, FakeRun
from tests.native.fake_engine import fake_engine
from tests.native.plugin_client import PluginClient, PluginError, plugin

if TYPE_CHECKING:
    from apigw_client_cert.gateway.interface import StageKind, StageRef

LOST = errors.OutcomeUnknown("No answer came", means="It may have happened.", remedy="Run again.")
DENIED = errors.AccessDenied("Denied", means="Nothing.", remedy="Grant it.")


@pytest.fixture
def run(run: FakeRun) -> FakeRun:
    """An account on day 0 with everything bound."""
    run.up()
    return run


def test_a_switch_whose_answer_was_lost_is_in_state(run: FakeRun, client: PluginClient) -> None:
    """The stage was looked at after the failure; the next run has nothing to move."""
    run.rotate_to("published")
    run.at(337)
    run.certificate()
    run.bundle()
    news = {**run.inputs["dev"], "clientCertificateId": run.state["certificate"]["clientCertificateId"]}
    run.gateway.fail_next("bind", LOST, after_effect=True)
    with pytest.raises(PluginError, match="No answer came") as failed:
        client.update("StageBinding", run.state["dev"], news)
    partial = failed.value.partial
    assert partial is not None
    assert partial.state["presentedClientCertificateId"] == news["clientCertificateId"]
    assert partial.reasons == [failed.value.message]


def test_a_first_binding_whose_answer_was_lost_is_in_state(run: FakeRun, client: PluginClient) -> None:
    """So a destroy clears the stage."""
    stage = run.gateway.add_stage(API, "new")
    run.gateway.fail_next("bind", LOST, after_effect=True)
    news = {**run.inputs["dev"], "stageName": "new"}
    with pytest.raises(PluginError) as failed:
        client.create("StageBinding", news)
    partial = failed.value.partial
    assert partial is not None
    assert (partial.id, partial.inputs) == (str(stage), news)
    client.delete("StageBinding", partial.state)
    assert run.gateway.stages[stage].client_certificate_id is None


def test_an_update_that_failed_half_way_is_known_as_unfinished(run: FakeRun, client: PluginClient) -> None:
    """AWS refuses in the middle of new tags: the state before, with the failure; no second certificate is ever made."""
    run.gateway.fail_next("untag", DENIED)
    olds = {**run.state["certificate"], "tags": {"team": "a"}}
    with pytest.raises(PluginError, match="Denied") as failed:
        client.update("RotatingClientCertificate", olds, {**run.inputs["certificate"], "tags": {"other": "a"}})
    partial = failed.value.partial
    assert partial is not None
    assert partial.state["generations"] == olds["generations"]


def test_a_failure_before_anything_changed_leaves_the_state_alone(run: FakeRun, client: PluginClient) -> None:
    """A refusal is a plain error."""
    run.gateway.fail_next("presented", DENIED)
    with pytest.raises(PluginError, match=r"^Denied\. Nothing\. Grant it\.$") as failed:
        client.update("StageBinding", run.state["dev"], run.inputs["dev"])
    assert failed.value.partial is None


def test_the_plugins_checks_are_those_of_the_dynamic_provider(client: PluginClient) -> None:
    """What AWS takes passes, and a parameter without room for the successors is refused."""
    tags = {"Owner": "platform@example.com", "Cost Center": "4711", "Team": "Bestellungen-K\u00f6ln"}
    made = {"name": "orders", "region": "eusc-de-east-1", "tags": tags}
    assert client.check("RotatingClientCertificate", {}, made)[1] == {}
    rotations = [{"rotationId": f"r{number}", "generations": UNKNOWN} for number in range(4)]
    access_point = {"type": "s3", "bucket": "arn:aws:s3:eu-west-1:123456789012:accesspoint/a", "key": "ca.pem"}
    full = {"name": "ca", "rotations": rotations, "targets": [access_point, {"type": "ssm", "name": "/ca"}]}
    _inputs, failures = client.check("TrustBundle", {}, full)
    assert list(failures) == ["targets"]
    assert "entry 2: 4280 bytes with the certificates of today, and 8560 during a rotation" in failures["targets"]


def test_a_bundle_that_wrote_only_one_target_is_written_again(run: FakeRun, client: PluginClient) -> None:
    """The state says which target does not hold what it should."""
    run.target({"path": "more.txt"}).fail_next("write", DENIED)
    news = {**run.inputs["bundle"], "targets": [{"type": "file", "path": path} for path in ("new.txt", "more.txt")]}
    with pytest.raises(PluginError, match="Denied") as failed:
        client.update("TrustBundle", run.state["bundle"], news)
    partial = failed.value.partial
    assert partial is not None
    changes = client.diff("TrustBundle", partial.state, news)
    assert changes.changes == changes.DIFF_SOME


def test_after_cancel_nothing_is_begun(run: FakeRun, client: PluginClient) -> None:
    """Not even a look; the message says that the next run goes on."""
    client.cancel()
    before = len(run.gateway.calls)
    with pytest.raises(PluginError, match="cancelled"):
        client.update("StageBinding", run.state["dev"], run.inputs["dev"])
    assert len(run.gateway.calls) == before


def test_an_unexpected_error_is_one_clean_line(run: FakeRun, client: PluginClient) -> None:
    """No traceback, no "Exception calling application", no PEM."""
    run.gateway.fail_next("presented", ValueError("two\nlines -----BEGIN CERTIFICATE-----\nMII"))
    with pytest.raises(PluginError) as failed:
        client.update("StageBinding", run.state["dev"], run.inputs["dev"])
    assert "ValueError" in failed.value.message
    for never in ("Traceback", "Exception calling", "BEGIN", "\n"):
        assert never not in failed.value.message


def test_configuration_becomes_inputs_and_changes_with_it(run: FakeRun) -> None:
    """Policy durations of the provider are those of its resources, unless they say otherwise."""
    with plugin(run.environment, {"overlap": "4d", "publishLead": "48h", "version": "1"}) as client:
        inputs, failures = client.check("RotatingClientCertificate", {}, {"publishLead": "36h"})
    assert failures == {}
    assert inputs.pop("owner").startswith("urn:pulumi:dev::p::")
    assert inputs == {"name": "orders", "project": "p", "stack": "dev", "overlap": "4d", "publishLead": "36h"}


def test_a_misspelt_property_is_refused_with_the_right_one(client: PluginClient) -> None:
    """A duration that nobody reads would not be kept."""
    _inputs, failures = client.check("RotatingClientCertificate", {}, {"rotatebefore": "30d", "xyz": 1})
    assert "did you mean rotateBefore" in failures["rotatebefore"]
    assert set(failures) == {"rotatebefore", "xyz"}


def test_a_quiet_diff_is_none_and_a_due_one_has_every_property(run: FakeRun, client: PluginClient) -> None:
    """On day 336 the pending certificate appears, and the active one stays."""
    run.at(100)
    quiet = client.diff("RotatingClientCertificate", run.state["certificate"], run.inputs["certificate"])
    assert (quiet.changes, list(quiet.diffs)) == (quiet.DIFF_NONE, [])
    run.at(336)
    due = client.diff("RotatingClientCertificate", run.state["certificate"], run.inputs["certificate"])
    assert (due.changes, due.hasDetailedDiff) == (due.DIFF_SOME, True)
    assert due.detailedDiff["pendingClientCertificateId"].kind == provider_pb2.PropertyDiff.ADD
    assert "clientCertificateId" not in due.diffs
    assert sorted(due.diffs) == sorted(due.detailedDiff)


def test_another_stage_replaces_the_binding(run: FakeRun, client: PluginClient) -> None:
    """Only the property that does it is shown."""
    found = client.diff("StageBinding", run.state["dev"], {**run.inputs["dev"], "stageName": "other"})
    assert list(found.replaces) == list(found.diffs) == ["stageName"]
    assert found.detailedDiff["stageName"].kind == provider_pb2.PropertyDiff.UPDATE_REPLACE


def test_a_preview_asks_nothing_of_aws(run: FakeRun, client: PluginClient) -> None:
    """Neither a creation nor an update, with a step due."""
    run.at(336)
    before = len(run.gateway.calls)
    created = client.create("RotatingClientCertificate", run.inputs["certificate"], preview=True)
    updated = client.update(
        "RotatingClientCertificate", run.state["certificate"], run.inputs["certificate"], preview=True
    )
    assert (created[0], created[1]["clientCertificateId"]) == ("", UNKNOWN)
    assert updated["clientCertificateId"] == run.state["certificate"]["clientCertificateId"]
    assert len(run.gateway.calls) == before


def test_what_is_not_offered_says_so(client: PluginClient) -> None:
    """A component and a function of another release by their names; DiffConfig with the protocol's own word."""
    stub, other = client.stub, "apigw-client-cert:index:Other"
    calls: list[tuple[Any, Any, str]] = [
        (stub.Construct, provider_pb2.ConstructRequest(type=other), "no component 'apigw-client-cert:index:Other'"),
        (stub.Invoke, provider_pb2.InvokeRequest(tok=other), "no function 'apigw-client-cert:index:Other'"),
        (stub.DiffConfig, provider_pb2.DiffRequest(), ""),
    ]
    for method, request, said in calls:
        with pytest.raises(grpc.RpcError) as failed:
            method(request)
        assert said in failed.value.details()
    assert failed.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_functions_answer_from_their_arguments_and_the_clock(run: FakeRun, client: PluginClient) -> None:
    """What the certificate of day 0 will do, and what a backend needs now; AWS is not asked."""
    before, state = len(run.gateway.calls), run.state["certificate"]
    steps = client.invoke("getForecast", {"generations": state["generations"], "steps": 2})[0]["steps"]
    assert [(one["action"], one["presented"]) for one in steps] == [("issue", 1), ("activate", 2)]
    config = client.invoke("getBackendConfig", {"kind": "nginx", "generations": state["generations"]})[0]
    assert state["generations"][0]["sha1"] in config["published"]
    assert client.invoke("getBackendConfig", {"kind": "iis"})[1].keys() == {"kind"}
    assert len(run.gateway.calls) == before


def test_the_plugin_serves_its_schema_and_version(client: PluginClient) -> None:
    """Both from the committed file; previews, secrets and output values are supported, as components need them."""
    schema = json.loads(client.stub.GetSchema(provider_pb2.GetSchemaRequest()).schema)
    assert client.stub.GetPluginInfo(Empty()).version == schema["version"]
    configured = client.configure({})
    assert (configured.supportsPreview, configured.acceptSecrets, configured.acceptOutputs) == (True, True, True)
    shaken = client.stub.Handshake(provider_pb2.ProviderHandshakeRequest())
    assert (shaken.accept_secrets, shaken.accept_outputs) == (True, True)


def test_the_due_line_reaches_the_engine_as_a_warning_on_the_resource(run: FakeRun, client: PluginClient) -> None:
    """After a handshake, and after an engine attached to a running plugin; a repeated line is said once."""
    run.at(336)
    with fake_engine() as (engine, address):
        client.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address=address))
        for _ in range(2):
            client.diff("RotatingClientCertificate", run.state["certificate"], run.inputs["certificate"])
        client.stub.Attach(plugin_pb2.PluginAttach(address=address))
        due = {**run.state["dev"], "presentedClientCertificateId": "other"}
        client.diff("StageBinding", due, run.inputs["dev"])
    (of_certificate, of_stage) = engine.lines
    assert of_certificate[:2] == (WARNING, client.urn("RotatingClientCertificate"))
    assert "this update generates generation 2" in of_certificate[2]
    assert of_stage[:2] == (WARNING, client.urn("StageBinding"))


def test_a_binding_that_could_not_follow_its_rotation_is_not_created(run: FakeRun, client: PluginClient) -> None:
    """It would look right for eleven months, and then present the old certificate past its end."""
    following = {"generations", "rotationId"}
    least = {key: value for key, value in run.inputs["dev"].items() if key not in following}
    assert set(client.check("StageBinding", {}, least)[1]) == following
    # What was made by an older release goes on, and each run says what it lacks.
    with fake_engine() as (engine, address):
        client.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address=address))
        assert client.check("StageBinding", least, least)[1] == {}
    assert [line[:2] for line in engine.lines] == [(WARNING, client.urn("StageBinding"))] * 2
    assert client.check("StageBinding", {}, run.inputs["dev"])[1] == {}


def test_the_custom_timeout_of_a_call_limits_its_waits(monkeypatch: pytest.MonkeyPatch, run: FakeRun) -> None:
    """The engine sends seconds, 0 for none; a clock that stands still shows them as they came."""
    monkeypatch.setattr(clock, "monotonic", lambda: 0.0)
    left: list[float] = []

    class WatchedGateway(FakeGateway):
        def presented(self, stage: StageRef) -> str | None:
            left.append(current().left())
            return super().presented(stage)

        def list_presented(self, api_id: str, kind: StageKind) -> dict[StageRef, str | None]:
            left.append(current().left())
            return super().list_presented(api_id, kind)

    gateway = WatchedGateway(stages=run.gateway.stages)
    with plugin(replace(run.environment, gateway=lambda _connection: gateway)) as client:
        urn, state, inputs = client.urn("StageBinding"), struct_of(run.state["dev"]), struct_of(run.inputs["dev"])
        for timeout in (90, 0):
            run.begin()
            client.stub.Update(provider_pb2.UpdateRequest(urn=urn, olds=state, news=inputs, timeout=timeout))
            client.stub.Read(provider_pb2.ReadRequest(id="id", urn=urn, properties=state, timeout=timeout))
    assert left == [90, 90, math.inf, math.inf]


def test_provider_configuration_is_checked_and_read_from_older_engines_too(run: FakeRun, client: PluginClient) -> None:
    """Those send texts by full name only."""
    checked = client.stub.CheckConfig(provider_pb2.CheckRequest(news=struct_of({"region": "Frankfurt"})))
    assert [one.property for one in checked.failures] == ["region"]
    variables = {"apigw-client-cert:config:overlap": "4d"}
    client.stub.Configure(provider_pb2.ConfigureRequest(variables=variables))
    assert client.check("RotatingClientCertificate", {}, {})[0]["overlap"] == "4d"
    assert run.state["certificate"].get("overlap") is None
