"""nginx: the published map and its two server lines; reloaded by ``nginx -s reload``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.servers.application import HOST, TOLD_HEADER, TOLD_PEM
from acceptance.servers.backend import Setup, find_program
from acceptance.servers.terminator import Terminator, as_root
from apigw_client_cert.trust.contents import setup_lines

if TYPE_CHECKING:
    from collections.abc import Sequence


class Nginx(Terminator):
    """One worker, so that one line in the log says that the old one has closed its listener."""

    kind = "nginx"
    drops_idle = True
    programs = ("nginx",)
    told = TOLD_PEM

    def prepare(self) -> Sequence[str]:
        """Write nginx.conf."""
        temporary = "\n".join(
            f"{kind}_temp_path temp;" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        refusal = self.also("refusal") or "return 403"
        ours = setup_lines(self.kind).replace("return 403", refusal)
        in_http, in_server = {
            Setup.OURS: (f"include {self.trust_path};", ours),
            Setup.PLAIN: ("", f"ssl_client_certificate {self.trust_path};\nssl_verify_client on;"),
            Setup.ONE_WAY: ("", ""),
        }[self.setup]
        configuration = f"""
            daemon off;
            {as_root("user root;")}
            worker_processes 1;
            {self.also("main")}
            pid nginx.pid;
            error_log stderr notice;
            events {{ worker_connections 4096; }}
            http {{
                access_log off;
                {temporary}
                {in_http}
                keepalive_timeout 1h;
                keepalive_requests 1000000;
                {self.also("http")}
                server {{
                    listen {HOST}:{self.port} ssl{self.also("listen")};
                    server_name localhost;
                    ssl_protocols TLSv1.2 TLSv1.3;
                    ssl_certificate {self.certificate};
                    ssl_certificate_key {self.certificate};
                    {in_server}
                    {self.also("server")}
                    location / {{
                        proxy_pass http://{HOST}:{self.application_port};
                        proxy_set_header {TOLD_HEADER} $ssl_client_escaped_cert;
                    }}
                }}
            }}
        """
        self.write("nginx.conf", configuration)
        return self._command()

    def reload(self) -> None:
        """The command reads the configuration itself before it signals the master."""
        since = self.log.stat().st_size
        self.run([*self._command(), "-s", "reload"])
        self.await_log(since, "gracefully shutting down", r"\[emerg\]")

    def _command(self) -> list[str]:
        return [find_program("nginx"), "-e", "stderr", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]
