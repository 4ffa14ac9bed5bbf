"""What a user reads of an error."""

from __future__ import annotations

from apigw_client_cert import errors
from apigw_client_cert.native.failures import reason_of


def test_an_error_of_ours_is_said_as_it_is() -> None:
    """What happened, what it means, what to do."""
    error = errors.Refused("It failed", means="Nothing was changed.", remedy="Try later.")
    assert reason_of(error) == "It failed. Nothing was changed. Try later."


def test_an_unknown_error_is_one_line_without_a_pem() -> None:
    """Neither traceback nor certificate."""
    reason = reason_of(ValueError("-----BEGIN CERTIFICATE-----\nMII"))
    assert "ValueError" in reason
    assert "BEGIN" not in reason
    assert "\n" not in reason_of(ValueError("two\nlines"))
