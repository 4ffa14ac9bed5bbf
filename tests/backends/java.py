"""Java's own HTTPS server, from the published PEM and its setup lines."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from apigw_client_cert.trust import setup_lines
from tests.backends.server import HOST, require

if TYPE_CHECKING:
    from tests.backends.server import Site

CONTENT = "java"
PROGRAM = """
import com.sun.net.httpserver.*;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.*;
import java.security.*;
import java.security.cert.*;
import java.security.cert.Certificate;
import javax.net.ssl.*;

public class Server {
    public static void main(String[] arguments) throws Exception {
        char[] password = "changeit".toCharArray();
        KeyStore own = KeyStore.getInstance(Path.of(arguments[0]).toFile(), password);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, password);
        %s
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), new TrustManager[] { trust }, null);
        HttpsServer server = HttpsServer.create(
            new InetSocketAddress(arguments[1], Integer.parseInt(arguments[2])), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override public void configure(HttpsParameters parameters) {
                SSLParameters tls = context.getDefaultSSLParameters();
                tls.setNeedClientAuth(true);
                parameters.setSSLParameters(tls);
            }
        });
        server.createContext("/", exchange -> { exchange.sendResponseHeaders(200, -1); exchange.close(); });
        server.start();
    }
}
"""


def command(site: Site) -> list[str]:
    """Write the program and the server's key store; what starts it."""
    java, openssl = require("java"), require("openssl")
    store = str(site.folder / "server.p12")
    export = ["pkcs12", "-export", "-in", str(site.certificate), "-out", store, "-passout", "pass:changeit"]
    subprocess.run([openssl, *export], check=True)
    source = site.write("Server.java", PROGRAM % setup_lines(CONTENT, path=str(site.published)))
    return [java, source, store, HOST, str(site.port)]
