"""Every server that is run here, in the order of docs/backends.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.servers import apache, go, haproxy, java, nginx, node, python, stunnel

if TYPE_CHECKING:
    from acceptance.servers.backend import Backend

BACKENDS: tuple[type[Backend], ...] = (
    nginx.Nginx,
    haproxy.Haproxy,
    apache.Apache,
    node.Node,
    python.Python,
    go.Go,
    java.Java,
    stunnel.Stunnel,
)
