"""Write the golden state of the current state version: ``python -m tests.lifecycle.golden``, once per release.

A file that was released is never written again: it stands for the state that users have.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apigw_client_cert.gateway.interface import TrialAnswer
from apigw_client_cert.lifecycle.state import STATE_VERSION
from tests.doubles.fake_gateway import FakeGateway
from tests.lifecycle.conftest import API, FakeRun

if TYPE_CHECKING:
    from collections.abc import Mapping

STATE = f"state-v{STATE_VERSION}"
PHASES = ("steady", "published", "overlapping")
# A binding with everything that a rollout may ask for; its backend's word is enough.
ROLLOUT: dict[str, Any] = {
    "verify": {"resource": "/health", "proof": "status"},
    "after": [{"name": "orders-first", "verifies": False}],
    "soak": "1h",
    "windows": ["Daily 00:00-24:00 UTC"],
}


def main() -> None:
    """Files with every resource's inputs and outputs in each phase, one for each time that an output was added.

    Plain, of a rollout, with what it confirmed, and with the certificate's history.
    """
    folder = Path(__file__).parent
    for suffix, config in (("", {}), ("-rollout", ROLLOUT), ("-confirmed", ROLLOUT), ("-history", {})):
        file = folder / f"{STATE}{suffix}.json"
        if not file.exists():
            file.write_text(json.dumps(_golden(config), indent=1, sort_keys=True) + "\n")


def _golden(config: Mapping[str, Any]) -> dict[str, Any]:
    golden = {}
    for phase in PHASES:
        gateway = FakeGateway()
        gateway.add_stage(API, "dev")
        gateway.backend = lambda *_what: TrialAnswer(status=200)
        run = FakeRun(gateway, stages=("dev",), binding_config=dict(config))
        if phase == "steady":
            run.up()
        else:
            run.rotate_to(phase)
        golden[phase] = {"day": (run.now - FakeRun.now).days, "state": run.state, "inputs": run.inputs}
    return golden


if __name__ == "__main__":
    main()
