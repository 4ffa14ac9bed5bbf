"""All mutants, by the invariant that they break."""

from __future__ import annotations

from acceptance.mutants.accounts import WRONG_ACCOUNTS
from acceptance.mutants.alarms import WRONG_ALARMS
from acceptance.mutants.binding_and_bundle import WRONG_DEPENDENTS
from acceptance.mutants.certificate import WRONG_CERTIFICATE
from acceptance.mutants.command import WRONG_COMMAND
from acceptance.mutants.confirmation import WRONG_CONFIRMATION
from acceptance.mutants.failures import WRONG_FAILURES
from acceptance.mutants.gateway_and_publish import WRONG_EDGES
from acceptance.mutants.rollbacks import WRONG_ROLLBACKS
from acceptance.mutants.rollout import WRONG_ROLLOUT
from acceptance.mutants.rules import WRONG_RULES
from acceptance.mutants.withdrawal import WRONG_WITHDRAWAL

MUTANTS = tuple(
    sorted(
        (
            *WRONG_ALARMS,
            *WRONG_RULES,
            *WRONG_CERTIFICATE,
            *WRONG_COMMAND,
            *WRONG_CONFIRMATION,
            *WRONG_DEPENDENTS,
            *WRONG_EDGES,
            *WRONG_FAILURES,
            *WRONG_ROLLBACKS,
            *WRONG_ROLLOUT,
            *WRONG_WITHDRAWAL,
            *WRONG_ACCOUNTS,
        ),
        key=lambda mutant: (mutant.invariant, mutant.name),
    )
)
