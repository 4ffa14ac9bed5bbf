"""`make sdks`: the SDKs for Python, Node.js and Go, generated from the plugin's schema into sdks/.

Standard library and Go only. What is there already is generated again only when the schema or the generator changed.
"""

from __future__ import annotations

import contextlib
import fcntl
import sys
from typing import TYPE_CHECKING

from tools.building import SetupError, digest, go_build, require_go, run, stamped, timed
from tools.toolchain import ROOT, TOOLS

if TYPE_CHECKING:
    from collections.abc import Iterator

SDKS = ROOT / "sdks"
_SCHEMA = ROOT / "provider" / "apigw_client_cert" / "native" / "schema" / "schema.json"
_GENERATOR = ROOT / "tools" / "sdks" / "generator"
_SOURCES = [_GENERATOR / name for name in ("main.go", "go.mod", "go.sum")]
_BUILT = TOOLS / "sdks"
_BUILT_STAMP = _BUILT / ".ready"
_STAMP = SDKS / ".ready"


def sdks() -> None:
    """Bring sdks/ up to date with the schema.

    Raises:
        SetupError: Go is missing or too old, or the generator refuses the schema.
    """
    with taking_turns():
        if up_to_date():
            return
        require_go(_GENERATOR, "SDK generator", "and run it again")
        _build_generator()
        with timed("generating the SDKs into sdks/"):
            _STAMP.unlink(missing_ok=True)
            run([str(_BUILT / "generator"), str(_SCHEMA), str(SDKS)])
            _STAMP.write_text(definition(), encoding="utf-8")


def up_to_date() -> bool:
    """Tell whether sdks/ is what the schema and the generator say now."""
    return stamped(_STAMP, definition())


def definition() -> str:
    """Return a digest of what the SDKs are made from."""
    return digest([_SCHEMA, *_SOURCES])


@contextlib.contextmanager
def taking_turns() -> Iterator[None]:
    """Let one process at a time make what several tests share."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / ".sdks-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build_generator() -> None:
    if stamped(_BUILT_STAMP, digest(_SOURCES)):
        return
    _BUILT.mkdir(exist_ok=True)
    _BUILT_STAMP.unlink(missing_ok=True)
    with timed("building the SDK generator into .tools/sdks (seconds where the CLI was built here)"):
        go_build(_GENERATOR, ".", folder=_BUILT)
    _BUILT_STAMP.write_text(digest(_SOURCES), encoding="utf-8")


if __name__ == "__main__":
    try:
        sdks()
    except SetupError as error:
        sys.exit(f"sdks: {error}")
    print("sdks: sdks/python (pip install sdks/python), sdks/nodejs (npm install sdks/nodejs), sdks/go")
