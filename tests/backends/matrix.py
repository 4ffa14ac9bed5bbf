"""Who may call which server under which configuration: what is expected and why, observed, and shown to users.

``python -m tests.backends.matrix`` observes every row and writes the table into docs/backends.md.
"""

from __future__ import annotations

import enum
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance.servers.apache import Apache, ApacheEvent
from acceptance.servers.application import UNKNOWN
from acceptance.servers.backend import Backend, Setup
from acceptance.servers.go import Go, GoAskingEachRequest
from acceptance.servers.haproxy import Haproxy
from acceptance.servers.java import Java, JavaAskingEachRequest
from acceptance.servers.nginx import Nginx
from acceptance.servers.node import Node
from acceptance.servers.page import PAGE
from acceptance.servers.python import Python, PythonAskingEachRequest
from acceptance.servers.stunnel import Stunnel, StunnelVerifyPeer
from tests.backends.bypass import tried
from tests.backends.bypasses import BYPASSES, around, table
from tests.backends.certificates import Certificates
from tests.backends.client import ACCEPTED, HANDSHAKE, ask
from tests.backends.withdrawal import AFTER_RELOAD, GOES_ON, VERSIONS, observe_withdrawal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BEGIN, END = "<!-- matrix: begin -->\n", "<!-- matrix: end -->\n"
MORE = ("around the check", "session after withdrawal", "connection after withdrawal")
PRESENTED = ("old", "new", "stranger", "expired", "none")
# What a rotation needs of a server.
NEEDED = {"old": True, "new": True, "stranger": False, "expired": False, "none": False}

# Every file holds the expired one too: a server that learns late of its end must refuse it on its own. A plain file
# has it at its end, out of the way of the order that is observed; ours has the bundle's order, oldest first.
OLD_FIRST, NEW_FIRST, OUR_FILE = ("old", "new", "expired"), ("new", "old", "expired"), ("expired", "old", "new")


class Why(enum.Enum):
    """The reason for an expectation; the values are the notes under the table, in this order."""

    FIRST = "It is the first certificate of its subject in the file, the one that OpenSSL tries."
    SHADOWED = (
        "The same-subject trap: the file holds it, but OpenSSL tries only the first certificate of the subject, and"
        " that is another one."
    )
    EACH = "Every certificate of the subject in the file is tried."
    IDENTITY = "With partial chains OpenSSL looks for the certificate itself, not for one of its subject."
    PINNED = "Its fingerprint is published."
    UNKNOWN = "The file holds nothing of it; its subject proves nothing."
    DATES = "The server looks at the dates."
    NO_DATES = "Java does not look at the dates of a certificate that is itself in its trust store."
    ABSENT = "The server insists on a certificate."


@dataclass(frozen=True)
class Expected:
    """A verdict as ``client.Met`` says it, and its reason."""

    verdict: str
    why: Why


@dataclass(frozen=True)
class Row:
    """One configuration of one backend: what its file holds, and what is expected of each client.

    ``expected`` without entries: the backend has no such configuration.
    """

    backend: type[Backend]
    configuration: str
    setup: Setup
    published: tuple[str, ...]
    expected: Mapping[str, Expected]

    @property
    def name(self) -> str:
        """For people and test ids."""
        return f"{self.backend.kind}: {self.configuration}"


def _each_request(backend: type[Backend], trusted: Why) -> Row:
    """Our configuration with the page's lines for each request: the handshake says what it says without."""
    row = _ours(backend, trusted, stranger=HANDSHAKE, expired=HANDSHAKE, none=HANDSHAKE)
    return replace(row, configuration=f"{row.configuration}, each request asked")


def _plain(backend: type[Backend], **expected: Expected) -> tuple[Row, Row]:
    """A plain CA file in both orders where the order makes no difference."""
    return (
        Row(backend, "plain CA file [old, new]", Setup.PLAIN, OLD_FIRST, expected),
        Row(backend, "plain CA file [new, old]", Setup.PLAIN, NEW_FIRST, expected),
    )


