"""Wrong versions of what proves that a run sees the account which a rotation lives in."""

from __future__ import annotations

from acceptance.mutants.mutant import Edit, Mutant

_UNPROVEN = "tests/lifecycle/test_unproven_account.py::"

WRONG_ACCOUNTS = (
    Mutant(
        name="silent-sts-is-the-right-account",
        invariant=12,
        wrong="Where STS is out of reach the credentials are believed: what another account does not have is lost.",
        edits=Edit(
            "lifecycle/proof.py",
            "self.gateway.account_id() == self.account_id)",
            "self.gateway.account_id() in {None, self.account_id})",
        ),
        killed_by=(_UNPROVEN + "test_a_shell_of_another_account_loses_and_makes_nothing",),
    ),
    Mutant(
        name="whoever-answers-first-is-recorded",
        invariant=1,
        wrong="An account is recorded in which nothing of the rotation was seen; the right one is refused ever after.",
        edits=Edit(
            "lifecycle/proof.py",
            "(self.gateway.account_id() if self.seen else None)",
            "self.gateway.account_id()",
        ),
        killed_by=(_UNPROVEN + "test_a_shell_of_another_account_loses_and_makes_nothing",),
    ),
    Mutant(
        name="issue-in-any-account",
        invariant=1,
        wrong="A successor is generated wherever the credentials lead, without a sign of the rotation there.",
        edits=Edit("lifecycle/certificate/adopt.py", "    proof.guard(listed)\n", ""),
        killed_by=(_UNPROVEN + "test_no_step_is_taken_in_another_account",),
    ),
    Mutant(
        name="nobody-presents-it-in-any-account",
        invariant=12,
        wrong="A bundle believes the scan of an account in which nothing of the rotation is.",
        edits=Edit(
            "lifecycle/trust_bundle/presenters.py",
            "            proof.guard(listed.values())\n",
            "            del proof\n",
        ),
        killed_by=(_UNPROVEN + "test_a_bundle_keeps_what_it_cannot_look_up",),
    ),
    Mutant(
        name="parameter-of-any-account",
        invariant=9,
        wrong="A parameter that is not found is written, whoever's account that may be.",
        edits=Edit(
            "lifecycle/trust_bundle/account.py",
            "[unlooked(one.target, one.spec, error) if one in there else one for one in places]",
            "[one for one in places if error]",
        ),
        killed_by=(_UNPROVEN + "test_the_parameter_of_another_account_is_not_written",),
    ),
    Mutant(
        name="destroyed-in-any-account",
        invariant=1,
        wrong="A destroy in another account's shell finds nothing and forgets what stages present.",
        edits=Edit(
            "lifecycle/certificate/crud.py",
            "    proof_of(gateway, props, rotation).guard(listed, otherwise=FORGET)\n",
            "",
        ),
        killed_by=(_UNPROVEN + "test_what_is_not_found_is_not_forgotten_by_a_destroy",),
    ),
)
