"""Waves over the fake run: order, soak, failures, pins, windows, and what changes in mid-rotation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.binding import crud as binding
from tests.lifecycle.conftest import API, FakeRun, wire

if TYPE_CHECKING:
    from collections.abc import Mapping

ACM = "arn:aws:acm:eu-west-1:123456789012:certificate/0f1e2d3c-aaaa-bbbb-cccc-123456789012"
BROKEN = errors.AccessDenied("Denied", means="Nothing.", remedy="Grant it.")


@dataclass
class WaveRun(FakeRun):
    """A run whose stages are wired in waves as the component wires them; a failed binding keeps nobody from trying."""

    waves: tuple[tuple[str, ...], ...] = (("dev",), ("eu", "us"))
    soaks: tuple[str | None, ...] = (None, "24h")
    windows: list[str] | None = None
    failed: dict[str, Exception] = field(default_factory=dict)

    def up(self, *, refresh: bool = False) -> None:
        """Certificate, bundle, then the bindings wave by wave."""
        self.begin()
        if refresh:
            self.refresh()
        self.failed = {}
        self.certificate()
        self.bundle()
        before: tuple[str, ...] = ()
        for wave, soak in zip(self.waves, self.soaks, strict=True):
            for stage in wave:
                after = [self.told(one) for one in before]
                self.binding_config = {
                    **{key: value for key, value in self.binding_config.items() if key not in {"after", "soak"}},
                    **({"after": after} if after else {}),
                    **({"soak": soak} if soak else {}),
                    **({"windows": self.windows} if self.windows else {}),
                }
                try:
                    self.binding(stage)
                except errors.RotationError as error:
                    self.failed[stage] = error
            before = wave
        self.binding_config = {}

    def told(self, stage: str) -> dict[str, Any]:
        """What the next wave is told of a binding."""
        state: Mapping[str, Any] = self.state.get(stage, {})
        return wire(
            {
                "name": f"orders-{stage}",
                "clientCertificateId": state.get("presentedClientCertificateId"),
                "presentedSince": state.get("presentedSince"),
                "verifiedClientCertificateId": state.get("verifiedClientCertificateId"),
                "verifies": False,
                "failedSince": state.get("failedStep", {}).get("since"),
            }
        )

    def presents(self) -> dict[str, str | None]:
        """Stage -> the number of the generation that it presents, as text."""
        numbers = {one["id"]: str(int(one["number"])) for one in self.state["certificate"]["generations"]}
        return {stage: numbers.get(self.presented(stage) or "") for wave in self.waves for stage in wave}


@pytest.fixture
def run(run: FakeRun) -> WaveRun:
    """Three stages in two waves, on day 336 with generation 2 pending."""
    for stage in ("eu", "us"):
        run.gateway.add_stage(API, stage)
    made = WaveRun(run.gateway)
    for day in (0, 336):
        made.at(day)
        made.up()
    assert set(made.presents().values()) == {"1"}
    return made


def test_a_wave_moves_when_the_one_before_has_soaked_and_retirement_waits_for_the_last(run: WaveRun) -> None:
    """Day 337 dev, day 338 the others; generation 1 is retired only after nobody presented it for the overlap."""
    run.at(337)
    run.up()
    assert run.presents() == {"dev": "2", "eu": "1", "us": "1"}
    assert run.state["eu"]["waitingBecause"] == "wave"
    assert run.state["eu"]["waitingUntil"] == "2027-02-03T08:48:00Z"
    run.at(337.5)
    run.up()
    assert run.presents() == {"dev": "2", "eu": "1", "us": "1"}
    run.at(338)
    run.up()
    assert run.presents() == {"dev": "2", "eu": "2", "us": "2"}
    assert "waitingUntil" not in run.state["eu"]
    for day in (339, 340, 341):
        run.at(day)
        run.up()
    assert len(run.gateway.certificates) == 2
    run.at(343)
    run.up()
    assert len(run.gateway.certificates) == 1
    assert run.state["certificate"]["phase"] == "steady"


def test_a_waiting_wave_is_quiet(run: WaveRun) -> None:
    """No perpetual difference: until the soak is over, neither an update nor a call."""
    run.at(337)
    run.up()
    run.at(337.2)
    run.up()
    calls = len(run.gateway.called("presented"))
    run.at(337.4)
    run.up()
    assert len(run.gateway.called("presented")) == calls


def test_a_failed_binding_holds_later_waves_in_this_run_and_the_next(run: WaveRun) -> None:
    """Its own state says that it has not moved."""
    run.at(337)
    run.gateway.fail_next("bind", BROKEN, times=2)
    run.up()
    assert set(run.failed) == {"dev"}
    run.at(338)
    run.up()
    assert (set(run.failed), run.presents()) == ({"dev"}, {"dev": "1", "eu": "1", "us": "1"})
    run.at(339)
    run.up()
    assert run.presents() == {"dev": "2", "eu": "1", "us": "1"}
    run.at(340)
    run.up()
    assert run.presents() == {"dev": "2", "eu": "2", "us": "2"}


def test_a_stage_of_a_wave_that_somebody_moves_to_acm_holds_the_next_wave_until_it_is_left_to_acm(
    run: WaveRun,
) -> None:
    """In mid-rotation: seen, kept, and the run says by name what holds it; without that stage the rest goes on."""
    run.waves = (("dev", "eu"), ("us",))
    (ref,) = [one for one in run.gateway.stages if one.stage_name == "eu"]
    run.gateway.stages[ref].client_certificate_id = ACM
    for day in (337, 338):
        run.at(day)
        run.up()
        assert {stage: str(error) for stage, error in run.failed.items() if ACM in str(error)}.keys() == {"eu"}
        assert run.presents() == {"dev": "2", "eu": None, "us": "1"}
    run.waves = (("dev",), ("us",))
    run.up()
    assert run.presents() == {"dev": "2", "us": "2"}
    assert run.presented("eu") == ACM


def test_the_expiry_overrules_a_wave_that_never_moves(run: WaveRun) -> None:
    """Loudly, at activate_by; the wave before is red in every run, and no dependency of ours keeps the next from it."""
    run.at(337)
    run.gateway.fail_next("bind", BROKEN)
    run.up()
    run.at(362.5)
    stale = run.told("dev")
    run.binding_config = {"after": [stale], "soak": "24h"}
    run.certificate()
    run.bundle()
    run.binding("eu")
    assert run.presented("eu") == run.state["certificate"]["clientCertificateId"]
    assert any("before the wave before it has moved and soaked" in line for line in run.lines)


def test_a_stage_that_joins_in_mid_rotation_is_bound_and_one_that_leaves_holds_nobody(run: WaveRun) -> None:
    """Added, moved between waves, removed."""
    run.at(337)
    run.up()
    run.gateway.add_stage(API, "ap")
    run.waves = (("dev", "us"), ("ap",), ("eu",))
    run.soaks = (None, "24h", None)
    run.up()
    assert run.presents() == {"dev": "2", "us": "2", "ap": "2", "eu": "2"}
    run.waves, run.soaks = (("eu",),), (None,)
    run.at(338)
    run.up()
    assert run.presents() == {"eu": "2"}


def test_a_stage_that_joins_a_wave_that_has_moved_makes_the_next_wave_soak_for_it_too(run: WaveRun) -> None:
    """A wave has soaked when all of it has."""
    run.at(337)
    run.up()
    run.gateway.add_stage(API, "ap")
    run.waves = (("ap", "dev"), ("eu", "us"))
    run.at(337.9)
    run.up()
    assert run.presents() == {"ap": "2", "dev": "2", "eu": "1", "us": "1"}
    run.at(338)
    run.up()
    assert run.presents()["eu"] == "1"
    run.at(338.9)
    run.up()
    assert run.presents() == {"ap": "2", "dev": "2", "eu": "2", "us": "2"}


def test_a_stage_that_moved_and_is_then_put_into_a_later_wave_is_not_taken_back(run: WaveRun) -> None:
    """It presents what it should; the waves change places around it."""
    run.at(337)
    run.up()
    run.waves = (("eu",), ("dev", "us"))
    run.at(337.1)
    run.up()
    assert run.presents() == {"eu": "2", "dev": "2", "us": "1"}
    run.at(338.1)
    run.up()
    assert run.presents() == {"eu": "2", "dev": "2", "us": "2"}


def test_a_stage_of_a_wave_that_somebody_deletes_holds_the_next_until_it_leaves_the_program(run: WaveRun) -> None:
    """Refreshed or not, the run fails by the stage's name."""
    (dev,) = [one for one in run.gateway.stages if one.stage_name == "dev"]
    del run.gateway.stages[dev]
    for day in (337, 338):
        run.at(day)
        if day == 338:
            run.refresh()
            assert "dev" not in run.state
        run.up()
        assert list(run.failed) == ["dev"]
        assert isinstance(run.failed["dev"], errors.StageNotFound)
        assert (run.presented("eu"), run.presented("us")) == ("cert01", "cert01")
    run.waves, run.soaks = (("eu", "us"),), (None,)
    run.up()
    assert run.presents() == {"eu": "2", "us": "2"}


