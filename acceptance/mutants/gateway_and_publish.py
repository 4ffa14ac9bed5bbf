"""Wrong versions of the edges: ``gateway/`` and the clock."""

from __future__ import annotations

from acceptance.mutants.mutant import Edit, Mutant

_USAGE = "tests/unit/gateway/test_in_use_scan.py::"
_AGAIN = "tests/unit/gateway/test_looking_again.py::"
_AT_THE_SANDBOX = "tests/contract/test_looking_again.py::"

WRONG_EDGES = (
    Mutant(
        name="clock-read-at-import",
        invariant=1,
        wrong="The clock stands still from the import on: in a process that serves several runs no wait ever ends.",
        edits=(
            Edit(
                "clock.py",
                "    return datetime.now(timezone.utc).replace(microsecond=0)",
                "    return _STARTED.replace(microsecond=0)",
            ),
            Edit(
                "clock.py",
                'VARIABLE = "APIGW_CLIENT_CERT_NOW"\n',
                'VARIABLE = "APIGW_CLIENT_CERT_NOW"\n_STARTED = datetime.now(timezone.utc)\n',
            ),
        ),
        killed_by=("tests/unit/test_clock.py::test_the_machines_clock_is_read_at_every_call",),
    ),
    Mutant(
        name="scan-without-websocket",
        invariant=3,
        wrong="The in-use scan does not look at WebSocket APIs.",
        edits=Edit("gateway/in_use_scan.py", "[*self._rest_apis(), *self._websocket_apis()]", "[*self._rest_apis()]"),
        killed_by=(
            _USAGE + "test_both_families_are_read_with_no_call_too_many",
            "tests/contract/test_gateway.py::test_a_scan_finds_users_in_both_families",
        ),
    ),
    Mutant(
        name="scan-without-pagination",
        invariant=3,
        wrong="The in-use scan ends with the first page of each list.",
        edits=Edit(
            "gateway/in_use_scan.py",
            "                yield from page.get(key, ())\n",
            "                yield from page.get(key, ())\n                break\n",
        ),
        killed_by=(_USAGE + "test_both_families_are_read_with_no_call_too_many",),
    ),
    Mutant(
        name="denied-api-has-no-users",
        invariant=3,
        wrong="An API whose stages may not be read counts as one without stages.",
        edits=Edit(
            "gateway/in_use_scan.py",
            "            return\n        except _GAPS as error:\n            self._gap(what, error)\n",
            "            return\n        except _GAPS as error:\n            assert error\n",
        ),
        killed_by=(_USAGE + "test_an_api_without_permission_is_a_gap_and_the_scan_goes_on",),
    ),
    Mutant(
        name="quota-retried",
        invariant=5,
        wrong="A generate that the full quota refused is sent again, as botocore's own retries do.",
        edits=Edit(
            "gateway/waiting.py",
            "    if code in LIMIT_CODES:\n        return None\n",
            "    if code in LIMIT_CODES:\n        return Trouble.THROTTLED\n",
        ),
        killed_by=("tests/contract/test_sandbox_only.py::test_a_full_quota_is_asked_once",),
    ),
    Mutant(
        name="generate-repeated",
        invariant=5,
        wrong="A generate whose outcome is unknown is sent again: two certificates for one step.",
        edits=Edit(
            "gateway/answers.py",
            'return self.operation not in {"GenerateClientCertificate", "TestInvokeMethod"}',
            'return self.operation != "TestInvokeMethod"',
        ),
        killed_by=("tests/unit/gateway/test_waiting.py::test_a_generate_with_a_server_error_is_sent_once",),
    ),
    Mutant(
        name="bind-not-read-back",
        invariant=8,
        wrong="A PATCH that AWS answered and did not carry out counts as a switch.",
        edits=Edit(
            "gateway/stages.py",
            "            seen = self._get(stage)\n        if seen.client_certificate_id != certificate_id:\n",
            "            seen = self._get(stage)\n        if not seen:\n",
        ),
        killed_by=("tests/unit/gateway/test_stages.py::test_a_patch_that_changed_nothing_is_noticed",),
    ),
    Mutant(
        name="bind-repeated-without-a-look",
        invariant=9,
        wrong="A switch that AWS put off is sent again whatever the stage presents by now.",
        edits=Edit(
            "gateway/stages.py",
            "            switched = now.client_certificate_id not in {before.client_certificate_id, wanted}\n",
            "            switched = False\n",
        ),
        killed_by=(
            _AGAIN + "test_a_certificate_bound_meanwhile_is_not_overwritten",
            _AGAIN + "test_what_was_bound_meanwhile_is_not_cleared",
            _AT_THE_SANDBOX + "test_a_certificate_bound_meanwhile_stays",
        ),
    ),
    Mutant(
        name="redeploy-repeated-without-a-look",
        invariant=9,
        wrong="A switch that AWS put off sends the deployment that it saw, and rolls back the one made meanwhile.",
        edits=Edit(
            "gateway/stages.py",
            "            deployed = deployment_id is not None and now.deployment_id != deployment_id\n",
            "            deployed = False\n",
        ),
        killed_by=(
            _AGAIN + "test_a_deployment_made_meanwhile_is_not_rolled_back",
            _AT_THE_SANDBOX + "test_a_deployment_made_meanwhile_stays",
        ),
    ),
    Mutant(
        name="delete-repeated-without-a-look",
        invariant=3,
        wrong="A deletion that AWS put off is sent again although a stage went back to the certificate.",
        edits=Edit(
            "gateway/certificates.py",
            "                look_again=self._looks.still_unused(certificate_id, scan),\n",
            "",
        ),
        killed_by=(
            _AGAIN + "test_a_certificate_that_a_stage_went_back_to_is_not_deleted",
            _AT_THE_SANDBOX + "test_a_certificate_that_a_stage_went_back_to_is_kept",
        ),
    ),
    Mutant(
        name="tags-repeated-without-a-look",
        invariant=4,
        wrong="Tags that AWS put off are sent again over those of the rotation that adopted the certificate meanwhile.",
        edits=Edit("gateway/certificate_looks.py", "not in {owner, wanted}:", "is self:"),
        killed_by=(
            _AGAIN + "test_tags_do_not_take_a_certificate_from_who_adopted_it_meanwhile",
            _AT_THE_SANDBOX + "test_a_certificate_adopted_meanwhile_is_kept_and_keeps_its_owner",
        ),
    ),
    Mutant(
        name="write-repeated-without-a-look",
        invariant=9,
        wrong="A write that AWS put off is sent again over what somebody else wrote meanwhile.",
        edits=Edit("publish/last_read.py", "if now not in {before, content}:", "if now is self:"),
        killed_by=(
            "tests/unit/publish/test_writing_again.py::test_what_somebody_else_did_meanwhile_is_not_overwritten",
            _AT_THE_SANDBOX + "test_a_parameter_written_meanwhile_is_not_overwritten",
        ),
    ),
    Mutant(
        name="denied-means-gone",
        invariant=1,
        wrong="A certificate that may not be read counts as deleted: the next update moves its stages at once.",
        edits=Edit(
            "gateway/certificates.py",
            'expected={"NotFoundException"},\n                clientCertificateId=certificate_id,\n'
            "            )\n        except Answered:\n            return None\n",
            'expected={"NotFoundException", "AccessDeniedException"},\n                clientCertificateId='
            "certificate_id,\n            )\n        except Answered:\n            return None\n",
        ),
        killed_by=("tests/unit/gateway/test_certificates.py::test_only_not_found_means_gone",),
    ),
    Mutant(
        name="unreadable-assertions-taken-for-none",
        invariant=9,
        wrong="Where it cannot be told which stages other processes assert, they are cleared.",
        edits=Edit(
            "lifecycle/engine_run.py",
            "return noted is None or bool(_of(place, noted) -",
            "return noted is not None and bool(_of(place, noted) -",
        ),
        killed_by=("tests/lifecycle/test_claims.py::test_delete_keeps_a_stage_where_it_cannot_be_told_who_asserts_it",),
    ),
    Mutant(
        name="assertions-stay-in-one-process",
        invariant=9,
        wrong="A stage that a binding of another provider process asserts is cleared.",
        edits=Edit(
            "lifecycle/engine_run.py",
            "return None if noted is None else {*self._own, *noted}",
            "return None if noted is None else self._own",
        ),
        killed_by=("tests/lifecycle/test_claims.py::test_delete_leaves_a_stage_that_another_process_asserts",),
    ),
    Mutant(
        name="one-service-here-is-enough",
        invariant=4,
        wrong="A made-up clock changes a real account, if one service of many has its endpoint on this machine.",
        edits=Edit("gateway/reach.py", "return all(", "return any("),
        killed_by=("tests/unit/gateway/test_reach.py::test_botocore_is_asked_where_it_goes",),
    ),
    Mutant(
        name="not-implemented-is-asked-again",
        invariant=10,
        wrong="What an endpoint does not have is waited for, and told as a fault of AWS.",
        edits=Edit("gateway/answers.py", "status != NOT_IMPLEMENTED and (", "("),
        killed_by=("tests/contract/test_other_emulators.py::test_what_is_not_implemented_is_asked_once",),
    ),
    Mutant(
        name="refused-with-a-traceback",
        invariant=10,
        wrong="Where the SDK answers with tracebacks, a refusal is seventy lines of them, botocore's words among them.",
        edits=Edit("resources.py", "if isinstance(error, RotationError) else", "if error is None else"),
        killed_by=("tests/unit/test_dynamic_errors.py::test_an_error_of_ours_is_its_message",),
    ),
)
