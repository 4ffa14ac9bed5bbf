"""What the demo concludes from a journal and a history: a good year, and one lie at a time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from apigw_sandbox.clock import format_instant
from apigw_sandbox.journal import JournalEntry, is_mutating
from tools.demo.ledger import PREVIEW, Ledger, Run
from tools.demo.promises import promises

NOON = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)
STAGES = ("api/dev", "api/prod")
SCAN = (("GetRestApis", ""), ("GetStages", "api"), ("GetApis", ""))
UPDATES = {
    "create": (
        ("GetClientCertificates", ""),
        *(("GetStage", stage) for stage in STAGES),
        ("GenerateClientCertificate", "one"),
        ("PutParameter", "/pins"),
        *((action, stage) for stage in STAGES for action in ("GetStage", "UpdateStage one")),
    ),
    "issue": (("GenerateClientCertificate", "two"), ("PutParameter", "/pins")),
    "activate": tuple((action, stage) for stage in STAGES for action in ("GetStage", "GetStage", "UpdateStage two")),
    "confirm": SCAN,
    "retire": (*SCAN, ("DeleteClientCertificate", "one"), ("PutParameter", "/pins")),
    "destroy": (("UpdateStage ", "api/dev"), ("UpdateStage ", "api/prod"), *SCAN, ("DeleteClientCertificate", "two")),
}
ORDER = "over the updates: generate < publish < PATCH < delete"
WINDOWS = "every changing call lies inside one update of `pulumi stack history`"


@dataclass
class Year:
    """The two witnesses, as the demo would have them after this many seconds."""

    runs: list[Run] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    calls: list[JournalEntry] = field(default_factory=list)
    clock: datetime = NOON

    def preview(self, *calls: tuple[str, str]) -> None:
        """A preview that makes these calls: (action, resource)."""
        self._run(PREVIEW, calls)

    def update(self, step: str, *calls: tuple[str, str]) -> None:
        """An update that makes these calls; ``UpdateStage ID`` patches the binding."""
        started = self.clock
        self._run(step, calls)
        entry = {"version": 0, "startTime": _cut(started), "endTime": _cut(self.clock)}
        self.history.insert(0, entry)

    def call(self, action: str, resource: str) -> None:
        """One call now."""
        name, _, certificate = action.partition(" ")
        self.clock += timedelta(milliseconds=35)
        self.calls.append(
            JournalEntry(
                number=len(self.calls) + 1,
                at=self.clock,
                wall=self.clock,
                service="apigateway",
                action=name,
                resource=resource,
                status=200,
                mutates=is_mutating("apigateway", name),
                patch={"/clientCertificateId": certificate} if name == "UpdateStage" else {},
            )
        )

    def ledger(self) -> Ledger:
        """What the demo makes of it."""
        return Ledger(self.runs, self.history, self.calls, STAGES)

    def broken(self) -> list[str]:
        """The statements that do not hold."""
        return [statement.text for statement in promises(self.ledger()) if not statement.held]

    def _run(self, step: str, calls: tuple[tuple[str, str], ...]) -> None:
        after = len(self.calls)
        for action, resource in calls:
            self.call(action, resource)
        self.runs.append(Run(step, after, len(self.calls)))


def _cut(instant: datetime) -> str:
    return format_instant(instant.replace(microsecond=0))


def year(**changed: tuple[tuple[str, str], ...]) -> Year:
    """A good one, previews before the updates, except for the updates that are given."""
    made = Year()
    made.preview()
    for step, calls in {**UPDATES, **changed}.items():
        made.update(step, *calls)
    return made


def test_a_good_year_is_reported_with_the_mutating_calls_of_each_update() -> None:
    """The report has these keys and no others; versions count from the oldest update."""
    good = year()

    assert good.broken() == []
    assert good.ledger().report(ok=True) == {
        "ok": True,
        "updates": [
            {
                "version": 1,
                "calls": ["GenerateClientCertificate", "PutParameter", "UpdateStage", "UpdateStage"],
            },
            {"version": 2, "calls": ["GenerateClientCertificate", "PutParameter"]},
            {"version": 3, "calls": ["UpdateStage", "UpdateStage"]},
            {"version": 4, "calls": []},
            {"version": 5, "calls": ["DeleteClientCertificate", "PutParameter"]},
            {"version": 6, "calls": ["UpdateStage", "UpdateStage", "DeleteClientCertificate"]},
        ],
        "aws_calls_at_preview": 0,
        "generated": 2,
        "deleted": 2,
        "left_behind": 0,
    }


def test_updates_within_one_second_keep_their_calls_apart() -> None:
    """All windows of this history overlap; every call still belongs to one update."""
    good = year()
    assert good.history[0]["startTime"] == good.history[-1]["startTime"]

    updates = good.ledger().updates

    assert all(sum(update.holds(call) for update in updates) == 1 for call in good.calls)


def test_a_call_outside_the_historys_window_belongs_to_no_update() -> None:
    """The CLI call's own bracket is not enough: the history is the witness."""
    late = year()
    late.calls[-1] = replace(late.calls[-1], wall=late.clock + timedelta(seconds=2))

    assert WINDOWS in late.broken()


