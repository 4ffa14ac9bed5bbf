"""An update that could not do its step: complete where somebody else raises it, and a failure by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.native.plugin_client import PluginClient, PluginError

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun


@pytest.fixture
def run(run: FakeRun) -> FakeRun:
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
