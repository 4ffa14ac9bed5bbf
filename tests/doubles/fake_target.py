"""A Target that behaves: a text in memory, shared by everyone who names the same place."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class FakeTarget:
    """One place.

    Attributes:
        address: As a user would write it.
        content: What it holds; None does not exist. Tests change it to play somebody else.
        calls: ``read`` and ``write``, in order.
    """

    address: str = "file pins.pem"
    content: str | None = None
    calls: list[str] = field(default_factory=list)
    _faults: list[tuple[str, Exception, bool]] = field(default_factory=list)

    def fail_next(self, method: str, error: Exception, *, after_effect: bool = False, times: int = 1) -> None:
        """Make the next calls of ``read`` or ``write`` raise: before anything happens, or after it has."""
        self._faults += [(method, error, after_effect)] * times

    def read(self) -> str | None:
        """The text."""
        self._call("read")
        return self.content

    def write(self, content: str) -> None:
        """Replace the text."""
        late = self._call("write")
        self.content = content
        if late is not None:
            raise late

    def _call(self, method: str) -> Exception | None:
        self.calls.append(method)
        fault = next((fault for fault in self._faults if fault[0] == method), None)
        if fault is None:
            return None
        self._faults.remove(fault)
        if fault[2]:
            return fault[1]
        raise fault[1]
