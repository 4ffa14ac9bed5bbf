"""The plugin's process: how it starts, and when it ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

from benchmarks.plugin_startup import FLOOR
from benchmarks.plugin_startup import PLUGIN as PLUGIN_PROGRAM

PLUGIN = [sys.executable, "-m", "apigw_client_cert.native.server"]
# Far more than a start or an end takes: nothing here waits for it unless something hangs.
WAIT_LIMIT = 60
PARENT = f"""
import subprocess
plugin = subprocess.Popen({PLUGIN!r}, stdout=subprocess.PIPE, text=True)
print(plugin.stdout.readline().strip(), flush=True)
"""


def test_the_port_is_the_first_line_and_nothing_heavy_is_loaded_for_it() -> None:
    """boto3 and cryptography come at first need: a quiet preview needs neither."""
    heavy = ("boto3", "botocore", "cryptography")
    program = (
        "import sys; from apigw_client_cert.native.server import serve; from apigw_client_cert.native.servicer import"
        f" Servicer; server, port = serve(Servicer()); print(port, [one for one in {heavy!r} if one in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=WAIT_LIMIT
    )
    port, loaded = done.stdout.split(maxsplit=1)
    assert int(port) > 0
    assert loaded.strip() == "[]"


def test_before_the_port_little_more_is_imported_than_pulumi_and_the_protocol() -> None:
    """The engine waits for it at every start: what comes before is named here (figures: benchmarks/plugin_startup)."""
    program = f"""
{FLOOR}
import builtins, json, os, sys
before = set(sys.modules)

def at_the_port(port, flush):
    builtins.print = said
    print(json.dumps(sorted(set(sys.modules) - before)), flush=True)
    os._exit(0)

said, builtins.print = print, at_the_port
{PLUGIN_PROGRAM}
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=WAIT_LIMIT
    )
    # grpc loads its server's half of itself.
    assert [one for one in json.loads(done.stdout) if not one.startswith("grpc.")] == [
        "apigw_client_cert",
        "apigw_client_cert.native",
        "apigw_client_cert.native.engine",
        "apigw_client_cert.native.peers",
        "apigw_client_cert.native.server",
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order(number: signal.Signals) -> None:
    """The engine asks with SIGINT, and kills five seconds later."""
    with subprocess.Popen(PLUGIN, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as plugin:
        assert plugin.stdout is not None
        assert int(plugin.stdout.readline()) > 0
        plugin.send_signal(number)
        output, errors = plugin.communicate(timeout=WAIT_LIMIT)
    assert (plugin.returncode, output, errors) == (0, "", "")


def test_it_ends_when_the_engine_is_gone() -> None:
    """Its stderr is closed only when it has ended: the parent is dead long before."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as parent:
        output, errors = parent.communicate(timeout=WAIT_LIMIT)
    assert int(output) > 0
    assert errors == ""


@pytest.mark.parametrize(
    ("option", "says"), [("--version", "0.1.0"), ("--help", "The Pulumi plugin apigw-client-cert")]
)
def test_a_person_is_answered(option: str, says: str) -> None:
    """And the process ends: it waits for no engine."""
    done = subprocess.run([*PLUGIN, option], capture_output=True, text=True, timeout=WAIT_LIMIT, check=True)
    assert says in done.stdout
    assert done.stderr == ""
