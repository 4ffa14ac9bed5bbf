"""Apache httpd, from the published include in a VirtualHost that grants everybody everything else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from apigw_client_cert.trust import setup_lines
from tests.backends.server import HOST, require

if TYPE_CHECKING:
    from tests.backends.server import Site

CONTENT = "apache"
MODULES = Path("/usr/lib/apache2/modules")


def command(site: Site) -> list[str]:
    """Write httpd.conf; what starts it in the foreground. mod_status answers, so that no file has to be readable."""
    program = require("apache2")
    modules = "\n".join(
        f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in ("mpm_event", "authz_core", "ssl", "status")
    )
    configuration = f"""
        ServerRoot {site.folder}
        ServerName localhost
        PidFile httpd.pid
        ErrorLog httpd-error.log
        Listen {HOST}:{site.port}
        {modules}
        {"User nobody" if os.geteuid() == 0 else ""}
        {"Group nogroup" if os.geteuid() == 0 else ""}
        <VirtualHost *:{site.port}>
            SSLEngine on
            SSLCertificateFile {site.certificate}
            {setup_lines(CONTENT, path=str(site.published))}
            <Location />
                SetHandler server-status
                Require all granted
            </Location>
        </VirtualHost>
    """
    return [program, "-D", "FOREGROUND", "-f", site.write("httpd.conf", configuration)]
