"""Each error of botocore's becomes the one of ours that says what to do."""

from __future__ import annotations

import pickle
import traceback
from datetime import timedelta
from email.utils import format_datetime

import pytest
from botocore.exceptions import (
    ClientError,
    ConfigParseError,
    ConnectionClosedError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    HTTPClientError,
    InvalidRegionError,
    NoRegionError,
    PaginationError,
    ParamValidationError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
    UnauthorizedSSOTokenError,
)
from botocore.parsers import ResponseParserError

from apigw_client_cert import clock, errors
from apigw_client_cert.gateway.answers import Answered, Call
from apigw_client_cert.gateway.failures import translated, understood

READ = Call("apigateway", "GetStage", "a1b2c3/prod")
CHANGE = Call("apigateway", "UpdateStage", "a1b2c3/prod")
GENERATE = Call("apigateway", "GenerateClientCertificate")
URL = {"endpoint_url": "https://aws.test"}


def refusal(code: str, status: int, message: str = "no") -> ClientError:
    """As botocore raises it."""
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]  # botocore fills the rest
        "UpdateStage",
    )


def raised(error: Exception, call: Call = CHANGE, expected: frozenset[str] = frozenset()) -> Exception:
    """What comes out for what goes in."""
    with pytest.raises(Exception) as caught, translated(call, expected):  # noqa: PT011 - the class is what the tests compare
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("TooManyRequestsException", 429, errors.Throttled),
        ("ThrottlingException", 400, errors.Throttled),
        ("", 429, errors.Throttled),
        ("SlowDown", 503, errors.Throttled),
        ("LimitExceededException", 429, errors.QuotaExhausted),
        ("ParameterLimitExceeded", 400, errors.QuotaExhausted),
        ("ConflictException", 409, errors.ConcurrentModification),
        ("TooManyUpdates", 400, errors.ConcurrentModification),
        ("OperationAborted", 409, errors.ConcurrentModification),
        ("AccessDeniedException", 403, errors.AccessDenied),
        ("UnauthorizedException", 401, errors.AccessDenied),
        ("ExpiredTokenException", 403, errors.NoCredentials),
        ("UnrecognizedClientException", 403, errors.NoCredentials),
        ("InvalidClientTokenId", 403, errors.NoCredentials),
        ("ServiceUnavailableException", 503, errors.Unavailable),
        ("InternalServerError", 400, errors.Unavailable),
        ("", 502, errors.Unavailable),
        ("BadRequestException", 400, errors.BadInput),
        ("ValidationException", 400, errors.BadInput),
    ],
)
def test_a_code_has_one_meaning(code: str, status: int, kind: type[Exception]) -> None:
    """The class tells the operator what to do, and the original stays behind it."""
    original = refusal(code, status)
    error = raised(original)
    assert type(error) is kind
    assert error.__cause__ is original


def test_an_unknown_code_is_reported_by_its_name() -> None:
    """Guessing what it means would hide it; botocore's own error behind it."""
    original = refusal("TeapotException", 418)
    error = raised(original)
    assert type(error) is errors.NeedsOperator
    assert "AWS answered TeapotException (418): no" in str(error)
    assert error.__cause__ is original


def test_a_configuration_that_botocore_cannot_read_is_ours_to_name() -> None:
    """Whatever botocore raises becomes an error of the tree, by its class."""
    error = raised(ConfigParseError(path="/home/me/.aws/config", error="x"))
    assert type(error) is errors.NeedsOperator
    assert "ConfigParseError" in str(error)
    assert "~/.aws/config" in str(error)


def test_a_page_that_comes_twice_is_an_answer_that_cannot_be_read() -> None:
    """An in-use scan counts it as a gap."""
    assert type(raised(PaginationError(message="twice"), READ)) is errors.Unavailable
    assert type(raised(PaginationError(message="twice"), CHANGE)) is errors.OutcomeUnknown


