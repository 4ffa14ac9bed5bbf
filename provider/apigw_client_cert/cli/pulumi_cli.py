"""The Pulumi CLI, asked for the stacks of a backend and for their states. It changes nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Final

from apigw_client_cert.cli.states import Unread, state_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apigw_client_cert.cli.states import StackState

# A backend that does not answer must not hold up a scheduled check for ever.
_LONGEST_CALL_SECONDS: Final = 180
_LONGEST_REASON: Final = 300
_NO_PULUMI: Final = (
    "the Pulumi CLI is not on PATH: install it, or give files that `pulumi stack export` has written elsewhere"
)


def stacks(project: str | None, tags: Sequence[str]) -> list[str] | Unread:
    """The names of all stacks of the backend that the CLI is logged in to, as ``--stack`` takes them."""
    filters = [*(("--project", project) if project else ()), *(part for tag in tags for part in ("--tag", tag))]
    answer = _call("stack", "ls", "--all", "--json", *filters)
    if isinstance(answer, str):
        # One checkpoint of a file backend that cannot be parsed ends its whole listing.
        return Unread("pulumi stack ls", f"{answer}. Name the stacks with --stack, or narrow it with --project")
    try:
        told = json.loads(answer)
        if isinstance(told, list):
            return [str(one["name"]) for one in told]
    except (LookupError, TypeError, ValueError):
        pass
    return Unread("pulumi stack ls", "its answer is no list of stacks: this release of pulumi is not known")


def export(stack: str, *, with_words: bool = False) -> StackState | Unread:
    """The state of one stack."""
    answer = _call("stack", "export", "--stack", stack)
    if isinstance(answer, str):
        return Unread(stack.removeprefix("organization/"), answer)
    return state_of(answer, source=stack, selector=stack, with_words=with_words)


def _call(*arguments: str) -> bytes | str:
    """What the CLI printed, or why it did not."""
    program = shutil.which("pulumi")
    if program is None:
        return _NO_PULUMI
    try:
        done = subprocess.run(  # noqa: S603 - the user's own CLI, and no shell
            [program, *arguments, "--non-interactive"],
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LONGEST_CALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"`pulumi {' '.join(arguments)}` has not answered for {_LONGEST_CALL_SECONDS} seconds"
    except OSError as error:
        return f"`pulumi` could not be started: {error.strerror}"
    if done.returncode == 0:
        return done.stdout
    said = " ".join(done.stderr.decode(errors="replace").split()).removeprefix("error: ")[:_LONGEST_REASON]
    return f"`pulumi {' '.join(arguments)}` ended with {done.returncode}: {said}"
