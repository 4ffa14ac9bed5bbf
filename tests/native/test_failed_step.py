"""An update that could not do its step: complete where somebody else raises it, and a failure by itself."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import timedelta
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import pytest
from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped]  # protobuf ships no types

from apigw_client_cert import errors
from apigw_client_cert.native.resource_types import KINDS
from apigw_client_cert.native.structs import struct_of
from apigw_client_cert.native.under_way import UnderWay
from tests.native.plugin_client import PluginClient, PluginError

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun

DENIED = errors.AccessDenied("UpdateStage was denied", means="No permission.", remedy="Grant it.")


@pytest.fixture
def full(run: FakeRun) -> FakeRun:
    """An account in which a successor is due, finds no room, and a retirement would make some."""
    run.rotate_to("overlapping")
    run.at(338)
    run.up()
    run.at(673)
    run.begin()
    run.gateway.quota = 2
    # What has expired is withdrawn first.
    run.state["certificate"]["generations"][0]["trusted"] = False
    return run


def test_by_itself_the_plugin_fails_and_saves_what_was_done(full: FakeRun, client: PluginClient) -> None:
    """The engine runs no dependents then, but the room that was made is in state."""
    with pytest.raises(PluginError, match="quota") as failed:
        client.update("RotatingClientCertificate", full.state["certificate"], full.inputs["certificate"])
    partial = failed.value.partial
    assert partial is not None
    assert partial.state["failedStep"]["step"] == "issue"
    assert [one["id"] for one in partial.state["generations"]] == ["cert02"]
    assert list(full.gateway.certificates) == ["cert02"]


def test_where_the_component_raises_it_the_update_is_complete(full: FakeRun, client: PluginClient) -> None:
    """And the input that says so is kept in no state."""
    news = {**full.inputs["certificate"], "deferFailures": True}
    state = client.update("RotatingClientCertificate", full.state["certificate"], news)
    assert state["failedStep"]["step"] == "issue"
    assert "deferFailures" not in state
    assert [one["id"] for one in state["generations"]] == ["cert02"]


@pytest.fixture
def due(run: FakeRun) -> FakeRun:
    """An account in which the stages are due to move."""
    run.rotate_to("published")
    run.at(337)
    run.certificate()
    run.bundle()
    return run


@pytest.fixture
def red(due: FakeRun) -> FakeRun:
    """And nobody may switch them."""
    due.gateway.fail_next("bind", DENIED)
    return due


def wired(run: FakeRun) -> dict[str, Any]:
    """The inputs of dev's binding as they are then."""
    told = {key: run.state["certificate"][key] for key in ("clientCertificateId", "generations")}
    return {**run.inputs["dev"], **told, "publishedSince": run.state["bundle"]["publishedSince"]}


def test_a_binding_by_itself_fails_with_what_is_presented(red: FakeRun, client: PluginClient) -> None:
    """In state, with the error beside it: a switch was begun."""
    with pytest.raises(PluginError, match="denied") as failed:
        client.update("StageBinding", red.state["dev"], wired(red))
    assert failed.value.partial is not None
    assert failed.value.partial.state["presentedClientCertificateId"] == "cert01"


@pytest.mark.parametrize("method", ["create", "update"])
def test_a_binding_by_itself_that_changed_nothing_leaves_nothing(
    red: FakeRun, client: PluginClient, method: str
) -> None:
    """A plain error: the engine keeps what it had."""
    (gone,) = [one for one in red.gateway.stages if one.stage_name == "dev"]
    del red.gateway.stages[gone]
    olds = [] if method == "create" else [red.state["dev"]]
    with pytest.raises(PluginError, match="dev") as failed:
        getattr(client, method)("StageBinding", *olds, wired(red))
    assert failed.value.partial is None


@pytest.mark.parametrize("method", ["create", "update"])
def test_a_binding_of_the_component_is_complete(red: FakeRun, client: PluginClient, method: str) -> None:
    """With what failed; the component raises it, and no state keeps the input that says so."""
    news = {**wired(red), "deferFailures": True}
    if method == "create":
        made, state = client.create("StageBinding", news)
        assert made.endswith("/dev")
    else:
        state = client.update("StageBinding", red.state["dev"], news)
    assert state["failedStep"]["message"].startswith("UpdateStage was denied")
    assert state["presentedClientCertificateId"] == "cert01"
    assert "deferFailures" not in state


def test_what_a_stage_presents_is_seen_although_the_run_was_cancelled(due: FakeRun, client: PluginClient) -> None:
    """After the switch, whose answer was lost: the look is part of the step that was begun."""
    lost = errors.OutcomeUnknown("UpdateStage got no answer", means="It may have happened.", remedy="Run again.")
    bind = due.gateway.bind

    def cancelled(*arguments: Any) -> None:
        bind(*arguments)
        client.cancel()
        raise lost

    due.gateway.bind = cancelled  # type: ignore[assignment,method-assign]
    state = client.update("StageBinding", due.state["dev"], {**wired(due), "deferFailures": True})
    assert state["presentedClientCertificateId"] == "cert02"
    assert state["failedStep"]["message"].startswith("UpdateStage got no answer")


