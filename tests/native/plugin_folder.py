"""The plugin as a folder that a project names, started from this tree."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = "apigw-client-cert"
EXECUTABLE = f"""#!{sys.executable}
from apigw_client_cert.native.server import main

main()
"""


def plugin_entry(folder: Path) -> str:
    """What a project says of the plugin, whose executable is made below the folder."""
    plugin = folder / "plugin"
    plugin.mkdir(exist_ok=True)
    executable = plugin / f"pulumi-resource-{PACKAGE}"
    executable.write_text(EXECUTABLE)
    executable.chmod(0o755)
    return json.dumps({"providers": [{"name": PACKAGE, "path": str(plugin)}]})
