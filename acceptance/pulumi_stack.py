"""One Pulumi stack, driven through the real CLI on a file backend: what the tests and the demo run."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from tools.toolchain import ROOT, bin_dir, environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

# No single CLI call of a test takes a fifth of this; a hung plugin must not hang the whole run.
TIMEOUT_SECONDS = 180

# A cancelled CLI waits for the AWS calls in flight; against the sandbox those take well under a second.
CANCEL_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one CLI call printed (both streams, in order) and how it ended."""

    code: int
    output: str

    @property
    def succeeded(self) -> bool:
        """Whether the CLI exited with 0."""
        return self.code == 0


class PulumiStack:
    """A stack of a project folder.

    Args:
        folder: Holds the project; ``write_project`` fills it.
        name: The stack's name.
        backend: The folder of the file backend, shared by the stacks of one test.
        env: Added to the environment of every call.
    """

    def __init__(self, folder: Path, name: str, backend: Path, env: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.name = name
        self.backend = backend
        self.env = dict(env or {})
        folder.mkdir(parents=True, exist_ok=True)
        backend.mkdir(parents=True, exist_ok=True)

    def write_project(self, program: str | None = None, project: str = "rotation") -> None:
        """Write Pulumi.yaml and the program; without one, the repository's own stack program."""
        text = (ROOT / "__main__.py").read_text() if program is None else program
        (self.folder / "__main__.py").write_text(text)
        (self.folder / "Pulumi.yaml").write_text(f"name: {project}\nruntime: python\n")

    def init(self) -> None:
        """Create the stack in the backend."""
        self.run("stack", "init", f"organization/{self._project()}/{self.name}", expect=0)

    def configure(self, values: Mapping[str, object]) -> None:
        """Set configuration values in the stack's file; a dotted key such as ``publish[0].file`` is a path."""
        settings = self._settings()
        for key, value in values.items():
            first, *rest = re.findall(r"[^.\[\]]+", key)
            _put(settings["config"], [f"{self._project()}:{first}", *rest], value)
        self._settings_file().write_text(yaml.safe_dump(settings))

    def unset(self, key: str) -> None:
        """Remove a configuration value, or a part of one."""
        settings = self._settings()
        first, *rest = re.findall(r"[^.\[\]]+", key)
        *above, last = [f"{self._project()}:{first}", *rest]
        place: Any = settings["config"]
        for step in above:
            place = place[int(step) if isinstance(place, list) else step]
        del place[int(last) if isinstance(place, list) else last]
        self._settings_file().write_text(yaml.safe_dump(settings))

    def preview(self, *flags: str) -> Outcome:
        """``pulumi preview``."""
        return self.run("preview", "--non-interactive", "--color", "never", *flags)

    def up(self, *flags: str) -> Outcome:
        """``pulumi up`` without the preview before it."""
        return self.run("up", "--yes", "--skip-preview", "--non-interactive", "--color", "never", *flags)

    def refresh(self, *flags: str) -> Outcome:
        """``pulumi refresh``."""
        return self.run("refresh", "--yes", "--skip-preview", "--non-interactive", "--color", "never", *flags)

    def destroy(self, *flags: str) -> Outcome:
        """``pulumi destroy``."""
        return self.run("destroy", "--yes", "--skip-preview", "--non-interactive", "--color", "never", *flags)

    def export(self) -> dict[str, Any]:
        """The stack's state."""
        state: dict[str, Any] = json.loads(self.run("stack", "export", expect=0).output)
        return state

    def import_state(self, state: Mapping[str, Any]) -> None:
        """Replace the stack's state."""
        file = self.folder / "state.json"
        file.write_text(json.dumps(state))
        self.run("stack", "import", "--file", str(file), expect=0)

    def resources(self, kind: str) -> list[dict[str, Any]]:
        """The resources of one of our kinds, by URN: the engine states concurrent ones in any order."""
        found = self.export()["deployment"].get("resources", [])
        ours = [one for one in found if one["type"].endswith(f"/apigw:{kind}")]
        return sorted(ours, key=lambda one: str(one["urn"]))

    def outputs(self, kind: str, name: str = "") -> dict[str, Any]:
        """The outputs of the only resource of a kind, or of the one whose URN ends with this name."""
        (one,) = [found for found in self.resources(kind) if found["urn"].endswith(name)]
        outputs: dict[str, Any] = one["outputs"]
        return outputs

    def run(self, *arguments: str, expect: int | None = None, timeout: float = TIMEOUT_SECONDS) -> Outcome:
        """One CLI call in the project's folder; raises ``AssertionError`` where it does not end as expected."""
        done = subprocess.run(
            self._command(arguments),
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )
        if expect is not None and done.returncode != expect:
            raise AssertionError(f"pulumi {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}")
        return Outcome(done.returncode, done.stdout)

    def call(self, *arguments: str) -> tuple[list[str], dict[str, str], Path]:
        """Command, environment and folder of a CLI call, for whoever runs it in a way of its own."""
        return self._command(arguments), self._environment(), self.folder

    @contextlib.contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """One CLI call whose output can be read as it comes; however the block ends, the call is over after it.

        The CLI gets a session of its own: a Ctrl-C then reaches it once, from here, and not from the terminal too,
        since the second one would make it drop an update half way.
        """
        process = subprocess.Popen(
            self._command(arguments),
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        with process:
            try:
                yield process
            finally:
                _end(process)

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        # What comes after ``--`` is no flag.
        end = arguments.index("--") if "--" in arguments else len(arguments)
        return [str(bin_dir() / "pulumi"), *arguments[:end], *self._stack_flag(arguments), *arguments[end:]]

    def _environment(self) -> dict[str, str]:
        return {**environment(self.backend / "home", self.backend), **self.env}

    def _stack_flag(self, arguments: tuple[str, ...]) -> list[str]:
        of_no_stack = arguments[:2] == ("stack", "init") or arguments[0] == "plugin"
        return [] if of_no_stack else ["--stack", self.name]

    def _settings_file(self) -> Path:
        return self.folder / f"Pulumi.{self.name}.yaml"

    def _settings(self) -> dict[str, Any]:
        file = self._settings_file()
        settings: dict[str, Any] = (yaml.safe_load(file.read_text()) if file.exists() else None) or {}
        settings.setdefault("config", {})
        return settings

    def _project(self) -> str:
        first = (self.folder / "Pulumi.yaml").read_text().splitlines()[0]
        return first.removeprefix("name: ")


def _end(process: subprocess.Popen[str]) -> None:
    """Ask the CLI to cancel, as Ctrl-C does: it finishes the calls in flight and stops its plugins. Then insist."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=CANCEL_SECONDS)
    finally:
        process.kill()


def _put(place: Any, path: list[str], value: object) -> None:  # noqa: ANN401 - nested configuration of any shape
    for step, following in zip(path, [*path[1:], None], strict=True):
        key: Any = int(step) if isinstance(place, list) else step
        if following is None:
            inside: object = value
        elif (isinstance(place, dict) and key in place) or (isinstance(place, list) and key < len(place)):
            inside = place[key]
        else:
            inside = [] if following.isdecimal() else {}
        if isinstance(place, list) and key == len(place):
            place.append(inside)
        else:
            place[key] = inside
        place = inside
