"""What a test may change about the sandbox while it runs."""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

YEAR_SECONDS = 365 * 86400
"""A generated certificate lives 365 days to the second, also over a leap day (facts/aws-client-certs.md §2)."""


class InUseDeletion(enum.Enum):
    """How DeleteClientCertificate answers while a stage presents the certificate.

    UNVERIFIED: AWS models 400 and 409 and documents neither (facts/aws-client-certs.md §3.1).
    """

    BAD_REQUEST = "bad-request"
    CONFLICT = "conflict"
    ALLOWED = "allowed"


class UnknownCertificate(enum.Enum):
    """How a stage update answers that names a certificate nobody generated.

    UNVERIFIED: AWS documents no answer (facts/aws-client-certs.md §3.2).
    """

    NOT_FOUND = "not-found"
    BAD_REQUEST = "bad-request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """The switches. Quota and throttle as documented by AWS (facts/aws-client-certs.md §3.5).

    ``pem_*`` and ``validity_seconds`` apply to certificates minted from now on.
    ``throttle_rate`` is in requests per second, ``throttle_burst`` in requests; both count per account.
    """

    certificate_quota: int = 60
    in_use_deletion: InUseDeletion = InUseDeletion.BAD_REQUEST
    unknown_certificate: UnknownCertificate = UnknownCertificate.NOT_FOUND
    pem_crlf: bool = False
    pem_final_newline: bool = True
    validity_seconds: int = YEAR_SECONDS
    throttle: bool = False
    throttle_rate: float = 10.0
    throttle_burst: int = 40

    def __post_init__(self) -> None:
        """Refuse values that no account can have; raises ``ValueError``."""
        if self.certificate_quota < 0:
            raise ValueError(f"certificate_quota is a count, not {self.certificate_quota}")
        if self.validity_seconds < 1:
            raise ValueError(f"validity_seconds must be at least 1, not {self.validity_seconds}")
        if self.throttle_rate <= 0 or self.throttle_burst < 1:
            raise ValueError("throttle_rate must be positive and throttle_burst at least 1")

    def changed(self, changes: Mapping[str, object]) -> Behaviour:
        """A copy with the named switches changed; takes enum members or their values.

        Raises:
            ValueError: an unknown switch, or a value of the wrong kind.
        """
        return replace(self, **{name: self._converted(name, value) for name, value in changes.items()})  # type: ignore[arg-type]  # the converter checks what the type checker cannot see

    def _converted(self, name: str, value: object) -> object:
        known = {field.name for field in fields(self)}
        if name not in known:
            raise ValueError(f"no switch is called {name!r}; there are {', '.join(sorted(known))}")
        current = getattr(self, name)
        if isinstance(current, enum.Enum):
            return type(current)(value.value if isinstance(value, enum.Enum) else value)
        wanted = (int, float) if isinstance(current, float) else type(current)
        if not isinstance(value, wanted) or isinstance(value, bool) is not isinstance(current, bool):
            raise ValueError(f"{name} takes a {type(current).__name__}, not {value!r}")
        return value

    def to_json(self) -> dict[str, object]:
        """The switches as JSON values."""
        return {name: value.value if isinstance(value, enum.Enum) else value for name, value in asdict(self).items()}
