"""``status --format html``: what is on the page, what cannot get onto it, and how a browser takes it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.cli.limits import Limits
from apigw_client_cert.cli.rows import report_of
from apigw_client_cert.cli.states import state_of
from apigw_client_cert.cli.timelines import Timeline, timeline_of
from tests.cli import scenarios
from tests.cli.chromium import chromium
from tests.cli.exports import edited
from tests.cli.test_bad_luck import HOSTILE, renamed

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from tests.cli.conftest import Command

VOID = {"input", "link", "meta"}


class Page(HTMLParser):
    """The page as it is parsed: each element with its attributes, each text, and that every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.inline: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    @property
    def text(self) -> str:
        """All that is said, on one line."""
        return " ".join("".join(self.texts).split())

    def attributes(self, name: str) -> list[str]:
        """Every value of an attribute."""
        return [value or "" for _tag, attributes in self.elements for key, value in attributes.items() if key == name]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it, and what closes it."""
        assert len(attrs) == len(dict(attrs))
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Of SVG: it closes itself."""
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Only what was opened last is closed."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """A text, or a style or a script."""
        if self._open and self._open[-1] in {"style", "script"}:
            self.inline[self._open[-1]] = data
        else:
            self.texts.append(data)


def page(command: Command, *contents: bytes, day: float = scenarios.BUSY_DAY) -> str:
    """The page of these states as of a day."""
    command.at(scenarios.day(day))
    return command("status", "--format", "html", *command.files(*contents)).out


def timeline(content: bytes, now: datetime) -> Timeline:
    """Of a state's only rotation."""
    (row,) = report_of([state_of(content, source="state")], now, Limits()).rows
    return timeline_of(row, now)


@pytest.mark.parametrize(
    ("fleet", "day"),
    [
        (scenarios.busy(), scenarios.BUSY_DAY),
        (scenarios.varied(), scenarios.BUSY_DAY),
        ([scenarios.steady(), scenarios.blocked()], 342.5),
    ],
    ids=["busy", "varied", "with a note"],
)
def test_all_that_the_report_has_is_on_the_page(command: Command, fleet: list[bytes], day: float) -> None:
    """Every rotation, finding, stage and certificate of the JSON, and what could not be read."""
    parsed = Page(page(command, *fleet, day=day))
    told = json.loads(command("status", "--json", *command.files(*fleet)).out)
    said = parsed.text
    for row in told["rotations"]:
        assert f"{row['name']}{row['stack']}" in said
        for finding in row["findings"]:
            assert f"{finding['reason']}" in said
            assert finding["message"] in said
        for stage in row["stages"]:
            assert f"{stage['stage']}" in said
            assert f"presents {stage['presented']}" in said
        for one in (row["active"], row["pending"], *row["previous"]):
            assert one is None or re.search(rf"Generation {one['generation']}, {one['id']}, \w+: ", said)
    for unread in told["unread"]:
        assert f"{unread['stack']}: {unread['why']}" in said
    words = [
        max((one["urgency"] for one in row["findings"]), key=_urgency, default="fine") for row in told["rotations"]
    ]
    for word in ("person", "due", "note", "fine"):
        assert f"{word}{words.count(word)}" in said.replace(" ", "")
    assert f"rotations{len(words)}" in said.replace(" ", "")
    assert f"unread{len(told['unread'])}" in said.replace(" ", "")


def _urgency(word: str) -> int:
    return ("note", "due", "person").index(word)


def test_what_comes_is_the_forecast_of_daily_runs(command: Command) -> None:
    """Each step of ``forecast`` within a year, at its minute."""
    files = command.files(*scenarios.varied())
    said = Page(page(command, *scenarios.varied())).text
    told = json.loads(command("forecast", "--json", "--until", "2028-02-28T10:00:00Z", *files).out)
    assert len(told["steps"]) > 20
    for at in {step["at"] for step in told["steps"]}:
        minute = at.removesuffix(":00Z") + "Z"
        assert minute in said
    assert all(f"{step['step']} " in said for step in told["steps"])


