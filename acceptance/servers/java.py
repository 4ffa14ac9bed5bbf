"""Java's own HTTPS server: the published PEM and its setup lines, behind a trust manager that a reload exchanges."""

from __future__ import annotations

import hashlib
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
PASSWORD = "changeit"  # noqa: S105 - of a key store that lives for one test
PROGRAM = """
import com.sun.net.httpserver.*;
import java.io.*;
import java.net.InetSocketAddress;
import java.nio.file.*;
import java.security.*;
import java.security.cert.*;
import java.security.cert.Certificate;
import java.util.Collections;
import java.util.HexFormat;
import java.util.concurrent.Executors;
import javax.net.ssl.*;

public class Server {
    static X509TrustManager load() throws Exception {
        %s
        return trust;
    }

    // The server keeps the SSLContext that it started with, so what is exchanged is the trust manager behind it.
    static class Current implements X509TrustManager {
        volatile X509TrustManager trust;
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            trust.checkClientTrusted(chain, authType);
        }
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            trust.checkServerTrusted(chain, authType);
        }
        public X509Certificate[] getAcceptedIssuers() {
            return trust.getAcceptedIssuers();
        }
    }

    %s

    // A resumed session asks no trust manager.
    static void forget(SSLSessionContext sessions) {
        for (byte[] id : Collections.list(sessions.getIds())) {
            SSLSession session = sessions.getSession(id);
            if (session != null) {
                session.invalidate();
            }
        }
    }

    static String seen(HttpExchange exchange) throws Exception {
        try {
            Certificate[] chain = ((HttpsExchange) exchange).getSSLSession().getPeerCertificates();
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(chain[0].getEncoded()));
        } catch (SSLPeerUnverifiedException nobody) {
            return "none";
        }
    }

    static final Current current = new Current();

    static void answer(HttpExchange exchange, OutputStream record) throws IOException {
        try {
            if (!fromApiGateway((HttpsExchange) exchange, current.trust)) {
                exchange.sendResponseHeaders(403, -1);
                exchange.close();
                return;
            }
            String query = exchange.getRequestURI().getQuery();
            if (query != null && query.startsWith("delay=")) {
                Thread.sleep((long) (1000 * Double.parseDouble(query.substring("delay=".length()))));
            }
            byte[] body = (seen(exchange) + "\\n").getBytes();
            record.write(body);
            exchange.getResponseHeaders().set("%s", new String(body).trim());
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        } catch (Exception problem) {
            throw new IOException(problem);
        }
    }

    public static void main(String[] arguments) throws Exception {
        char[] password = "changeit".toCharArray();
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(Path.of(arguments[0]).toFile(), password), password);
        current.trust = load();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), new TrustManager[] { current }, null);
        OutputStream record = new FileOutputStream(arguments[3], true);
        HttpsServer server = HttpsServer.create(
            new InetSocketAddress(arguments[1], Integer.parseInt(arguments[2])), 1024);
        server.setExecutor(Executors.newCachedThreadPool());
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override public void configure(HttpsParameters parameters) {
                SSLParameters tls = context.getDefaultSSLParameters();
                tls.setNeedClientAuth(%s);
                %s
                parameters.setSSLParameters(tls);
            }
        });
        server.createContext("/", exchange -> answer(exchange, record));
        sun.misc.Signal.handle(new sun.misc.Signal("HUP"), hangup -> {
            try {
                current.trust = load();
                forget(context.getServerSessionContext());
                System.out.println("reload done");
            } catch (Exception problem) {
                System.out.println("not reloaded: " + problem);
            }
        });
        server.start();
    }
}
"""
# A minute or less by default, which would end pooled connections; small and quick to start.
OPTIONS = (
    "-Dsun.net.httpserver.idleInterval=3600",
    "-Dsun.net.httpserver.maxIdleConnections=1000",
    "-Dsun.net.httpserver.nodelay=true",
    # Tickets that the server keeps no copy of cannot be forgotten.
    "-Djdk.tls.server.enableSessionTicketExtension=false",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
)


ANYBODY = "static boolean fromApiGateway(HttpsExchange exchange, X509TrustManager trust) { return true; }"


class Java(Backend):
    """``com.sun.net.httpserver.HttpsServer``."""

    request_lines = ANYBODY

    kind = "java"
    programs = ("java", "javac", "openssl")

    def prepare(self) -> Sequence[str]:
        """Compile the program, once for all servers of one parent folder, and make the server's key store."""
        link = self.folder / PUBLISHED
        link.unlink(missing_ok=True)
        link.symlink_to(self.trust_path)
        ours = setup_lines(self.kind, path=PUBLISHED)
        setup = {
            Setup.OURS: ours,
            # Up to the wrapper that looks at the dates.
            Setup.PLAIN: ours.partition("// Java does not look")[0] + "X509TrustManager trust = known;",
            Setup.ONE_WAY: "X509TrustManager trust = null;",
        }[self.setup]
        asks = "false" if self.setup is Setup.ONE_WAY else "true"
        classes = _compiled(
            self.folder.parent, PROGRAM % (setup, self.request_lines, FINGERPRINT_HEADER, asks, self.also("parameters"))
        )
        store = self.folder / "server.p12"
        export = ("pkcs12", "-export", "-in", self.certificate, "-out", store, "-passout", f"pass:{PASSWORD}")
        subprocess.run([find_program("openssl"), *export], check=True)
        arguments = (classes, "Server", store, HOST, self.port, self.record)
        return [find_program("java"), *OPTIONS, "-cp", *map(str, arguments)]

    def reload(self) -> None:
        """The listener stays as it is; connections that are open keep their context."""
        self.signal_and_read(signal.SIGHUP, "reload done", "not reloaded")


class JavaAskingEachRequest(Java):
    """With the page's lines for each request."""

    request_lines = request_lines("java")


def _compiled(folder: Path, source: str) -> Path:
    classes = folder / f"java-{hashlib.sha256(source.encode()).hexdigest()[:16]}"
    classes.mkdir(exist_ok=True)
    if not (classes / "Server.class").exists():
        (classes / "Server.java").write_text(source, encoding="utf-8")
        subprocess.run(
            [find_program("javac"), "-nowarn", "-XDignore.symbol.file", "Server.java"], check=True, cwd=classes
        )
    return classes
