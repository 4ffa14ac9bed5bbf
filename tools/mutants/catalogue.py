"""All mutants, by the invariant that they break."""

from __future__ import annotations

from tools.mutants.wrong_accounts import WRONG_ACCOUNTS
from tools.mutants.wrong_alarms import WRONG_ALARMS
from tools.mutants.wrong_certificate import WRONG_CERTIFICATE
from tools.mutants.wrong_confirmation import WRONG_CONFIRMATION
from tools.mutants.wrong_dependents import WRONG_DEPENDENTS
from tools.mutants.wrong_edges import WRONG_EDGES
from tools.mutants.wrong_failures import WRONG_FAILURES
from tools.mutants.wrong_rollbacks import WRONG_ROLLBACKS
from tools.mutants.wrong_rollout import WRONG_ROLLOUT
from tools.mutants.wrong_rules import WRONG_RULES
from tools.mutants.wrong_withdrawal import WRONG_WITHDRAWAL

MUTANTS = tuple(
    sorted(
        (
            *WRONG_ALARMS,
            *WRONG_RULES,
            *WRONG_CERTIFICATE,
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