def test_a_drawing_shows_no_stage_with_what_backends_do_not_trust_yet() -> None:
    """The move is after the publication by the lead, in the spans that are drawn too; generations end as they do."""
    now = scenarios.day(336)
    drawn = timeline(scenarios.published(), now)
    lives = {life.number: life for life in drawn.lives}
    assert [(life.role, life.id) for life in drawn.lives] == [
        ("active", "cert01"),
        ("pending", "cert02"),
        ("to come", None),
    ]
    assert lives[1].deleted is not None
    assert lives[1].deleted < lives[1].expires
    assert [phase.phase for phase in drawn.phases[:3]] == ["published", "overlapping", "steady"]
    for lane in drawn.lanes:
        assert [one.generation for one in lane.presents] == [1, 2, 3]
        for one in lane.presents[1:]:
            life = lives[one.generation or 0]
            assert one.since is not None
            assert life.trusted_since is not None
            assert (one.since - life.trusted_since).total_seconds() >= 0.9 * 86400
        assert lane.presents[0].until == lane.presents[1].since


def test_a_stage_says_what_it_waits_for_and_after_whom(command: Command) -> None:
    """Its wave, until when, and that it does not present what it should."""
    waits = {"waitingUntil": "2027-02-03T10:00:00Z", "waitingBecause": "wave", "waitingFor": "cert02"}
    content = edited(scenarios.two_stacks()[1], "StageBinding", "outputs", waits)
    content = edited(content, "StageBinding", "inputs", {"after": [{"name": "orders-dev"}]})
    said = Page(page(command, scenarios.two_stacks()[0], content, day=337)).text
    assert (
        "presents cert01 (generation 1) since 2026-03-02T10:00Z, and should present cert02 (generation 2);"
        " waits for its wave until 2027-02-03T10:00Z; in the wave after orders-dev"
    ) in said


def test_a_stack_whose_owner_was_not_read_has_what_it_was_told() -> None:
    """And says that nothing more can be told."""
    drawn = timeline(scenarios.consumer(), scenarios.day(340))
    assert [(life.number, life.id) for life in drawn.lives] == [(1, "cert01"), (2, "cert02")]
    assert [one.generation for one in drawn.lanes[0].presents] == [1]
    assert drawn.unforeseen is not None


def called(content: bytes, name: str) -> bytes:
    """The state with this text in every name, and in each id, stage and role that is compared with nothing."""
    told = renamed(content, name)
    keys = ["stageName", "apiId", "id", "clientCertificateId", "presentedClientCertificateId"]
    if b"RotatingClientCertificate" not in told:
        keys.append("role")
    quoted = json.dumps(name)[1:-1].replace("\\", "\\\\")
    return re.sub(rf'"({"|".join(keys)})": "(\w+)"', rf'"\1": "\2 {quoted}"', told.decode()).encode()


@pytest.mark.parametrize("content", [scenarios.blocked(), scenarios.consumer()], ids=["owner", "consumer"])
def test_hostile_names_are_text(command: Command, content: bytes) -> None:
    """The elements are those of the page with harmless names; nothing turns the writing round."""
    harmless, hostile = (page(command, called(content, name)) for name in ("harmless", HOSTILE))
    assert all(sign.isprintable() or sign == "\n" for sign in hostile)
    elements = [[tag for tag, _attributes in Page(text).elements] for text in (harmless, hostile)]
    assert elements[0] == elements[1]
    assert "table" in elements[0]
    assert "<script>alert(1)</script>" in Page(hostile).text
    assert "\\x1b[31mred\\u202e" in Page(hostile).text
    assert not [name for _tag, attributes in Page(hostile).elements for name in attributes if name.startswith("on")]


def test_a_name_from_right_to_left_stands_for_itself(command: Command) -> None:
    """It is isolated: the digits beside it stay where they are."""
    assert "<bdi>מפתח</bdi>" in page(command, renamed(scenarios.steady(), "מפתח"))


