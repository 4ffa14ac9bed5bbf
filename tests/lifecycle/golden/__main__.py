"""Write the golden state of the current state version: ``python -m tests.lifecycle.golden``, once per release.

A file that was released is never written again: it stands for the state that users have.
"""

from __future__ import annotations

import json
from pathlib import Path

from apigw_client_cert.lifecycle.state import STATE_VERSION
from tests.doubles.fake_gateway import FakeGateway
from tests.lifecycle.conftest import API, FakeRun

PHASES = ("steady", "published", "overlapping")


def main() -> None:
    """One file with every resource's inputs and outputs in each phase."""
    golden = {}
    for phase in PHASES:
        gateway = FakeGateway()
        gateway.add_stage(API, "dev")
        run = FakeRun(gateway, stages=("dev",))
        if phase == "steady":
            run.up()
        else:
            run.rotate_to(phase)
        golden[phase] = {"day": (run.now - FakeRun.now).days, "state": run.state, "inputs": run.inputs}
    file = Path(__file__).parent / f"state-v{STATE_VERSION}.json"
    file.write_text(json.dumps(golden, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