def test_a_component_that_failed_waits_for_the_others_and_not_for_one_that_failed() -> None:
    """Two failed ones, and one that goes on: both wait for it, and neither for the other."""
    under_way, begun, going_on, over = UnderWay(), threading.Event(), threading.Event(), SimpleQueue[str]()

    def constructed(name: str) -> None:
        with under_way.one_more():
            if name == "well":
                begun.set()
                going_on.wait()
                over.put(name)
        under_way.wait_for_others(threading.Event())
        if name != "well":
            over.put(name)

    threads = [threading.Thread(target=constructed, args=(name,)) for name in ("well", "red", "red")]
    threads[0].start()
    assert begun.wait(30)
    for thread in threads[1:]:
        thread.start()
    going_on.set()
    for thread in threads:
        thread.join(30)
    assert [over.get(timeout=30) for _ in threads] == ["well", "red", "red"]


def test_a_component_waits_for_those_of_other_processes_until_they_ended_died_or_the_run_is_cancelled() -> None:
    """What the processes of one run note on their board."""
    one, stop, over = UnderWay(), threading.Event(), SimpleQueue[str]()
    others = FakeBoard()
    one.share(others)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    others.note(f"constructing.{dead.pid}.aa")

    def waiting(name: str) -> threading.Thread:
        def wait() -> None:
            one.wait_for_others(stop)
            over.put(name)

        thread = threading.Thread(target=wait)
        thread.start()
        return thread

    waiting("for one that died").join(30)
    assert over.get(timeout=30) == "for one that died"
    others.note(f"constructing.{os.getppid()}.bb")
    thread = waiting("for one that goes on")
    assert others.asked.wait(30)
    assert over.empty()
    others.note(f"constructed.{os.getppid()}.bb")
    thread.join(30)
    assert over.get(timeout=30) == "for one that goes on"
    others.note(f"constructing.{os.getppid()}.cc")
    stop.set()
    waiting("when all is cancelled").join(30)
    assert over.get(timeout=30) == "when all is cancelled"


class FakeBoard:
    """What the processes of one run tell each other, in memory."""

    def __init__(self) -> None:
        self.entries: list[str] = []
        self.asked = threading.Event()

    def note(self, entry: str) -> None:
        """Let all know."""
        self.entries.append(entry)
        self.asked.clear()

    def noted(self) -> list[str]:
        """All that is known."""
        self.asked.set()
        return list(self.entries)


@pytest.mark.parametrize("deferred", [True, False])
def test_what_a_target_lacked_is_kept_whoever_raises_the_failure(
    due: FakeRun, client: PluginClient, *, deferred: bool
) -> None:
    """A run that mends the target may be killed before it saves: the stage waits its lead from the look on."""
    target = due.targets["pins.txt"]
    news = {**wired(due), "publishedTo": {"targets": [{"type": "file", "path": "pins.txt"}]}}
    news |= {"deferFailures": True} if deferred else {}
    before, held, target.content = due.presented("dev"), target.content, "nothing"
    due.begin()
    try:
        state = client.update("StageBinding", due.state["dev"], news)
    except PluginError as error:
        state = error.partial.state if error.partial else {}
    target.content = held
    due.now += timedelta(minutes=10)
    due.begin()
    state = client.update("StageBinding", state, news)
    assert (due.presented("dev"), state["waitingBecause"]) == (before, "lead")


@pytest.mark.parametrize("deferred", [True, False])
def test_that_take_over_was_off_is_kept_whoever_raises_the_failure(
    run: FakeRun, client: PluginClient, *, deferred: bool
) -> None:
    """Off, a run that is red, and on again: what somebody else has written goes then, and not before."""
    run.bundle_config["takeOver"] = True
    run.up()
    target, state = run.targets["pins.txt"], run.state["bundle"]
    ours, theirs = target.content, "ab" * 32
    target.content = theirs
    for said in (True, False, True):
        assert target.content == theirs
        run.begin()
        news = {**run.inputs["bundle"], "takeOver": said} | ({"deferFailures": True} if deferred else {})
        try:
            state = client.update("TrustBundle", state, news)
        except PluginError as error:
            state = error.partial.state if error.partial else state
    assert target.content == ours


def test_what_names_a_certificate_or_an_answer_is_as_secret_as_what_it_is_about() -> None:
    """A probe's URL may be a secret; errors and evidence name it, and the certificate."""
    secret, key = "1b47061264138c4ac30d75fd1eb44270", "4dabf18193072939515e22adb298388d"
    like = Struct()
    like.update({name: {key: secret, "value": "x"} for name in ("clientCertificateId", "confirm")})
    named = (*KINDS["apigw-client-cert:index:StageBinding"].repeats["clientCertificateId"], "evidence")
    packed = struct_of(dict.fromkeys(named, "x"), [like], KINDS["apigw-client-cert:index:StageBinding"].repeats)
    assert [name for name in named if key not in packed.fields[name].struct_value.fields] == []
    assert {"failedStep", "lastRefused", "takenOverClientCertificateId"} <= set(named)
