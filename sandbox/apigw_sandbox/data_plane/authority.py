"""The only certificate authority that the data plane trusts, instead of AWS's list of public ones."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import trustme


class Authority:
    """One CA per sandbox, made at first need; it vouches for backends and for nothing else."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: trustme.CA | None = None

    @property
    def pem(self) -> str:
        """The CA's certificate."""
        return self._authority().cert_pem.bytes().decode("ascii")

    def issue(self, *names: str) -> tuple[str, str]:
        """Certificate chain and private key, both PEM, for a backend under these DNS names or IP addresses.

        Raises:
            ValueError: no name.
        """
        issued = self._authority().issue_cert(*names)
        chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems)
        return chain.decode("ascii"), issued.private_key_pem.bytes().decode("ascii")

    def _authority(self) -> trustme.CA:
        import trustme  # noqa: PLC0415 - a sandbox that forwards nothing need not load it

        with self._lock:
            if self._made is None:
                self._made = trustme.CA(organization_name="apigw_sandbox")
            return self._made
