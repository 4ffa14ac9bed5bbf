"""What a test may change about the sandbox while it runs."""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

YEAR_SECONDS = 365 * 86400
"""A generated certificate lives 365 days to the second, also over a leap day (docs/aws.md §2)."""


class InUseDeletion(enum.Enum):
    """How DeleteClientCertificate answers while a stage presents the certificate.

    UNVERIFIED: AWS models 400 and 409 and documents neither (docs/aws.md §3.1).
    """

    BAD_REQUEST = "bad-request"
    CONFLICT = "conflict"
    ALLOWED = "allowed"


class UnknownCertificate(enum.Enum):
    """How a stage update answers that names a certificate nobody generated.

    UNVERIFIED: AWS documents no answer (docs/aws.md §3.2).
    """

    NOT_FOUND = "not-found"
    BAD_REQUEST = "bad-request"


class Shape(enum.Enum):
    """How one request reaches its backend.

    ``new``: a connection and a full handshake of its own. ``keepalive``: a pooled connection, opened if there is
    none. ``resumed``: a connection of its own that resumes an earlier session if there is one. ``long``: as
    ``new``, with a long timeout, its answer passed on as it comes.
    """

    NEW = "new"
    KEEPALIVE = "keepalive"
    RESUMED = "resumed"
    LONG = "long"


TLS_VERSIONS = ("1.2", "1.3")
_DURATIONS = (
    "propagation_seconds",
    "integration_timeout_seconds",
    "long_timeout_seconds",
    "keepalive_idle_seconds",
    "keepalive_lifetime_seconds",
    "session_lifetime_seconds",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """The switches. Quota and throttle as documented by AWS (docs/aws.md §3.5).

    ``pem_*`` and ``validity_seconds`` apply to certificates minted from now on.
    ``throttle_rate`` is in requests per second, ``throttle_burst`` in requests; both count per account.

    The others are the data plane's. ``propagation_seconds`` after a stage's certificate was changed, a request sees any
    of the values of that time. ``integration_timeout_seconds`` is AWS's greatest, and the default of integrations
    without one of their own; ``long_timeout_seconds`` replaces both for requests of shape ``long``. A pooled connection
    is closed after idling for ``keepalive_idle_seconds`` or at the age of ``keepalive_lifetime_seconds``; a TLS session
    is not resumed later than ``session_lifetime_seconds`` after its full handshake. ``shapes`` and ``tls_versions``,
    comma-separated, are what requests draw from that do not say; the TLS version is the highest offered.
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
    propagation_seconds: float = 0.0
    integration_timeout_seconds: float = 29.0
    long_timeout_seconds: float = 900.0
    keepalive_idle_seconds: float = 60.0
    keepalive_lifetime_seconds: float = 300.0
    session_lifetime_seconds: float = 300.0
    shapes: str = "new,keepalive,resumed"
    tls_versions: str = "1.2,1.3"
    data_plane_seed: int = 0

    def __post_init__(self) -> None:
        """Refuse values that no account can have; raises ``ValueError``."""
        if self.certificate_quota < 0:
            raise ValueError(f"certificate_quota is a count, not {self.certificate_quota}")
        if self.validity_seconds < 1:
            raise ValueError(f"validity_seconds must be at least 1, not {self.validity_seconds}")
        if self.throttle_rate <= 0 or self.throttle_burst < 1:
            raise ValueError("throttle_rate must be positive and throttle_burst at least 1")
        for name in _DURATIONS:
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is a duration, not {getattr(self, name)}")
        for name, known in (("shapes", {shape.value for shape in Shape}), ("tls_versions", set(TLS_VERSIONS))):
            if not set(getattr(self, name).split(",")) <= known:
                raise ValueError(f"{name} is a list of {', '.join(sorted(known))}, not {getattr(self, name)!r}")

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