def test_a_token_that_fits_into_no_header_is_a_matter_of_credentials() -> None:
    """http.client raises before it sends; botocore wraps it, token and all."""
    original = HTTPClientError(error=ValueError("Invalid header value b'SECRET\\n'"))
    error = raised(original, GENERATE)
    assert type(error) is errors.NoCredentials
    assert "line break" in str(error)
    assert "SECRET" not in "".join(traceback.format_exception(error))


def test_the_cause_of_a_failed_connection_keeps_its_own_causes() -> None:
    """They say what did not answer; nothing else below botocore's error is shown."""
    below = OSError("Connection refused")
    for original, kept in ((ConnectTimeoutError(**URL), True), (ReadTimeoutError(**URL), False)):
        original.__context__ = below
        assert (raised(original).__cause__.__context__ is below) is kept  # type: ignore[union-attr]  # asserted by the line above


@pytest.mark.parametrize("bug", [KeyError("x"), TypeError("x"), ValueError("x"), RecursionError("x")])
def test_what_a_parser_trips_over_is_an_answer_that_cannot_be_read(bug: Exception) -> None:
    """Nothing checks the types in an answer; a change may have taken effect all the same."""
    for call, kind in ((READ, errors.Unavailable), (CHANGE, errors.OutcomeUnknown)):
        with pytest.raises(kind), translated(call), understood(call):
            raise bug


def test_a_region_that_botocore_refuses_is_no_answer() -> None:
    """Its error for it is a ValueError too."""
    with pytest.raises(errors.BadInput), translated(READ), understood(READ):
        raise InvalidRegionError(region_name="x y")


@pytest.mark.parametrize("code", ["A" * 101, "a b", "x\ny", "é"])
def test_what_is_no_code_is_not_repeated(code: str) -> None:
    """The status decides then."""
    error = raised(refusal(code, 418))
    assert "no code (418)" in str(error)
    assert type(raised(refusal(code, 429))) is errors.Throttled


def test_words_of_aws_are_one_short_printable_line() -> None:
    """A terminal obeys escape sequences, and a log has lines."""
    text = str(raised(refusal("ValidationException", 400, "\x1b[2J" + "x" * 20_000 + "\n-----BEGIN")))
    assert "\x1b" not in text
    assert len(text) < 700


def test_an_expected_code_is_the_callers() -> None:
    """The caller gives it the meaning; its table entry does not apply."""
    error = raised(refusal("ConflictException", 409), expected=frozenset({"ConflictException"}))
    assert isinstance(error, Answered)
    assert error.code == "ConflictException"


def test_a_denial_names_operation_subject_and_permission() -> None:
    """What to add to the policy."""
    text = str(raised(refusal("AccessDeniedException", 403)))
    assert "UpdateStage of a1b2c3/prod" in text
    assert "apigateway:PATCH on arn:aws:apigateway:REGION::/restapis/API/stages/STAGE" in text


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ReadTimeoutError(**URL), errors.OutcomeUnknown),
        (ConnectionClosedError(**URL), errors.OutcomeUnknown),
        (ResponseParserError("no XML"), errors.OutcomeUnknown),
        (ConnectTimeoutError(**URL), errors.EndpointUnreachable),
        (SSLError(**URL, error=OSError("x")), errors.EndpointUnreachable),
        (ProxyConnectionError(proxy_url="http://proxy.test"), errors.EndpointUnreachable),
        (CredentialRetrievalError(provider="x", error_msg="y"), errors.NoCredentials),
        (UnauthorizedSSOTokenError(), errors.NoCredentials),
        (NoRegionError(), errors.BadInput),
        (ParamValidationError(report="Invalid length"), errors.BadInput),
    ],
)
def test_a_failure_without_an_answer_has_one_meaning(error: Exception, kind: type[Exception]) -> None:
    """Sent and unanswered is not the same as never sent."""
    assert type(raised(error)) is kind


def test_an_unanswered_read_changed_nothing() -> None:
    """Only a change leaves an unknown outcome."""
    assert type(raised(ReadTimeoutError(**URL), READ)) is errors.Unavailable


