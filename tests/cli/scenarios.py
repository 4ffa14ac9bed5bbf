"""Fleets as real runs leave them: what the golden outputs show."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.gateway.interface import TrialAnswer
from tests.cli.exports import PLUGIN, edited, exported
from tests.doubles.fake_gateway import FakeGateway
from tests.lifecycle.conftest import API, START, FakeRun

if TYPE_CHECKING:
    from datetime import datetime

    from apigw_client_cert.lifecycle.environment import Environment

#: The instant as of which the busy fleet is looked at.
BUSY_DAY = 363
#: The rotation id of the steady scenario.
STEADY = "rotation-steady"


def day(number: float) -> datetime:
    """So many days after the first run."""
    return START + timedelta(days=number)


@dataclass
class OwnRun(FakeRun):
    """A run whose rotation id is no other one's, and which may run while the command's clock is made up."""

    rotation: str = "rotation-0"

    @property
    def environment(self) -> Environment:
        """The fake environment."""
        return replace(super().environment, token=lambda: self.rotation, stays_here=lambda _connection: True)


def new_run(rotation: str, *stages: str) -> OwnRun:
    """A program over these stages, which exist and present nothing."""
    gateway = FakeGateway()
    for stage in stages:
        gateway.add_stage(API, stage)
    return OwnRun(gateway, stages=stages, rotation=rotation)


def ran(run: OwnRun, *days: float) -> OwnRun:
    """Runs on these days."""
    for number in days:
        run.at(number)
        run.up()
    return run


def ran_red(run: OwnRun, *days: float) -> OwnRun:
    """Runs on these days, none of which can do all that is due."""
    for number in days:
        with pytest.raises(errors.RotationError):
            ran(run, number)
    return run


def steady() -> bytes:
    """Nothing due for months."""
    return exported(ran(new_run(STEADY, "dev", "prod"), 0))


def published(host: str = PLUGIN) -> bytes:
    """The successor is issued and waits for its lead."""
    return exported(ran(new_run("invoices", "dev", "prod"), 0, 336), project="invoices", host=host)


def stopped() -> bytes:
    """Runs have stopped after the first."""
    return exported(ran(new_run("billing", "prod"), 0), project="billing")


def blocked(*later: float) -> bytes:
    """A stage that no binding knows presents the former certificate."""
    run = ran(new_run("payments", "prod"), 0, 336)
    run.gateway.add_stage(API, "legacy", run.state["certificate"]["clientCertificateId"])
    return exported(ran(run, 337, 338, 342, *later), project="payments")


def foreign() -> bytes:
    """The same near its end."""
    return blocked(BUSY_DAY)


def full() -> bytes:
    """No room for a successor: the issue fails in each run."""
    run = ran(new_run("audit", "prod"), 0)
    run.gateway.quota = 1
    return exported(ran_red(run, 336, 337), project="audit")


def two_stacks() -> tuple[bytes, bytes]:
    """The owner has activated generation 2 since the consumer's last run."""
    run = ran(new_run("platform", "shared"), 0, 336)
    consumer = exported(run, project="team", only=("shared",))
    run.stages = ()
    ran(run, 337)
    return exported(run, project="platform", only=("certificate", "bundle")), consumer


def consumer() -> bytes:
    """The stack that follows, alone."""
    return two_stacks()[1]


def verified() -> bytes:
    """A whole rotation, each switch of which was verified; the stages of a stack whose runs are another caller's."""
    run = new_run("catalog", "dev", "prod")
    run.gateway.backend = lambda *_what: TrialAnswer(status=200)
    run.binding_config = {"verify": {"resource": "/health", "proof": "status"}}
    ran(run, 0, 336)
    run.gateway.arn = "arn:aws:sts::123456789012:assumed-role/on-call/jane@example.com"
    return exported(ran(run, 337, 338, 341), project="catalog")


def without_history() -> bytes:
    """A release that kept none wrote it."""
    state = ran(new_run(STEADY, "dev", "prod"), 0)
    del state.state["certificate"]["history"]
    return exported(state)


def remembered() -> list[bytes]:
    """What there is to show to an auditor, and what is not; with fingerprints that are the same each time."""
    return list(map(_fingerprinted, [without_history(), verified(), foreign(), *two_stacks(), newer()]))


def _fingerprinted(export: bytes) -> bytes:
    # The keys of the certificates are random.
    text = export.decode()
    for one in json.loads(export)["deployment"]["resources"]:
        outputs = one.get("outputs", {}) if one["type"].endswith("RotatingClientCertificate") else {}
        made = {each["id"]: each["sha256"] for each in outputs.get("generations", [])}
        made |= {each["clientCertificateId"]: each["sha256"] for each in outputs.get("history", [])}
        for certificate, sha256 in made.items():
            text = text.replace(sha256, hashlib.sha256(f"{one['urn']} {certificate}".encode()).hexdigest())
    return text.encode()


def newer() -> bytes:
    """A release of the future wrote it."""
    return edited(
        exported(ran(new_run("future", "prod"), 0), project="future"),
        "RotatingClientCertificate",
        "outputs",
        {"stateVersion": 2},
    )


def busy() -> list[bytes]:
    """All of them."""
    return [steady(), published(), stopped(), foreign(), full(), *two_stacks(), newer()]


def varied() -> list[bytes]:
    """A fleet of every urgency, as of the busy day: what the picture of the page shows."""
    run = ran(new_run("checkout", "canary", "prod"), 100)
    search = ran(new_run("search", "dev", "prod"), 27, BUSY_DAY)
    return [
        exported(run, project="checkout"),
        exported(search, project="search"),
        exported(ran(new_run("catalog", "prod"), 25, 361, 362), project="catalog"),
        exported(ran(new_run("basket", "dev", "prod"), 26.5), project="basket"),
        stopped(),
        blocked(BUSY_DAY - 0.5),
        *two_stacks(),
        newer(),
    ]
