"""Saying findings: expected situations that the user should hear of in each run, with or without a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apigw_client_cert.lifecycle.environment import Environment
    from apigw_client_cert.rotation.model import Finding


def say_findings(name: str, findings: Iterable[Finding], environment: Environment) -> None:
    """One line for each."""
    for finding in findings:
        environment.say(f"{name}: {finding.severity.value}: {finding.message}")