def test_the_page_loads_nothing_and_runs_nothing_but_its_own_script(command: Command) -> None:
    """No address but those inside of it, and a policy whose hashes are those of what is there."""
    text = page(command, *scenarios.busy())
    parsed = Page(text)
    assert {value for name in ("href", "src", "action") for value in parsed.attributes(name)} == {"#axis", "data:,"}
    assert not re.search(r"url\(|@import|https?:", text)
    assert parsed.attributes("style") == []
    (policy,) = (one["content"] for tag, one in parsed.elements if tag == "meta" and "http-equiv" in one)
    allowed = dict(one.strip().partition(" ")[::2] for one in (policy or "").split(";"))
    assert allowed["default-src"] == "'none'"
    for name in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(parsed.inline[name].encode()).digest()).decode()
        assert allowed[f"{name}-src"] == f"'sha256-{digest}'"


def test_three_hundred_rotations_are_less_than_two_megabytes(command: Command) -> None:
    """Each under way, with a rotation now and one within the year."""
    content = scenarios.published()
    many = [content.replace(b"invoices", b"invoices-%03d" % number) for number in range(300)]
    text = page(command, *many, day=336)
    assert text.count("<details>") == 300
    assert len(text.encode()) < 2_000_000


def test_a_page_of_nothing_is_one(command: Command) -> None:
    """Without a table."""
    parsed = Page(page(command, b'{"deployment": null}'))
    assert "No rotation in what was read." in parsed.text
    assert "table" not in {tag for tag, _attributes in parsed.elements}


def test_a_clock_out_of_every_calendar_is_refused(command: Command) -> None:
    """Without a traceback."""
    command.at(scenarios.day(0).replace(year=9500))
    answer = command("status", "--format", "html", command.file(scenarios.steady()))
    assert answer.code == 4
    assert "The clock says 9500" in answer.err


def test_a_browser_sorts_and_filters_by_the_keyboard(command: Command, tmp_path: Path) -> None:
    """In Chromium, under the page's own policy: nothing is asked for but the file, and nothing overflows."""
    file = tmp_path / "page.html"
    file.write_text(page(command, *scenarios.varied()))
    stacks = "[...document.querySelectorAll('tbody:not([hidden])')].map(one => one.rows[0].cells[2].textContent)"
    sorted_by = "[...document.querySelectorAll('th[aria-sort]')].map(one => [one.innerText, one.ariaSort])"
    with chromium(tmp_path / "profile") as browser:
        browser.open(file)
        urgent = browser.evaluate(stacks)
        browser.evaluate("document.querySelector('button').focus()")
        for _button in ("Urgency", "Rotation", "Stack"):
            browser.press("Tab")
        assert browser.evaluate("document.activeElement.matches('th button:focus-visible')") is True
        browser.press("Enter")
        assert browser.evaluate(sorted_by) == [["Stack", "ascending"]]
        assert browser.evaluate(stacks) == sorted(urgent) != urgent
        browser.press(" ")
        assert browser.evaluate(sorted_by) == [["Stack", "descending"]]
        assert browser.evaluate(stacks) == sorted(urgent, reverse=True)
        browser.press("Tab")
        browser.press("Enter")
        left = "[...document.querySelectorAll('tbody')].map(one => parseInt(one.rows[0].cells[5].textContent))"
        assert browser.evaluate(left) == sorted(browser.evaluate(left))
        browser.evaluate("document.querySelector('input').focus()")
        browser.call("Input.insertText", text="OVERDUE platform")
        assert browser.evaluate(stacks) == ["platform/prod"]
        assert browser.evaluate("document.querySelector('output').value") == f"1 of {len(urgent)}"
        browser.press("Tab")
        browser.press(" ")
        assert browser.evaluate("document.querySelectorAll('details[open]').length") == 1
        for width in (320, 1600):
            browser.call(
                "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False
            )
            assert browser.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
        assert browser.asked_for == [file.as_uri()]
        assert browser.errors == []
