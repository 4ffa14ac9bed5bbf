"""Go's crypto/tls, from the published PEM and its setup lines."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from apigw_client_cert.trust import setup_lines
from tests.backends.server import HOST, require

if TYPE_CHECKING:
    from tests.backends.server import Site

CONTENT = "go"
PROGRAM = """package main

import (
	"crypto/tls"
	"crypto/x509"
	"log"
	"net/http"
	"os"
)

func main() {
%s
	server := http.Server{Addr: os.Args[2], TLSConfig: config, Handler: http.HandlerFunc(
		func(http.ResponseWriter, *http.Request) {},
	)}
	log.Fatal(server.ListenAndServeTLS(os.Args[1], os.Args[1]))
}
"""


def command(site: Site) -> list[str]:
    """Write and build the program; what starts it."""
    go = require("go")
    source = site.write("server.go", PROGRAM % setup_lines(CONTENT, path=str(site.published)))
    program = str(site.folder / "server")
    subprocess.run([go, "build", "-o", program, source], check=True, cwd=site.folder)
    return [program, str(site.certificate), f"{HOST}:{site.port}"]
