"""Go's crypto/tls: the published PEM and its setup lines, behind ``GetConfigForClient``."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
from typing import TYPE_CHECKING

from acceptance.servers.application import FINGERPRINT_HEADER, HOST
from acceptance.servers.backend import Backend, Setup, find_program
from acceptance.servers.page import request_lines
from apigw_client_cert.trust.contents import setup_lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PUBLISHED = "published"
PROGRAM = """package main

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

var _, _, _ = x509.NewCertPool, errors.New, net.Listen

func load(own tls.Certificate) (*tls.Config, error) {
%s
	config.Certificates = []tls.Certificate{own}
	return config, nil
}

%s

func main() {
	own, err := tls.LoadX509KeyPair(os.Args[1], os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	record, err := os.OpenFile(os.Args[3], os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		log.Fatal(err)
	}
	first, err := load(own)
	if err != nil {
		log.Fatal(err)
	}
	var current atomic.Pointer[tls.Config]
	current.Store(first)
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	go func() {
		for range hangups {
			config, err := load(own)
			if err != nil {
				log.Print("not reloaded: ", err)
				continue
			}
			current.Store(config)
			log.Print("reload done")
		}
	}()
	answer := func(response http.ResponseWriter, request *http.Request) {
		if !fromApiGateway(request, current.Load().ClientCAs) {
			response.WriteHeader(http.StatusForbidden)
			return
		}
		seen := "none"
		if request.TLS != nil && len(request.TLS.PeerCertificates) > 0 {
			digest := sha256.Sum256(request.TLS.PeerCertificates[0].Raw)
			seen = hex.EncodeToString(digest[:])
		}
		delay, _ := time.ParseDuration(request.URL.Query().Get("delay") + "s")
		time.Sleep(delay)
		record.WriteString(seen + "\\n")
		response.Header().Set("%s", seen)
		response.Write([]byte(seen + "\\n"))
	}
	server := http.Server{
		Addr:    os.Args[2],
		Handler: http.HandlerFunc(answer),
		TLSConfig: &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
%s
			return current.Load(), nil
		}},
	}
%s
	log.Fatal(server.ListenAndServeTLS(os.Args[1], os.Args[1]))
}
"""


# Who says what the page's lines for each request would say.
ANYBODY = "func fromApiGateway(*http.Request, *x509.CertPool) bool { return true }"


class Go(Backend):
    """``http.Server``. Its plain CA file is what our lines do, too."""

    kind = "go"
    programs = ("go",)
    request_lines = ANYBODY

    def prepare(self) -> Sequence[str]:
        """Build the program, once for all servers of one parent folder: it reads a link in its own folder."""
        link = self.folder / PUBLISHED
        link.unlink(missing_ok=True)
        link.symlink_to(self.trust_path)
        # A running server must not end because a file is broken, so its own loader hands the errors back.
        setup = (
            setup_lines(self.kind, path=PUBLISHED)
            .replace("log.Fatal(err)", "return nil, err")
            .replace("log.Fatal(", "return nil, errors.New(")
        )
        lines = "\tconfig := &tls.Config{}" if self.setup is Setup.ONE_WAY else setup
        besides = (self.also("names"), self.also("program"))
        program = _built(self.folder.parent, PROGRAM % (lines, self.request_lines, FINGERPRINT_HEADER, *besides))
        return [str(program), str(self.certificate), f"{HOST}:{self.port}", str(self.record)]

    def reload(self) -> None:
        """The listener stays as it is; a handshake takes the configuration of its moment."""
        self.signal_and_read(signal.SIGHUP, "reload done", "not reloaded")


class GoAskingEachRequest(Go):
    """With the page's lines for each request."""

    request_lines = request_lines("go")


def _built(folder: Path, source: str) -> Path:
    built = folder / f"go-{hashlib.sha256(source.encode()).hexdigest()[:16]}"
    built.mkdir(exist_ok=True)
    program = built / "server"
    if not program.exists():
        (built / "server.go").write_text(source, encoding="utf-8")
        environment = os.environ | {"CGO_ENABLED": "0"}
        command = [find_program("go"), "build", "-trimpath", "-o", str(program), "server.go"]
        subprocess.run(command, check=True, cwd=built, env=environment)
    return program
