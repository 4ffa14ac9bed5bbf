"""Apache httpd: the published include, in a VirtualHost that grants everybody everything else; graceful restart."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance.servers.application import HOST, TOLD_HEADER, TOLD_PEM
from acceptance.servers.backend import Setup, find_program
from acceptance.servers.terminator import Terminator, as_root
from apigw_client_cert.trust.contents import setup_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MODULES = Path("/usr/lib/apache2/modules")
# access_compat as Debian has it: what it allows may go around what authz_core requires.
LOADED = ("authz_core", "authz_host", "access_compat", "ssl", "headers", "proxy", "proxy_http", "alias")


class Apache(Terminator):
    """The worker MPM: at a graceful restart the event MPM closes every idle kept connection.

    This one closes only those that it is answering on, when the answer has gone out without ``Connection: close``.
    """

    kind = "apache"
    drops_idle = True
    programs = ("apache2",)
    told = TOLD_PEM
    mpm = "worker"

    @property
    def _public(self) -> Path:
        # The tests' own folders are for one user alone.
        return Path(tempfile.gettempdir()) / f"{self.kind}-{self.port}"

    def places(self) -> Mapping[str, object]:
        """As for every backend, and a folder that its workers may read."""
        return {**super().places(), "PUBLIC": self._public}

    def stop(self) -> None:
        """As for every backend, and without that folder."""
        super().stop()
        shutil.rmtree(self._public, ignore_errors=True)

    def prepare(self) -> Sequence[str]:
        """Write httpd.conf."""
        if "htaccess" in self.beside:
            self._public.mkdir(mode=0o755)
            (self._public / ".htaccess").write_text(self.also("htaccess"), encoding="ascii")
            (self._public / "file").touch()
        setup = {
            Setup.OURS: setup_lines(self.kind, path=str(self.trust_path)),
            Setup.PLAIN: f"SSLCACertificateFile {self.trust_path}\nSSLVerifyClient require",
            Setup.ONE_WAY: "",
        }[self.setup]
        loaded = [name for name in (f"mpm_{self.mpm}", *LOADED) if name != self.also("without")]
        modules = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in loaded)
        configuration = f"""
            ServerRoot {self.folder}
            ServerName localhost
            PidFile httpd.pid
            ErrorLog {self.log}
            LogLevel notice
            Listen {HOST}:{self.port}
            KeepAliveTimeout 3600
            MaxKeepAliveRequests 0
            {modules}
            {as_root("User nobody")}
            {as_root("Group nogroup")}
            {self.also("server")}
            <VirtualHost *:{self.port}>
                SSLEngine on
                SSLCertificateFile {self.certificate}
                {setup}
                RequestHeader set {TOLD_HEADER} "%{{SSL_CLIENT_CERT}}s"
                {self.also("paths")}
                ProxyPass / http://{HOST}:{self.application_port}/ disablereuse=On
                <Location />
                    Require all granted
                </Location>
                {self.also("vhost")}
            </VirtualHost>
        """
        self.write("httpd.conf", configuration)
        return [*self._command(), "-D", "FOREGROUND"]

    def reload(self) -> None:
        """What ``apachectl graceful`` does; the command reads the configuration itself before it signals the parent."""
        since = self.log.stat().st_size
        self.run([*self._command(), "-t"])
        self.run([*self._command(), "-k", "graceful"])
        self.await_log(since, r"(?s)graceful restart.*resuming normal operations")

    def _command(self) -> list[str]:
        return [find_program("apache2"), "-f", str(self.folder / "httpd.conf")]


class ApacheEvent(Apache):
    """The event MPM, Debian's default."""

    mpm = "event"
