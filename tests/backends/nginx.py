"""nginx, from the published map and its two server lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert.trust import setup_lines
from tests.backends.server import HOST, require

if TYPE_CHECKING:
    from tests.backends.server import Site

CONTENT = "nginx"


def command(site: Site) -> list[str]:
    """Write nginx.conf; what starts it in the foreground."""
    program = require("nginx")
    temporary = "\n".join(f"{kind}_temp_path temp;" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    configuration = f"""
        daemon off;
        pid nginx.pid;
        error_log stderr;
        events {{}}
        http {{
            access_log off;
            {temporary}
            include {site.published};
            server {{
                listen {HOST}:{site.port} ssl;
                ssl_protocols TLSv1.2 TLSv1.3;
                ssl_certificate {site.certificate};
                ssl_certificate_key {site.certificate};
                {setup_lines(CONTENT)}
                location / {{ return 200 "ok"; }}
            }}
        }}
    """
    return [program, "-e", "stderr", "-p", str(site.folder), "-c", site.write("nginx.conf", configuration)]
