"""docs/plugin.md says what the plugin says: blocks that need no engine. The preview is ``test_component``'s."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.native.schema import committed as schema
from tests.doubles.fake_gateway import FakeGateway
from tests.lifecycle.conftest import FakeRun
from tests.native.docs_blocks import committed, table
from tests.native.plugin_client import PluginClient, plugin

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def client() -> Iterator[PluginClient]:
    """A plugin that needs no world."""
    with plugin(FakeRun(FakeGateway()).environment) as client:
        yield client


def test_the_provider_configuration_is_the_schemas() -> None:
    """Every key, with its words."""
    variables = json.loads(schema.text())["config"]["variables"]
    rows = [(f"`{key}`", one["description"]) for key, one in variables.items()]
    text = table(("Key", "Means"), rows)
    assert committed("configuration", text) == text


def test_the_forecast_is_the_functions(client: PluginClient) -> None:
    """Of the year of a certificate that is made on 2 March."""
    asked = {"at": "2026-03-02T10:00:00Z", "rotateBefore": "60d"}
    answer, failures = client.invoke("getForecast", asked)
    assert failures == {}
    rows = [
        (
            one["at"],
            f"`{one['action']}`",
            f"G{one['presented']:.0f}",
            ", ".join(f"G{number:.0f}" for number in one["trusted"]),
            f"`{one['phase']}`",
        )
        for one in answer["steps"]
    ]
    text = table(("`at`", "`action`", "`presented`", "`trusted`", "`phase`"), rows)
    assert committed("forecast", text) == text


def test_the_backends_lines_are_the_functions(client: PluginClient) -> None:
    """What an administrator of nginx writes once."""
    answer, failures = client.invoke("getBackendConfig", {"kind": "nginx"})
    assert failures == {}
    text = f"`path`: `{answer['path']}`. `place`: {answer['place']}. `setup`:\n\n```nginx\n{answer['setup']}```\n"
    assert committed("backend", text) == text
