"""What only looks changes nothing: diff asks nobody, refresh asks and does no more (invariant 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.trust_bundle import crud as trust_bundle

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun

READS = {"account_id", "get", "list_certificates", "list_presented", "scan"}


def damaged(run: FakeRun, day: float) -> None:
    """So many days after the first run: a step is due, a stage was unbound by hand and a target emptied."""
    run.up()
    if day > 336:
        run.at(336)
        run.up()
    run.at(day)
    next(iter(run.gateway.stages.values())).client_certificate_id = None
    run.targets["pins.txt"].content = None
    run.gateway.calls.clear()
    run.targets["pins.txt"].calls.clear()


@pytest.mark.parametrize("day", [100, 336, 337, 800])
def test_a_refresh_only_looks(run: FakeRun, day: float) -> None:
    """Whatever is due or damaged: no call that changes something, and nothing is written."""
    damaged(run, day)
    certificates = dict(run.gateway.certificates)
    run.refresh()
    assert {call.method for call in run.gateway.calls} <= READS
    assert run.targets["pins.txt"].calls == ["read"]
    assert run.gateway.certificates == certificates
    assert [run.presented("dev"), run.presented("prod")] == [None, "cert01"]


@pytest.mark.parametrize("day", [100, 336, 337, 800])
def test_diff_asks_nobody(run: FakeRun, day: float) -> None:
    """State, inputs and the clock are all that it looks at."""
    damaged(run, day)
    modules = {"certificate": certificate, "bundle": trust_bundle, "dev": binding, "prod": binding}
    for name, module in modules.items():
        module.diff(run.state[name], run.inputs[name], run.environment)
    assert run.gateway.calls == []
    assert run.targets["pins.txt"].calls == []
