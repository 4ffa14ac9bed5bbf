"""An SSM parameter of type String, in the cheapest tier that holds the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from apigw_client_cert.errors import BadInput, TargetTaken
from apigw_client_cert.gateway.answers import Answered, Call
from apigw_client_cert.gateway.failures import unreadable_answer
from apigw_client_cert.gateway.quoting import quoted
from apigw_client_cert.publish.last_read import LastRead
from apigw_client_cert.publish.specs import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from apigw_client_cert.gateway.client import Client
    from apigw_client_cert.gateway.sending import Look

#: docs/aws.md §6: 3 and 7 certificates.
STANDARD_BYTES: Final = 4096
ADVANCED_BYTES: Final = MOST_BYTES["ssm"]
# UNVERIFIED: that AWS refuses so to overwrite a SecureString; the service model says it (docs/aws.md §6). An emulator
# overwrites, so the type is looked at; the error stands for what somebody makes meanwhile.
_TYPE: Final = "String"
_OTHER_TYPE: Final = "HierarchyTypeMismatchException"


class SsmTarget:
    """One parameter by name, of type String."""

    def __init__(self, name: str, client: Callable[[], Client]) -> None:
        self._name = name
        self._client = client
        self._last = LastRead(self.address, self._get)

    @property
    def address(self) -> str:
        """``ssm NAME``."""
        return f"ssm {self._name}"

    def read(self) -> str | None:
        """The value, None for a parameter that does not exist."""
        return self._last.look()

    def _get(self) -> str | None:
        try:
            answer = self._client().call(
                "ssm", "GetParameter", subject=self._name, expected={"ParameterNotFound"}, Name=self._name
            )
        except Answered:
            return None
        found = answer.get("Parameter") or {}
        if found.get("Type", _TYPE) != _TYPE:
            raise self._of_another_type(f"a {quoted(str(found['Type']))}")
        value = found.get("Value")
        if not isinstance(value, str):
            raise unreadable_answer(Call("ssm", "GetParameter", self._name))
        return value

    def write(self, content: str) -> None:
        """Put it: Standard up to 4 KB, else Advanced, which AWS charges for.

        Raises:
            BadInput: empty, or more than 8 KB.
            ConcurrentModification: the parameter was changed before the call could be sent again.
        """
        size = len(content.encode())
        if not 0 < size <= ADVANCED_BYTES:
            raise BadInput(
                f"{size} bytes do not fit into {self.address}: a parameter holds 1 to {ADVANCED_BYTES}",
                means="Nothing was published there.",
                remedy="Publish fingerprints (content sha256) instead of PEM, or publish to S3 or Secrets Manager.",
                subject=self.address,
            )
        look_again = self._last.unchanged_until(content)
        self._put_in_tier(content, size, look_again)
        self._last.written(content)

    def _put_in_tier(self, content: str, size: int, look_again: Look) -> None:
        if size > STANDARD_BYTES:
            self._put(content, "Advanced", look_again)
            return
        try:
            self._put(content, "Standard", look_again, expected=frozenset({"ValidationException"}))
        except Answered:
            # An Advanced parameter never goes back, and AWS refuses to try
            # (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html).
            # Reading the tier first would need ssm:DescribeParameters on everything.
            self._put(content, "Advanced", look_again)

    def _put(self, content: str, tier: str, look_again: Look, expected: frozenset[str] = frozenset()) -> None:
        try:
            self._client().call(
                "ssm",
                "PutParameter",
                subject=self._name,
                expected={*expected, _OTHER_TYPE},
                look_again=look_again,
                Name=self._name,
                Value=content,
                Type=_TYPE,
                Overwrite=True,
                Tier=tier,
            )
        except Answered as refused:
            if refused.code != _OTHER_TYPE:
                raise
            raise self._of_another_type("a parameter of another type") from refused

    def _of_another_type(self, what: str) -> TargetTaken:
        return TargetTaken(
            f"{self.address} is {what}, no {_TYPE}, and AWS does not change a type",
            means="It was not decrypted, and nothing was written there. take_over does not apply to it.",
            remedy="Publish under another name; or delete the parameter first, where nobody reads it, and run again.",
            subject=self.address,
        )
