"""What the demo looks at between two updates: the account, and what a backend would read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from apigw_sandbox import Sandbox

# An entry of nginx's `map`: a fingerprint as $ssl_client_fingerprint has it (SHA-1, hex), and 1.
_PIN = re.compile(r"^\s*([0-9a-f]{40}) 1;", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Account:
    """One look. Certificates are ids; what trusts them names them in its own order, None where it does not exist."""

    presented: Mapping[str, str | None]
    certificates: tuple[str, ...]
    file: tuple[str, ...] | None
    parameter: tuple[str, ...] | None


class Observer:
    """Looks at the sandbox and at the published file, never at Pulumi's state or output.

    Args:
        sandbox: A running one.
        api: The REST API whose stages are looked at.
        file: The published file.
        parameter: The name of the published SSM parameter.
    """

    def __init__(self, sandbox: Sandbox, api: str, file: Path, parameter: str) -> None:
        self._sandbox = sandbox
        self._api = api
        self._file = file
        self._parameter = parameter
        self._ssm = sandbox.client("ssm")
        self._ids: dict[str, str] = {}

    def look(self) -> Account:
        """The account now. The parameter is read through the API, so the journal shows a GetParameters."""
        certificates = self._sandbox.certificates()
        self._ids |= {sha1(one.pem): one.id for one in certificates}
        parameters = self._ssm.get_parameters(Names=[self._parameter])["Parameters"]
        return Account(
            presented={
                stage.stage_name: stage.client_certificate_id
                for stage in self._sandbox.stages()
                if stage.api_id == self._api
            },
            certificates=tuple(one.id for one in certificates),
            file=self._named(self._file.read_text(encoding="utf-8")) if self._file.exists() else None,
            parameter=self._named(parameters[0]["Value"]) if parameters else None,
        )

    def remove_published(self) -> None:
        """Do by hand what ``pulumi destroy`` leaves to the operator: remove the file and the parameter."""
        self._file.unlink()
        self._ssm.delete_parameter(Name=self._parameter)

    def _named(self, text: str) -> tuple[str, ...]:
        return tuple(self._ids.get(pin, f"unknown {pin}") for pin in pins(text))


def pins(text: str) -> list[str]:
    """The fingerprints that an nginx ``map`` lets through, in order."""
    return _PIN.findall(text)


def sha1(pem: str) -> str:
    """The fingerprint of a certificate as nginx compares it."""
    return x509.load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA1()).hex()  # noqa: S303 - nginx's choice