def test_a_rotation_that_overtakes_the_waves_of_the_one_before_leaves_no_stage_behind(run: WaveRun) -> None:
    """With dev on generation 2 and the second wave on 1, generation 3 is issued: they go there, wave by wave."""
    run.at(337)
    run.config = {"rotationTrigger": "a"}
    run.up()
    run.config = {"rotationTrigger": "b"}
    run.up()  # looks first: what stages present is not waited for
    run.up()
    assert run.presents() == {"dev": "2", "eu": "1", "us": "1"}
    run.at(338)
    run.up()
    assert run.presents() == {"dev": "3", "eu": "1", "us": "1"}
    assert len(run.gateway.certificates) == 3
    run.at(339)
    run.up()
    assert run.presents() == {"dev": "3", "eu": "3", "us": "3"}
    for day in (340, 341, 342, 343):
        run.at(day)
        run.up()
    assert list(run.gateway.certificates) == ["cert03"]


def test_missed_runs_until_the_last_days_still_move_every_wave_in_order(run: WaveRun) -> None:
    """The first run in time to move without hurry still soaks; one in the last days no longer does, and says so."""
    run.at(361)
    run.up()
    assert run.presents() == {"dev": "2", "eu": "1", "us": "1"}
    run.lines.clear()
    run.at(362.5)
    run.up()
    assert run.presents() == {"dev": "2", "eu": "2", "us": "2"}


