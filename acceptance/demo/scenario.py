"""Where the story takes place: an account, a stack, one clock for both, and a terminal that shows every command."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from acceptance.demo.account import Observer
from acceptance.demo.terminal import Run, plain_text
from acceptance.pulumi_stack import Outcome, PulumiStack
from tools.toolchain import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from acceptance.demo.account import Account
    from acceptance.demo.terminal import Terminal
    from apigw_sandbox import Sandbox

DEMO = ROOT / ".demo"
START = datetime(2026, 3, 2, 10, tzinfo=timezone.utc)
FILE = "pins.conf"
PARAMETER = "/orders/client-cert-pins"
STAGES = ("dev", "prod")


class StoryBroken(AssertionError):  # noqa: N818 - a story breaks; nothing is in error
    """An expectation failed; the text says on which day, what was expected and what was found."""


class Scenario:
    """A REST API with two stages that present nothing, and a project with the repository's own program.

    Args:
        sandbox: A running, empty one.
        terminal: Where to show what is done.
    """

    def __init__(self, sandbox: Sandbox, terminal: Terminal) -> None:
        self.sandbox = sandbox
        self.terminal = terminal
        self._day = 0
        sandbox.clock.set(START)
        self.api = sandbox.console.create_rest_api("orders", stages=STAGES)
        self.stack = PulumiStack(DEMO / "orders", "demo", DEMO)
        self.stack.write_project(project="orders")
        self.observer = Observer(sandbox, self.api, self.stack.folder / FILE, PARAMETER)
        self.runs: list[Run] = []

    def at(self, day: int, title: str, comment: str) -> None:
        """A new step, on a day that is not before the last one's."""
        self._day = day
        self.sandbox.clock.set(START + timedelta(days=day))
        self.terminal.title(f"Day {day}, {START + timedelta(days=day):%Y-%m-%d}: {title}", comment)

    def preview(self, *flags: str, succeeds: bool) -> str:
        """Run `pulumi preview`, return all that it printed; raises ``StoryBroken`` where it does not end as told."""
        outcome = self._pulumi("preview", "preview", *flags)
        self._ended(outcome, f"pulumi {' '.join(('preview', *flags))}", succeeds=succeeds)
        return outcome.output

    def update(self, step: str, *arguments: str) -> Account:
        """Run a command that makes one update, return the account after it; raises ``StoryBroken`` if it fails."""
        outcome = self._pulumi(step, *arguments)
        self._ended(outcome, f"pulumi {' '.join(arguments)}", succeeds=True)
        return self.look(f"day {self._day}, {step}")

    def look(self, label: str) -> Account:
        """Show the account."""
        account = self.observer.look()
        self.terminal.account(label, account)
        return account

    def presented_and_trusted(self, account: Account, presented: str | None, trusted: tuple[str, ...]) -> None:
        """Raises ``StoryBroken`` unless every stage presents, and each target holds, just this."""
        self.expect("what the stages present", dict.fromkeys(STAGES, presented), dict(account.presented))
        self.expect("what the file holds, in order", trusted, account.file)
        self.expect("what the parameter holds, in order", trusted, account.parameter)

    def expect(self, what: str, expected: object, found: object) -> None:
        """Raises ``StoryBroken`` where the two differ."""
        if expected != found:
            raise StoryBroken(f"day {self._day}: {what}: expected {expected}, found {found}")

    def _pulumi(self, step: str, *arguments: str) -> Outcome:
        """Run and show one CLI call with our clock; the sandbox's was set to the same day."""
        now = f"{START + timedelta(days=self._day):%Y-%m-%dT%H:%M:%SZ}"
        self.stack.env["APIGW_CLIENT_CERT_NOW"] = now
        colour = ("--color", "always") if self.terminal.colour else ()
        self.terminal.command(f"APIGW_CLIENT_CERT_NOW={now} pulumi {' '.join(arguments)} --stack {self.stack.name}")
        after = self.sandbox.journal.last_number
        lines: list[str] = []
        with self.stack.running(*arguments, *colour) as process:
            self.terminal.output(_kept(process.stdout or (), lines))
            code = process.wait()
        self.runs.append(Run(step, after, self.sandbox.journal.last_number))
        self.terminal.status(code)
        return Outcome(code, plain_text("".join(lines)))

    def _ended(self, outcome: Outcome, command: str, *, succeeds: bool) -> None:
        if outcome.succeeded != succeeds:
            raise StoryBroken(
                f"day {self._day}: `{command}` should {'succeed' if succeeds else 'fail'} and ended with"
                f" {outcome.code}; all that it printed:\n{outcome.output}"
            )


def _kept(lines: Iterable[str], kept: list[str]) -> Iterator[str]:
    for line in lines:
        kept.append(line)
        yield line
