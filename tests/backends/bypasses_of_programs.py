"""What may stand beside our lines in a program in Node, Python, Go or Java."""

from __future__ import annotations

from acceptance.servers.go import Go, GoAskingEachRequest
from acceptance.servers.java import Java, JavaAskingEachRequest
from acceptance.servers.node import Node
from acceptance.servers.page import connection_lines
from acceptance.servers.python import Python, PythonAskingEachRequest
from tests.backends.bypass import Bypass
from tests.backends.client import ACCEPTED
from tests.backends.ways import HOST_ONLY, OTHER_NAME, PLAIN, RESUMED, Way

_UPGRADED = Way(headers="Connection: Upgrade\r\nUpgrade: anything\r\n")
_UPGRADES = """server.on("upgrade", (request, socket) => {
  socket.end("HTTP/1.1 200 OK\\r\\nx-client-cert-sha256: upgraded\\r\\nContent-Length: 0\\r\\n\\r\\n");
});
"""
NODE = (
    Bypass(Node, "an `upgrade` handler that does not ask", {"program": _UPGRADES}, _UPGRADED, ACCEPTED, ACCEPTED),
    Bypass(
        Node,
        "the same, with the `secureConnection` listener above",
        {"program": _UPGRADES + connection_lines("node")},
        _UPGRADED,
        "handshake",
        "handshake",
    ),
    Bypass(
        Node,
        "a context of another name (`addContext`)",
        {"program": f'server.addContext("{OTHER_NAME}", {{ key: identity, cert: identity, requestCert: false }});'},
        HOST_ONLY,
        "403",
        "403",
    ),
    Bypass(
        Node,
        "an `http` server with the same handler",
        {"program": 'require("node:http").createServer(answer).listen(@OTHER_PORT@, "@HOST@");'},
        PLAIN,
        "403",
        "403",
    ),
    Bypass(
        Node,
        "an `http2` server with the same options and handler",
        {
            "program": """require("node:http2")
              .createSecureServer({ key: identity, cert: identity, ...clientCertificates }, answer)
              .listen(@OTHER_PORT@, "@HOST@");
            """
        },
        Way(http2=True, other_port=True),
        "403",
        "403",
    ),
)

_CHOSEN = """
other = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
other.load_cert_chain(sys.argv[2])
def choose(connection, name, context):
    if name == "{name}":
        connection.context = {context}
{listening}.sni_callback = choose
listening = lambda: {listening}
"""
_LATE = {"program": _CHOSEN.format(name="localhost", context="server.context", listening="other")}
_EARLY = {"program": _CHOSEN.format(name=OTHER_NAME, context="other", listening="server.context")}
PYTHON = (
    Bypass(Python, "`sni_callback` of a context without our lines chooses ours", _LATE, Way(), ACCEPTED, ACCEPTED),
    Bypass(PythonAskingEachRequest, "the same, with each request asked", _LATE, Way(), "403", "403", serves=False),
    Bypass(Python, "`sni_callback` of ours chooses one without our lines", _EARLY, HOST_ONLY, "handshake", "handshake"),
)

_ANOTHER_NAME = {
    "names": f"""if hello.ServerName == "{OTHER_NAME}" {{
        return &tls.Config{{Certificates: []tls.Certificate{{own}}}}, nil
    }}"""
}
_PLAIN_LISTENER = {
    "program": """plain, err := net.Listen("tcp", "@HOST@:@OTHER_PORT@")
    if err != nil {
        log.Fatal(err)
    }
    go http.Serve(plain, server.Handler)
    """
}
_ANOTHER_POOL = {
    "names": f"""if hello.ServerName == "{OTHER_NAME}" {{
        strangers := x509.NewCertPool()
        pem, _ := os.ReadFile("@FOLDER@/../stranger.pem")
        strangers.AppendCertsFromPEM(pem)
        own := []tls.Certificate{{own}}
        return &tls.Config{{Certificates: own, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: strangers}}, nil
    }}"""
}
GO = (
    Bypass(Go, "`GetConfigForClient` has another for another name", _ANOTHER_NAME, HOST_ONLY, ACCEPTED, ACCEPTED),
    Bypass(GoAskingEachRequest, "that, with each request asked", _ANOTHER_NAME, HOST_ONLY, "403", "403"),
    Bypass(Go, "another name trusts others", _ANOTHER_POOL, HOST_ONLY, ACCEPTED, "handshake"),
    Bypass(GoAskingEachRequest, "the same, with each request asked", _ANOTHER_POOL, HOST_ONLY, "403", "handshake"),
    Bypass(Go, "another name trusts others; its session resumed", _ANOTHER_POOL, RESUMED, "handshake", "handshake"),
    Bypass(Go, "a plain listener with the same handler", _PLAIN_LISTENER, PLAIN, ACCEPTED, ACCEPTED),
    Bypass(GoAskingEachRequest, "that listener, with each request asked", _PLAIN_LISTENER, PLAIN, "403", "403"),
)

_WANTED = {"parameters": "tls.setWantClientAuth(true);"}
JAVA = (
    Bypass(Java, "`setWantClientAuth(true)` after our line", _WANTED, Way(), "handshake", ACCEPTED),
    Bypass(JavaAskingEachRequest, "the same, with each request asked", _WANTED, Way(), "handshake", "403"),
)
