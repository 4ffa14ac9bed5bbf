"""Where states come from: files, standard input, stacks by name, or all stacks of the backend."""

from __future__ import annotations

import errno
import os
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from apigw_client_cert.cli.states import Unread, state_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from apigw_client_cert.cli.states import StackState

#: In place of a file's name.
STANDARD_INPUT: Final = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What the user named; ``project`` and ``tags`` are filters of ``all_stacks``."""

    files: Sequence[str] = ()
    stacks: Sequence[str] = ()
    all_stacks: bool = False
    project: str | None = None
    tags: Sequence[str] = ()
    concurrency: int = 8

    @property
    def named(self) -> bool:
        """Whether anything is named at all."""
        return bool(self.files or self.stacks or self.all_stacks)

    @property
    def complete(self) -> bool:
        """Whether it is every stack of a backend; of files, nobody knows."""
        return self.all_stacks and not (self.project or self.tags)

    def read(self, *, with_words: bool = False) -> Iterator[StackState | Unread]:
        """The states, in the order in which they were named; each as soon as it and those before it are there."""
        for file in dict.fromkeys(self.files):
            yield _file(file, with_words=with_words)
        stacks: Sequence[str] = self.stacks
        if self.all_stacks:
            from apigw_client_cert.cli import pulumi_cli  # noqa: PLC0415 - a file needs no process

            listed = pulumi_cli.stacks(self.project, self.tags)
            if isinstance(listed, Unread):
                yield listed
            else:
                stacks = [*stacks, *listed]
        stacks = list(dict.fromkeys(stacks))
        if stacks:
            yield from _exported(stacks, self.concurrency, with_words=with_words)


def _file(name: str, *, with_words: bool) -> StackState | Unread:
    source = "standard input" if name == STANDARD_INPUT else name
    try:
        content = _standard_input() if name == STANDARD_INPUT else Path(name).read_bytes()
    except OSError as error:
        return Unread(source, f"the file cannot be read: {error.strerror}")
    return state_of(content, source=source, with_words=with_words)


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return sys.stdin.buffer.read()


def _exported(stacks: Sequence[str], concurrency: int, *, with_words: bool) -> Iterator[StackState | Unread]:
    """Each export is cut down to our resources where it was read: what is kept of 200 states is little."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - a file needs none

    from apigw_client_cert.cli import pulumi_cli  # noqa: PLC0415 - nor a process

    with ThreadPoolExecutor(max_workers=min(concurrency, len(stacks))) as pool:
        said = _progress(len(stacks))
        for number, state in enumerate(pool.map(partial(pulumi_cli.export, with_words=with_words), stacks), start=1):
            said(number)
            yield state


def _progress(count: int) -> Callable[[int], None]:
    """Says on a terminal how many stacks are read: two hundred take a while."""
    if count == 1 or not sys.stderr.isatty():
        return lambda _number: None
    return partial(_say_progress, count)


def _say_progress(count: int, number: int) -> None:
    end = "\r\x1b[K" if number == count else ""
    sys.stderr.write(f"\rread {number} of {count} stacks{end}")
    sys.stderr.flush()
