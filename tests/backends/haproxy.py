"""HAProxy, from the published pattern file and its three frontend lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert.trust import setup_lines
from tests.backends.server import HOST, require

if TYPE_CHECKING:
    from tests.backends.server import Site

CONTENT = "haproxy"


def command(site: Site) -> list[str]:
    """Write haproxy.cfg; what starts it in the foreground."""
    program = require("haproxy")
    setup = setup_lines(CONTENT, path=str(site.published))
    # The port and the server's certificate are the user's own.
    own = setup.replace("bind :443", f"bind {HOST}:{site.port}").replace(
        "/etc/haproxy/server.pem", str(site.certificate)
    )
    configuration = (
        "defaults\n    mode http\n"
        + "".join(f"    timeout {kind} 10s\n" for kind in ("client", "server", "connect"))
        + f"frontend api\n{own}"
        + 'http-request return status 200 content-type text/plain string "ok"\n'
    )
    return [program, "-db", "-f", site.write("haproxy.cfg", configuration)]
