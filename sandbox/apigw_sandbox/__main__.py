"""``python -m apigw_sandbox``: serve on loopback until SIGINT or SIGTERM, and print the environment to export."""

from __future__ import annotations

import argparse
import re
import shlex
import signal
import sys
import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING

from apigw_sandbox.behaviour import Behaviour
from apigw_sandbox.clock import parse_instant
from apigw_sandbox.faults.hostile import SHARE, Hostile, new_seed
from apigw_sandbox.loopback import is_loopback
from apigw_sandbox.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve; returns 0 after an orderly stop. Bad arguments end with status 2 before anything is served."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        hostile = _hostile(options)
    except ValueError as error:
        parser.error(str(error))
    # No threading.Event: its lock is not reentrant, and a handler that interrupts wait() could wait for it for ever.
    # SimpleQueue.put may interrupt anything (https://docs.python.org/3/library/queue.html#simplequeue-objects).
    stop: SimpleQueue[None] = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.put(None))
    sandbox = Sandbox(
        host=options.host,
        port=options.port,
        region=options.region,
        account_id=options.account,
        behaviour=Behaviour(throttle=options.throttle),
        hostile=hostile,
    )
    with sandbox:
        if options.now is not None:
            sandbox.clock.set(options.now)
        exported = dict(sandbox.environment)
        for name, stages in options.seed_api:
            exported[_variable(name)] = sandbox.console.create_rest_api(name, stages)
        for name, value in exported.items():
            _say(f"export {name}={shlex.quote(value)}")
        if options.until_stdin_closes:
            threading.Thread(target=_wait_for_stdin, args=(stop,), daemon=True).start()
        _say(f"# serving {sandbox.endpoint_url}; stop with Ctrl-C")
        stop.get()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m apigw_sandbox", description=__doc__)
    parser.add_argument("--host", type=_loopback, default="127.0.0.1", help="a loopback address (default %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument("--region", default="us-east-1", help="default %(default)s")
    parser.add_argument("--account", default="123456789012", help="the account that STS names (default %(default)s)")
    parser.add_argument("--now", type=parse_instant, help="start the clock at, for example, 2027-03-01T00:00:00Z")
    parser.add_argument("--throttle", action="store_true", help="10 requests/s, burst 40, as AWS does")
    parser.add_argument("--faults", choices=["none", "hostile"], default="none", help="default %(default)s")
    parser.add_argument("--fault-seed", type=int, help="what hostile faults are drawn by (default: drawn, and printed)")
    parser.add_argument(
        "--fault-share", type=float, default=SHARE, help="the share of calls that they strike (default %(default)s)"
    )
    parser.add_argument(
        "--seed-api",
        type=_seed,
        action="append",
        default=[],
        metavar="NAME:STAGE,STAGE",
        help="a REST API with stages; its id is exported as APIGW_SANDBOX_API_<NAME>; may be repeated",
    )
    parser.add_argument("--until-stdin-closes", action="store_true", help="also stop when standard input ends")
    return parser


def _hostile(options: argparse.Namespace) -> Hostile | None:
    """The preset that is asked for; raises ``ValueError``."""
    if options.faults == "none":
        if options.fault_seed is not None:
            raise ValueError("--fault-seed is for --faults hostile")
        return None
    seed = new_seed() if options.fault_seed is None else options.fault_seed
    return Hostile(seed=seed, share=options.fault_share)


def _loopback(host: str) -> str:
    if not is_loopback(host):
        raise argparse.ArgumentTypeError(f"the sandbox serves loopback only, not {host}")
    return host


def _seed(text: str) -> tuple[str, list[str]]:
    name, colon, stages = text.partition(":")
    names = stages.split(",") if stages else []
    if not name or not colon or not names or not all(names):
        raise argparse.ArgumentTypeError(f"write NAME:STAGE,STAGE, not {text!r}")
    return name, names


def _variable(name: str) -> str:
    return "APIGW_SANDBOX_API_" + re.sub(r"[^A-Z0-9]", "_", name.upper())


def _wait_for_stdin(stop: SimpleQueue[None]) -> None:
    sys.stdin.read()
    stop.put(None)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