def test_a_run_in_the_last_days_moves_all_waves_at_once_and_loudly(run: WaveRun) -> None:
    """The expiry overrules the soak."""
    run.at(363)
    run.up()
    assert run.presents() == {"dev": "2", "eu": "2", "us": "2"}
    assert any("eu moves to cert02 before the wave before it has moved and soaked" in line for line in run.lines)


def test_missed_runs_move_one_wave_a_run_and_no_faster(run: WaveRun) -> None:
    """After a week without a run the first wave goes; the next still soaks."""
    run.at(345)
    run.up()
    assert run.presents() == {"dev": "2", "eu": "1", "us": "1"}
    run.at(346)
    run.up()
    assert run.presents() == {"dev": "2", "eu": "2", "us": "2"}


def test_a_rollback_by_pin_is_made_at_once_by_every_wave_that_moved(run: WaveRun) -> None:
    """And the waves that had not moved stay; without the pin they go on from where they are."""
    run.at(337)
    run.up()
    run.config = {"pinGeneration": 1}
    run.up()
    assert run.presents() == {"dev": "1", "eu": "1", "us": "1"}
    run.at(340)
    run.up()
    assert run.presents() == {"dev": "1", "eu": "1", "us": "1"}
    run.config = {}
    run.up()
    assert run.presents() == {"dev": "2", "eu": "1", "us": "1"}
    run.at(341)
    run.up()
    assert run.presents() == {"dev": "2", "eu": "2", "us": "2"}


def test_a_window_keeps_moves_inside_and_runs_outside_of_it_say_when(run: WaveRun) -> None:
    """Day 337 is a Tuesday, 10:00 UTC; the soak and the window both have to pass."""
    run.windows = ["Wed-Thu 12:00-14:00 UTC"]
    run.at(337)
    run.up()
    assert run.presents()["dev"] == "1"
    assert (run.state["dev"]["waitingBecause"], run.state["dev"]["waitingUntil"]) == ("window", "2027-02-03T12:00:00Z")
    assert any("let a scheduled run fall into one" in line for line in run.lines)
    run.at(338 + 2.5 / 24)
    run.up()
    assert run.presents() == {"dev": "2", "eu": "1", "us": "1"}
    run.at(339 + 3 / 24)
    run.up()
    assert run.presents() == {"dev": "2", "eu": "2", "us": "2"}