def _first_match(backend: type[Backend], refusal: str, configuration: str = "plain CA file") -> tuple[Row, Row]:
    """The same where only the first of a subject counts; every refusal looks alike."""
    first, shadowed = Expected(ACCEPTED, Why.FIRST), Expected(refusal, Why.SHADOWED)
    others = {
        "stranger": Expected(refusal, Why.UNKNOWN),
        "expired": shadowed,
        "none": Expected(refusal, Why.ABSENT),
    }
    return (
        Row(backend, f"{configuration} [old, new]", Setup.PLAIN, OLD_FIRST, {"old": first, "new": shadowed, **others}),
        Row(backend, f"{configuration} [new, old]", Setup.PLAIN, NEW_FIRST, {"old": shadowed, "new": first, **others}),
    )


def _ours(backend: type[Backend], trusted: Why, *, stranger: str, expired: str, none: str) -> Row:
    expected = {
        "old": Expected(ACCEPTED, trusted),
        "new": Expected(ACCEPTED, trusted),
        "stranger": Expected(stranger, Why.UNKNOWN),
        "expired": Expected(expired, Why.DATES),
        "none": Expected(none, Why.ABSENT),
    }
    return Row(backend, Setup.OURS.value, Setup.OURS, OUR_FILE, expected)


_EACH = Expected(ACCEPTED, Why.EACH)
_STRANGER, _NONE = Expected(HANDSHAKE, Why.UNKNOWN), Expected(HANDSHAKE, Why.ABSENT)

ROWS: tuple[Row, ...] = (
    *_first_match(Nginx, "400"),
    _ours(Nginx, Why.PINNED, stranger="403", expired="400", none="403"),
    *_first_match(Haproxy, HANDSHAKE),
    _ours(Haproxy, Why.PINNED, stranger="403", expired=HANDSHAKE, none=HANDSHAKE),
    *_first_match(Apache, HANDSHAKE),
    _ours(Apache, Why.PINNED, stranger="403", expired=HANDSHAKE, none="403"),
    replace(
        _ours(ApacheEvent, Why.PINNED, stranger="403", expired=HANDSHAKE, none="403"),
        configuration="our configuration, `mpm_event`",
    ),
    *_first_match(Node, HANDSHAKE),
    _ours(Node, Why.PINNED, stranger="403", expired="403", none="403"),
    *_first_match(Python, HANDSHAKE),
    _ours(Python, Why.IDENTITY, stranger=HANDSHAKE, expired=HANDSHAKE, none=HANDSHAKE),
    _each_request(PythonAskingEachRequest, Why.IDENTITY),
    *_plain(Go, old=_EACH, new=_EACH, stranger=_STRANGER, expired=Expected(HANDSHAKE, Why.DATES), none=_NONE),
    _ours(Go, Why.EACH, stranger=HANDSHAKE, expired=HANDSHAKE, none=HANDSHAKE),
    _each_request(GoAskingEachRequest, Why.EACH),
    *_plain(Java, old=_EACH, new=_EACH, stranger=_STRANGER, expired=Expected(ACCEPTED, Why.NO_DATES), none=_NONE),
    _ours(Java, Why.EACH, stranger=HANDSHAKE, expired=HANDSHAKE, none=HANDSHAKE),
    _each_request(JavaAskingEachRequest, Why.EACH),
    *_first_match(Stunnel, HANDSHAKE),
    *_first_match(StunnelVerifyPeer, HANDSHAKE, "`verifyPeer` file"),
    Row(Stunnel, Setup.OURS.value, Setup.OURS, (), {}),
)
OBSERVABLE = tuple(row for row in ROWS if row.expected)


