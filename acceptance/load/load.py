"""Open-loop load at a constant rate: vegeta as a child process.

Open loop: requests start by the clock, whether or not earlier ones have been answered, so that a backend that stalls
does not slow down its own measurement. Nothing is sent twice, and no redirect is followed.
Why these flags behave so: vegeta v12.13.0, attack.go and lib/attack.go.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import signal
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools import toolchain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from typing_extensions import Self

TIMEOUT_SECONDS = 60
"""How long a request waits for its whole answer."""

LONGEST_SECONDS = 3600
"""When an attack ends by itself, so that no load outlives a harness that was killed."""

_LOOK_SECONDS = 0.01
# Milli-requests per second: vegeta takes whole numbers only, but any unit of time.
_RATE_UNIT_SECONDS = 1000

# No variable of ours reaches vegeta, proxies least of all. It writes times with the offset of its zone.
_ENVIRONMENT = {"TZ": "UTC"}


class LoadError(Exception):
    """The load generator does not start, end or tell its results as it should; the message has its words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is asked: GET of a URL with these headers, besides vegeta's own ``User-Agent`` and ``X-Vegeta-Seq``."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One request and what became of it.

    ``sequence`` counts from 0 in the order of sending. ``sent`` is epoch seconds; ``seconds`` is until the end of the
    answer's body, or until the failure. ``status`` is 0 when no complete answer came. ``error`` is "" for 2xx and 3xx,
    the status line of another answer, else Go's words. ``headers`` are the answer's that start with ``x-``, names in
    lower case, the first value of each.
    """

    sequence: int
    sent: float
    seconds: float
    status: int
    error: str
    headers: Mapping[str, str]


class Load:
    """A constant load on targets in turn, from ``with`` to ``stop``.

    The end of the block stops it, too, and waits for what is in flight; an exception kills it.

    Args:
        folder: Where targets, results and vegeta's words are kept; made if missing, one for each load.
        targets: Asked one after the other, again and again.
        rate: Requests per second, at least 0.001; kept to three decimals.
    """

    def __init__(self, folder: Path, targets: Sequence[Target], rate: float) -> None:
        self._rate = round(rate * _RATE_UNIT_SECONDS)
        if self._rate < 1 or not targets:
            raise ValueError(f"no load: rate {rate}, {len(targets)} targets")
        self._targets = "".join(f"{_target_line(target)}\n" for target in targets)
        self._folder = folder
        self._results, self._words = folder / "results.gob", folder / "vegeta.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._asked_to_stop = False

    def __enter__(self) -> Self:
        """Start; the first request is sent one interval later.

        Raises:
            ToolchainError: vegeta is missing.
            LoadError: It ended instead of starting.
        """
        vegeta = toolchain.vegeta()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._results.unlink(missing_ok=True)
        targets = self._folder / "targets.json"
        targets.write_text(self._targets, encoding="utf-8")
        with self._words.open("wb") as words:
            self._process = subprocess.Popen(
                [vegeta, "attack", *self._flags(targets)],
                env=_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                # Ctrl-C ends the harness, which decides about the load. The second signal would cut off requests.
                start_new_session=True,
            )
        try:
            self._await_start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, or kill after an exception."""
        if kind is None:
            self.stop()
        else:
            self.kill()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The generator; raises ``RuntimeError`` before the start."""
        if self._process is None:
            raise RuntimeError("the load has not been started; use it as a context manager")
        return self._process

    @property
    def died(self) -> bool:
        """Whether it ended although nobody called ``stop``, or otherwise than it does when asked: results are partial.

        Also true for an attack that came to LONGEST_SECONDS.
        """
        status = self.process.poll()
        return status is not None and (status != 0 or not self._asked_to_stop)

    def stop(self) -> None:
        """Send nothing more and wait for the answers to what is in flight; nothing happens when it has ended.

        Raises:
            LoadError: It did not end after the longest wait that a request may have; it has been killed.
        """
        process = self.process
        if process.poll() is None and not self._asked_to_stop:
            self._asked_to_stop = True
            # vegeta's first SIGINT ends the pacing and drains its workers; only a second one would break requests off.
            process.send_signal(signal.SIGINT)
        wait_limit = TIMEOUT_SECONDS + 2 * _RATE_UNIT_SECONDS / self._rate  # the pacing sleeps until its next request
        try:
            process.wait(wait_limit)
        except subprocess.TimeoutExpired as error:
            self.kill()
            raise LoadError(f"vegeta did not end within {wait_limit:.0f} s: {self._said()}") from error

    def kill(self) -> None:
        """End it at once, whatever is in flight; those requests have no results."""
        self.process.kill()
        self.process.wait()

    def results(self) -> Iterator[Sent]:
        """The requests in the order in which they ended, read one by one; of a load that died, those it had written.

        Raises:
            LoadError: The load still runs, or its results cannot be read.
        """
        if self.process.poll() is None:
            raise LoadError("the load still runs; stop it before you read its results")
        if self._results.stat().st_size == 0:  # vegeta cannot tell the encoding of nothing
            return
        command = [str(toolchain.vegeta()), "encode", "-to=json", str(self._results)]
        with (
            self._words.open("ab") as words,
            subprocess.Popen(command, env=_ENVIRONMENT, stdout=subprocess.PIPE, stderr=words) as encoding,
        ):
            for line in encoding.stdout or ():
                yield _sent(json.loads(line))
            # The last result of a generator that was killed may be cut off, which vegeta reports after the others.
            if encoding.wait() != 0 and not self.died:
                raise LoadError(f"the results cannot be read: {self._said()}")

    def _flags(self, targets: Path) -> Sequence[str]:
        return (
            f"-rate={self._rate}/{_RATE_UNIT_SECONDS}s",
            f"-duration={LONGEST_SECONDS}s",
            "-format=json",
            f"-targets={targets}",
            f"-output={self._results}",
            f"-timeout={TIMEOUT_SECONDS}s",
            "-max-body=0",
            "-redirects=-1",
            "-http2=false",
            # Otherwise vegeta resolves names itself and dials all their addresses at once.
            "-dns-ttl=-1s",
            # Go's transport repeats a GET whose kept connection ended before its answer began (net/http, transport.go,
            # shouldRetryRequest), silently: it never does on a connection's first request, so each gets its own.
            # That costs loopback handshakes, and no proof is worth less for it: the connections under test are those
            # between the data plane and the backend.
            "-keepalive=false",
            # There is no -max-workers: a limit would make requests wait for each other, and close the loop.
        )

    def _await_start(self) -> None:
        """Wait until vegeta has opened its results: a signal before it listens to any would just end it."""
        while not self._results.exists():
            with contextlib.suppress(subprocess.TimeoutExpired):
                status = self.process.wait(_LOOK_SECONDS)
                raise LoadError(f"vegeta ended with status {status} instead of starting: {self._said()}")

    def _said(self) -> str:
        return self._words.read_text(encoding="utf-8", errors="replace").strip() or "it said nothing"


def _target_line(target: Target) -> str:
    headers: dict[str, list[str]] = {}
    for name, value in target.headers:
        headers.setdefault(name, []).append(value)
    return json.dumps({"method": "GET", "url": target.url, "header": headers})


def _sent(result: Mapping[str, Any]) -> Sent:
    headers = {name.lower(): values[0] for name, values in (result["headers"] or {}).items()}
    return Sent(
        sequence=result["seq"],
        sent=_epoch_seconds(result["timestamp"]),
        seconds=result["latency"] / 1e9,
        status=result["code"],
        error=result["error"],
        headers={name: value for name, value in headers.items() if name.startswith("x-")},
    )


def _epoch_seconds(timestamp: str) -> float:
    """Go's RFC 3339 in UTC, up to nine decimals: more than ``fromisoformat`` of Python 3.10 reads."""
    whole, _, decimals = timestamp.removesuffix("Z").partition(".")
    return dt.datetime.fromisoformat(f"{whole}+00:00").timestamp() + float(f"0.{decimals or 0}")
