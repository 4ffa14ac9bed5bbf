"""What somebody did by hand before us: a certificate of their own, bound and trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.harm.conftest import Scenario


def bound_and_trusted(scenario: Scenario, *stages: str) -> str:
    """The id of somebody else's certificate, presented by these stages and written to the target by hand."""
    certificate = scenario.sandbox.console.generate_certificate()
    for stage in stages:
        scenario.sandbox.console.bind(scenario.api, stage, certificate)
    scenario.trusted.parent.mkdir(exist_ok=True)
    scenario.trusted.write_text(scenario.published() + scenario.pem(certificate) + "\n", encoding="ascii")
    return certificate