@pytest.mark.parametrize(
    ("config", "key", "says"),
    [
        ({"windows": ["Mon 9-5"]}, "windows", "entry 1"),
        ({"windows": "Mon 09:00-10:00"}, "windows", "must be a list"),
        ({"windows": ["Mon 09:00-10:00"], "rotateBefore": "10d"}, "windows", "closed for up to 6 days 23 hours"),
        ({"windows": ["Mon 09:00-10:00"], "publishLead": "21d"}, "windows", "open more often, or rotate earlier"),
        ({"soak": "a day"}, "soak", "not a duration"),
        ({"after": [{"presentedSince": "x"}]}, "after", "bindings of the wave before"),
        ({"after": "dev"}, "after", "bindings of the wave before"),
        ({"verify": "/health"}, "verify", "must be an object"),
        ({"verify": {}}, "verify", "needs resource"),
        ({"verify": {"resource": "health"}}, "verify", "expected a path such as"),
        ({"verify": {"resource": "/health?x=1"}}, "verify", "its query in query"),
        ({"verify": {"resource": "/orders/{id}"}}, "verify", "needs path"),
        ({"verify": {"resource": "/h", "method": "get"}}, "verify", "expected one of GET"),
        ({"verify": {"resource": "/h", "proof": "hope"}}, "verify", "expected one of fingerprint, status"),
        ({"verify": {"resource": "/h", "expectStatus": 99}}, "verify", "100 to 599"),
        ({"verify": {"resource": "/h", "backend": "iis"}}, "verify", "expected one of"),
        ({"verify": {"resource": "/h", "headers": {"a": "b\r\nc"}}}, "verify", "line break"),
        ({"verify": {"resource": "/h", "headers": ["a"]}}, "verify", "no mapping of text to text"),
        ({"verify": {"resource": "/h", "retries": 3}}, "verify", "has no 'retries'"),
        ({"verify": {"resource": "/h"}, "apiKind": "WEBSOCKET"}, "verify", "TestInvokeMethod knows no WebSocket API"),
        ({"confirm": {}}, "confirm", "needs url"),
        ({"confirm": {"url": "ftp://x"}}, "confirm", "expected a URL like"),
        ({"confirm": {"url": "https://me:secret@x/"}}, "confirm", "give credentials by headers"),
        ({"confirm": {"url": "https://x", "sightings": 0}}, "confirm", "1 to 50"),
        ({"confirm": {"url": "https://x", "sightings": 5, "attempts": 3}}, "confirm", "fewer than the 5 sightings"),
        ({"confirm": {"url": "https://x", "interval": "fast"}}, "confirm", "not a duration"),
    ],
)
def test_bad_input_is_refused_by_property_with_the_remedy(config: dict[str, Any], key: str, says: str) -> None:
    """Invariant 10; no secret is repeated."""
    news = {"apiId": API, "stageName": "prod", "clientCertificateId": "a1b2c3", **config}
    failures = binding.check({}, wire(news)).failures
    assert set(failures) == {key}
    assert says in failures[key]
    assert "secret" not in failures[key]


def test_what_is_unknown_at_preview_passes() -> None:
    """In every place where an output may stand."""
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    news = {
        "apiId": API,
        "stageName": "prod",
        "clientCertificateId": unknown,
        "verify": {"resource": unknown, "headers": {"x-api-key": unknown}, "expectStatus": unknown},
        "confirm": {"url": unknown, "sightings": unknown, "interval": unknown},
        "after": [{"name": "orders-dev", "clientCertificateId": unknown}, unknown],
        "soak": unknown,
        "windows": [unknown],
    }
    assert binding.check({}, news).failures == {}
    assert binding.check({}, {**news, "verify": unknown, "confirm": unknown, "after": unknown}).failures == {}
