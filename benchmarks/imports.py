"""What importing the package costs beyond ``import pulumi``, as the interpreter itself measures it.

Its clock is the wall's: of all rounds the quickest is nearest to what an idle machine needs.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Final

from benchmarks.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM_MILLISECONDS: Final = 25
# What Pulumi's language host and every dynamic program load anyway.
_PROGRAM_FLOOR: Final = "import pulumi, pulumi.dynamic, asyncio"
_HOST_FLOOR: Final = "import pulumi.dynamic, pulumi.runtime, dill, grpc"
# What a preview of all three resources calls.
_HOST: Final = "from apigw_client_cert import resources as r; r._environment(); " + "; ".join(
    f"r.{lifecycle}()" for lifecycle in ("_certificate", "_trust_bundle", "_binding")
)
_PROGRAM: Final = "from apigw_client_cert import File, RestStage, RotatingClientCertificate, StageBinding, TrustBundle"


def figures(rounds: int) -> Iterator[Figure]:
    """The package's own modules: in the program, and in the dynamic host with the first call of each resource."""
    yield Figure(
        name="startup.import_of_the_package",
        value=_quickest(_PROGRAM_FLOOR, _PROGRAM, rounds),
        unit="ms",
        at_most=PROGRAM_MILLISECONDS,
    )
    yield Figure(
        name="startup.import_in_the_dynamic_host",
        value=_quickest(_HOST_FLOOR, _HOST, rounds),
        unit="ms",
    )


def _quickest(floor: str, code: str, rounds: int) -> float:
    return min(import_milliseconds(floor, code) for _ in range(rounds))


def import_milliseconds(floor: str, code: str) -> float:
    """What a process imports for ``code`` that it has not imported for ``floor``."""
    marked = f"{floor}\nimport sys; print('mark', file=sys.stderr, flush=True)\n{code}"
    command = [sys.executable, "-X", "importtime", "-c", marked]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=True)
    lines = done.stderr.partition("mark\n")[2].splitlines()
    return sum(int(line.split("|")[0].rpartition(":")[2]) for line in lines) / 1000
