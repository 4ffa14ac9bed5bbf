"""An update that could not do its step: complete where somebody else raises it, and a failure by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.doubles.fake_gateway import FakeGateway
from tests.lifecycle.conftest import API, FakeRun
from tests.native.plugin_client import PluginClient, PluginError, plugin

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def run() -> FakeRun:
    """An account in which a successor is due, finds no room, and a retirement would make some."""
    gateway = FakeGateway()
    for stage in ("dev", "prod"):
        gateway.add_stage(API, stage)
    run = FakeRun(gateway)
    run.rotate_to("overlapping")
    run.at(338)
    run.up()
    run.at(673)
    run.begin()
    run.gateway.quota = 2
    # What has expired is withdrawn first.
    run.state["certificate"]["generations"][0]["trusted"] = False
    return run


@pytest.fixture
def client(run: FakeRun) -> Iterator[PluginClient]:
    """The plugin in that world."""
    with plugin(run.world) as client:
        yield client


def test_by_itself_the_plugin_fails_and_saves_what_was_done(run: FakeRun, client: PluginClient) -> None:
    """The engine runs no dependents then, but the room that was made is in state."""
    with pytest.raises(PluginError, match="quota") as failed:
        client.update("RotatingClientCertificate", run.state["certificate"], run.inputs["certificate"])
    partial = failed.value.partial
    assert partial is not None
    assert partial.state["failedStep"]["step"] == "issue"
    assert [one["id"] for one in partial.state["generations"]] == ["cert02"]
    assert list(run.gateway.certificates) == ["cert02"]


def test_where_the_component_raises_it_the_update_is_complete(run: FakeRun, client: PluginClient) -> None:
    """And the input that says so is kept in no state."""
    news = {**run.inputs["certificate"], "deferFailures": True}
    state = client.update("RotatingClientCertificate", run.state["certificate"], news)
    assert state["failedStep"]["step"] == "issue"
    assert "deferFailures" not in state
    assert [one["id"] for one in state["generations"]] == ["cert02"]