def test_a_call_between_two_updates_belongs_to_none() -> None:
    """A change that no update of the history made is found."""
    stray = year()
    stray.call("DeleteClientCertificate", "three")

    assert WINDOWS in stray.broken()


def test_an_update_that_the_history_does_not_know_is_found() -> None:
    """Every CLI call that is no preview must have left an update."""
    silent = year()
    silent.runs.append(Run("issue", len(silent.calls), len(silent.calls)))

    assert silent.broken() == [WINDOWS]


def test_a_preview_that_reads_is_found() -> None:
    """Reads count too."""
    noisy = Year()
    noisy.preview(("GetStage", "api/dev"))

    assert noisy.ledger().report(ok=False)["aws_calls_at_preview"] == 1
    assert "previews make no AWS call at all" in noisy.broken()


@pytest.mark.parametrize(
    ("lie", "changed"),
    [
        ("switched before it was published", {"issue": UPDATES["issue"][:1], "retire": UPDATES["retire"]}),
        (
            "published and switched in one update",
            {"issue": (*UPDATES["issue"], *UPDATES["activate"]), "activate": ()},
        ),
        (
            "deleted in the update that switched",
            {"activate": (*UPDATES["activate"], ("DeleteClientCertificate", "one")), "retire": SCAN},
        ),
        (
            "deleted while a stage still presents it",
            {"activate": UPDATES["activate"][:3], "destroy": (*UPDATES["destroy"], *UPDATES["activate"][3:])},
        ),
        ("never deleted", {"retire": SCAN}),
    ],
)
def test_a_rotation_out_of_order_is_found(lie: str, changed: dict[str, tuple[tuple[str, str], ...]]) -> None:
    """Each of these would have been an outage, or a certificate left behind."""
    assert ORDER in year(**changed).broken(), lie


@pytest.mark.parametrize(
    ("text", "step", "extra"),
    [
        (
            "creation: 1 POST after 1 list; per stage at most 2 GET (before the POST, and to bind), and 1 PATCH",
            "create",
            ("GetStage", "api/dev"),
        ),
        ("rotation: 1 POST, 1 PATCH per stage, 1 DELETE", "confirm", ("UpdateStage two", "api/dev")),
        ("switch: per stage at most 1 GET (besides the refresh's), and 1 PATCH", "activate", ("GetStage", "api/dev")),
        (
            "in-use scan: 1 page of GetRestApis, GetStages once per API, 1 page of GetApis",
            "confirm",
            ("GetStages", "api"),
        ),
    ],
)
def test_one_call_more_than_needed_is_found(text: str, step: str, extra: tuple[str, str]) -> None:
    """The call floors are exact."""
    assert year(**{step: (*UPDATES[step], extra)}).broken() == [text]


def test_generating_and_deleting_in_one_update_is_found() -> None:
    """Invariant 2."""
    rash = year(retire=(*UPDATES["retire"], ("GenerateClientCertificate", "three")))

    assert "no update generates and deletes" in rash.broken()
    assert rash.ledger().report(ok=False)["left_behind"] == 1
