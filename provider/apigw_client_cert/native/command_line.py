"""What the plugin's program says to a person: the engine starts it with an address, and never with these."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from apigw_client_cert.native.schema import committed

if TYPE_CHECKING:
    from collections.abc import Sequence

_USAGE: Final = """\
pulumi-resource-apigw-client-cert {version}

The Pulumi plugin apigw-client-cert: the Pulumi engine starts it, and talks to it over gRPC. There is nothing to run by
hand. Programs in every language use it after

    pulumi package add PATH-OF-THE-PLUGIN

  --help     this text
  --version  the version
"""


def answer(arguments: Sequence[str]) -> None:
    """Print what was asked for: the version, or else what this program is."""
    version = committed.version()
    sys.stdout.write(f"{version}\n" if "--version" in arguments else _USAGE.format(version=version))