def observe(server: Backend, certificates: Certificates) -> dict[str, str]:
    """What a running server answers each client, over TLS 1.2 and 1.3; both are shown where they differ.

    Whoever is accepted must also be recognised: another fingerprint than the client's own is part of the verdict.
    """
    return {name: _verdict(server, certificates, name) for name in PRESENTED}


def render(observed: Iterable[Mapping[str, str]]) -> str:
    """The table of these observations, one for each of ``OBSERVABLE``, its notes, and what was tried around."""
    verdicts = dict(zip((row.name for row in OBSERVABLE), observed, strict=True))
    lines = [
        "| Server | Configuration | " + " | ".join((*PRESENTED, *MORE)) + " |",
        "|---" * (2 + len(PRESENTED) + len(MORE)) + "|",
        *(_line(row, verdicts.get(row.name, {})) for row in ROWS),
        "",
        *(f"{number}. {why.value}" for number, why in enumerate(Why, start=1)),
        "",
    ]
    return "".join(f"{line}\n" for line in lines) + table()


def expected_verdicts(row: Row) -> dict[str, str]:
    """The row's verdicts without their reasons."""
    return {name: row.expected[name].verdict for name in PRESENTED}


def generated_part(page: str) -> str:
    """What stands between the markers."""
    return page.partition(BEGIN)[2].partition(END)[0]


def _verdict(server: Backend, certificates: Certificates, name: str) -> str:
    met = [ask(server.port, certificates.clients[name], version) for version in VERSIONS]
    known = (None, certificates.fingerprint(name), UNKNOWN if isinstance(server, Stunnel) else None)
    said = [one.verdict if one.seen in known else f"{one.verdict} as {one.seen}" for one in met]
    return " / ".join(dict.fromkeys(said))


def _line(row: Row, observed: Mapping[str, str]) -> str:
    cells = [_cell(name, observed[name], row.expected[name].why) for name in PRESENTED] if observed else []
    cells = (cells or ["none exists"] * len(PRESENTED)) + _more(row)
    return f"| {row.backend.kind} | {row.configuration} | " + " | ".join(cells) + " |"


def _more(row: Row) -> list[str]:
    if row.setup is not Setup.OURS or not row.expected:
        return ["-"] * len(MORE)
    left = AFTER_RELOAD[row.backend]
    bold = [f"**{said}**" if ACCEPTED in said or said == GOES_ON else said for said in (left.session, left.connection)]
    return [around(row.backend), *bold]


def _cell(name: str, verdict: str, why: Why) -> str:
    shown = verdict if (verdict == ACCEPTED) == NEEDED[name] else f"**{verdict}**"
    return f"{shown} ({list(Why).index(why) + 1})"


def _differs(name: str, expected: object, observed: object) -> bool:
    if observed != expected:
        print(f"{name}: expected {expected}, observed {observed}", file=sys.stderr)  # noqa: T201 - a script
    return observed != expected


def _main() -> int:
    observed = []
    with tempfile.TemporaryDirectory() as folder:
        certificates = Certificates(Path(folder))
        for row in OBSERVABLE:
            with certificates.server(row.backend, row.setup) as server:
                server.start(certificates.publish(server, row.published))
                observed.append(observe(server, certificates))
            if _differs(row.name, expected_verdicts(row), observed[-1]):
                return 1
        for bypass in BYPASSES:
            with certificates.server(bypass.backend) as server:
                server.beside.update(bypass.beside)
                server.start(certificates.publish(server, OUR_FILE))
                if _differs(bypass.name, bypass.expected, tried(server, certificates, bypass)):
                    return 1
        for backend, left in AFTER_RELOAD.items():
            with certificates.server(backend) as server:
                if _differs(
                    f"{backend.__name__} after a withdrawal", left, observe_withdrawal(server, certificates)[0]
                ):
                    return 1
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(
        page.replace(f"{BEGIN}{generated_part(page)}{END}", f"{BEGIN}{render(observed)}{END}"), encoding="utf-8"
    )
    return 0


if __name__ == "__main__":
    sys.exit(_main())