def test_a_server_error_leaves_a_generate_unknown() -> None:
    """A certificate may exist: repeating would make a second one."""
    assert type(raised(refusal("InternalFailure", 500), GENERATE)) is errors.OutcomeUnknown


def test_our_own_errors_pass() -> None:
    """Nested calls are translated once."""
    ours = errors.StageNotFound("x", means="y", remedy="z")
    assert raised(ours) is ours


def test_a_bug_passes_unchanged() -> None:
    """A KeyError is ours to mend, not the user's."""
    bug = KeyError("x")
    assert raised(bug) is bug


def test_a_message_repeats_no_certificate() -> None:
    """AWS quotes bad values; the dynamic host shows the message to everybody."""
    text = str(raised(refusal("ValidationException", 400, "Value -----BEGIN CERTIFICATE----- MIIC")))
    assert "BEGIN" not in text
    assert "withheld" in text


def test_an_error_survives_pickling() -> None:
    """Test runners and process pools carry errors across."""
    error = raised(refusal("AccessDeniedException", 403))
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - our own bytes


def test_awss_own_words_say_who_denied() -> None:
    """A service control policy is nobody's who only has to allow something."""
    words = (
        "User: arn:aws:sts::123456789012:assumed-role/rotation/ci is not authorized to perform: apigateway:PATCH on"
        " resource: arn:aws:apigateway:eu-central-1::/restapis/a1b2c3/stages/prod with an explicit deny in a service"
        " control policy"
    )
    text = str(raised(refusal("AccessDeniedException", 403, words)))
    assert words in text
    assert "only the owner of that policy can lift it" in text
    assert "Allow apigateway" not in text
    assert "lack a permission" not in text


def test_what_no_policy_allows_is_to_be_allowed() -> None:
    """Nobody denied it."""
    words = "not authorized to perform: apigateway:PATCH because no identity-based policy allows the apigateway:PATCH"
    text = str(raised(refusal("AccessDeniedException", 403, words)))
    assert "Allow apigateway:" in text
    assert "explicit deny" not in text


@pytest.mark.parametrize(("minutes", "side"), [(-12, "ahead of"), (12, "behind")])
def test_a_wrong_clock_is_told_from_wrong_credentials(minutes: int, side: str) -> None:
    """By the Date of AWS's answer: the code is the same."""
    at_awss = clock.now({}) + timedelta(minutes=minutes, seconds=20 if minutes > 0 else -20)
    answer = refusal("InvalidSignatureException", 403, "Signature expired: 20270301T100000Z is now earlier than …")
    answer.response["ResponseMetadata"]["HTTPHeaders"] = {"date": format_datetime(at_awss, usegmt=True)}
    error = raised(answer)
    assert type(error) is errors.NeedsOperator
    assert f"the clock of this machine is 12 minutes {side} AWS's" in str(error)
    assert "is now earlier than" in str(error)
    assert "Log in" not in str(error)


@pytest.mark.parametrize("date", [None, "yesterday", "now"])
def test_a_refused_signature_is_told_in_awss_words_and_no_token_of_them(date: str | None) -> None:
    """The words go on with the request as it has to be signed."""
    message = (
        "The request signature we calculated does not match the signature you provided. Check your key.\n\n"
        "The Canonical String for this request should have been\n'GET\n\nx-amz-security-token:IQoJb3JpZ2luX2VjE'"
    )
    answer = refusal("InvalidSignatureException", 403, message)
    if date is not None:
        said = format_datetime(clock.now({}), usegmt=True) if date == "now" else date
        answer.response["ResponseMetadata"]["HTTPHeaders"] = {"date": said}
    error = raised(answer)
    assert type(error) is errors.NoCredentials
    assert "does not match the signature you provided" in str(error)
    assert "Log in" in str(error)
    assert "IQoJ" not in "".join(traceback.format_exception(error))
