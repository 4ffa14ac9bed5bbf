"""Our nginx, asked through API Gateway while the client certificate is rotated. Two tests, then what they stand on."""

from __future__ import annotations

import contextlib
import http.client
import shutil
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from apigw_client_cert.trust.contents import render
from apigw_client_cert.trust.x509 import trusted_certificate
from apigw_sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"


def test_old_and_new_are_accepted_during_a_rotation_and_nobody_else(orders: Orders) -> None:
    """The stranger has the same subject. After its retirement the old certificate is refused, too."""
    old, new, stranger = (orders.gateway.generate_client_certificate() for _ in range(3))
    orders.publish("conf.d/apigw-client-certs.conf", "nginx", old, new)
    orders.start("orders.conf")
    assert [orders.ask(old), orders.ask(new), orders.ask(stranger)] == [200, 200, 403]

    orders.publish("conf.d/apigw-client-certs.conf", "nginx", new)
    orders.nginx("-s", "reload")
    assert 403 in (orders.ask(old) for _ in range(1000))  # nginx reloads in its own time
    assert orders.ask(new) == 200


def test_plain_ca_file_refuses_the_new_certificate(orders: Orders) -> None:
    """Why we pin: all these certificates have one subject, and OpenSSL tries only the first that matches."""
    old, new = (orders.gateway.generate_client_certificate() for _ in range(2))
    orders.publish("apigw-ca.pem", "pem", old, new)
    orders.start("orders-ca-file.conf")
    assert [orders.ask(old), orders.ask(new)] == [200, 400]


class Orders:
    """Our nginx in a folder, and a stage that calls it."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox, self.folder = sandbox, folder
        self.gateway = sandbox.client("apigateway")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        url = f"https://localhost:{self.port}/"
        self.api = sandbox.console.create_rest_api("orders", ["prod"], backend_url=url, proxy=True)
        (folder / "conf.d").mkdir()
        (folder / "nginx.conf").write_text((HERE / "nginx.conf").read_text())
        (folder / "orders.pem").write_text("".join(sandbox.issue_server_certificate("localhost")))

    def publish(self, name: str, content: str, *certificates: dict[str, Any]) -> None:
        """Write what the rotation publishes with this `content` while these certificates are trusted."""
        trusted = [trusted_certificate(one["pemEncodedCertificate"]) for one in certificates]
        (self.folder / name).write_text(render(content, trusted))

    def start(self, site: str) -> None:
        """Start nginx with this site, as we deploy it but for the port."""
        ours = (HERE / site).read_text().replace("listen 443 ", f"listen 127.0.0.1:{self.port} ")
        (self.folder / "conf.d" / site).write_text(ours)
        self.nginx()

    def nginx(self, *command: str) -> None:
        """Run nginx in the folder; it goes into the background when it listens."""
        arguments = ["-e", "error.log", "-p", str(self.folder), "-c", "nginx.conf"]
        subprocess.run([NGINX, *arguments, *command], check=True)

    def ask(self, certificate: dict[str, Any]) -> int:
        """Let the stage present this certificate, and return the status of a request through it."""
        self.sandbox.console.bind(self.api, "prod", certificate["clientCertificateId"])
        url = urlsplit(self.sandbox.invoke_url(self.api, "prod", "/orders/1"))
        with contextlib.closing(http.client.HTTPConnection(url.netloc)) as connection:
            connection.request("GET", url.path)
            return connection.getresponse().status


@pytest.fixture
def orders(tmp_path: Path) -> Iterator[Orders]:
    """Connections are not reused: a kept one goes on presenting the certificate that it was opened with."""
    with Sandbox() as sandbox:
        sandbox.change(shapes="new")
        backend = Orders(sandbox, tmp_path)
        yield backend
        if (tmp_path / "nginx.pid").exists():
            backend.nginx("-s", "stop")
