"""The rules and the texts alone, in one process: how many a second."""

from __future__ import annotations

import time
import timeit
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from apigw_client_cert.rotation.decide import decide
from apigw_client_cert.rotation.forecast import forecast_until
from apigw_client_cert.rotation.model import Generation, Role, Rotation
from apigw_client_cert.rotation.policy import Policy
from apigw_client_cert.rotation.schedule import runs_every
from apigw_client_cert.trust.contents import CONTENTS, render
from apigw_sandbox import minting
from benchmarks.account import START
from benchmarks.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

LIFETIME: Final = timedelta(days=365)
FORECAST: Final = timedelta(days=730)
FLEET: Final = 100_000
# AWS's quota of an account and region (docs/aws.md §3.5).
BUNDLE: Final = 60


def figures(played: int) -> Iterator[Figure]:
    """``decide()`` a second, the forecast of a fleet, and a bundle; ``played`` certificates stand for the fleet."""
    rotation, policy = steady(START, _pem()), Policy()
    now = START + timedelta(days=100)
    times, took = timeit.Timer(lambda: decide(rotation, policy, now), timer=time.process_time).autorange()
    yield Figure(name="core.decide", value=times / took, unit="/s", at_least=20_000)
    seconds = _forecasts(rotation, policy, played) * FLEET / played
    yield Figure(name="core.forecast_100000_certificates_two_years", value=seconds, unit="s", at_most=60)
    yield Figure(name="core.forecast_certificates_played", value=played, unit="certificates")
    yield Figure(name="core.bundle_60_every_content", value=_bundle(rotation) * 1000, unit="ms", at_most=100)


def steady(created: datetime, pem: str = "") -> Rotation:
    """One rotation whose first generation is active."""
    active = Generation(
        number=1,
        id="a1b2c3",
        role=Role.ACTIVE,
        serial="1",
        created_date=created,
        not_after=created + LIFETIME,
        sha256="a" * 64,
        sha1="a" * 40,
        spki_sha256="b" * 64,
        pem=pem,
    )
    return Rotation(rotation_id="r1", generations=(active,), highest_number=1)


def _forecasts(rotation: Rotation, policy: Policy, played: int) -> float:
    runs = runs_every(START, timedelta(days=1))
    began = time.process_time()
    for number in range(played):
        # Each was made at another time of the year.
        shift = LIFETIME * number / played
        (active,) = rotation.generations
        moved = replace(active, created_date=active.created_date - shift, not_after=active.not_after - shift)
        one = replace(rotation, generations=(moved,))
        forecast_until(one, policy, start=START, until=START + FORECAST, runs=runs)
    return time.process_time() - began


def _bundle(rotation: Rotation) -> float:
    (active,) = rotation.generations
    many = [replace(active, sha256=f"{number:064x}", sha1=f"{number:040x}") for number in range(BUNDLE)]
    began = time.process_time()
    for content in CONTENTS:
        render(content, many)
    return time.process_time() - began


def _pem() -> str:
    key = minting.KeyPool().take()
    return minting.pem_text(minting.mint(key, not_before=START, validity=LIFETIME))
