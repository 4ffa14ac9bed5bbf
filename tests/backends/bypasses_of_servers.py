"""What may stand beside our lines in the configuration of nginx, HAProxy and Apache."""

from __future__ import annotations

from acceptance.servers.apache import MODULES, Apache
from acceptance.servers.haproxy import Haproxy
from acceptance.servers.nginx import Nginx
from tests.backends.bypass import Bypass
from tests.backends.client import ACCEPTED
from tests.backends.ways import HOST_ONLY, NO_NAME, OPEN_PATH, OTHER_NAME, PLAIN, RESUMED, Way

_NGINX_OTHER = {
    "http": f"""server {{
        listen @HOST@:@PORT@ ssl default_server;
        server_name {OTHER_NAME};
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_certificate @CERTIFICATE@;
        ssl_certificate_key @CERTIFICATE@;
        location / {{ return 204; }}
    }}"""
}
_NAMED = {"server": "error_page 403 = @open; location @open { proxy_pass http://@APPLICATION@; }"}
NGINX = (
    Bypass(
        Nginx,
        "a location with `satisfy any` and `allow all`",
        {"server": "location /open { satisfy any; allow all; proxy_pass http://@APPLICATION@; }"},
        OPEN_PATH,
        "403",
        "403",
    ),
    Bypass(
        Nginx,
        "`error_page 403 = /open`",
        {"server": "error_page 403 = /open; location /open { proxy_pass http://@APPLICATION@; }"},
        Way(),
        "403",
        "403",
    ),
    Bypass(Nginx, "`error_page 403 = @open`, a named location", _NAMED, Way(), ACCEPTED, ACCEPTED),
    Bypass(
        Nginx,
        "`error_page 403 = @open`, with `return 444` in our lines",
        {**_NAMED, "refusal": "return 444"},
        Way(),
        "handshake",
        "handshake",
    ),
    Bypass(
        Nginx,
        "`error_page 495 = @open`, and a stranger whose certificate has expired",
        {"server": _NAMED["server"].replace("403", "495")},
        Way(),
        ACCEPTED,
        "403",
        stranger_is="expired stranger",
    ),
    Bypass(Nginx, "`listen` without `ssl`", {"server": "listen @HOST@:@OTHER_PORT@;"}, PLAIN, "403", "403"),
    Bypass(Nginx, "another default server; its name in the handshake", _NGINX_OTHER, HOST_ONLY, "421", "421"),
    Bypass(Nginx, "another default server; no name in the handshake", _NGINX_OTHER, NO_NAME, "403", "403"),
    Bypass(
        Nginx,
        "another default server; its session resumed",
        _NGINX_OTHER,
        RESUMED,
        "421 / handshake",
        "421 / handshake",
    ),
    Bypass(
        Nginx,
        "another default server; its HTTP/2 connection",
        {"http": _NGINX_OTHER["http"].replace(" ssl ", " ssl http2 "), "listen": " http2"},
        Way(server_name=OTHER_NAME, http2=True),
        "421",
        "421",
    ),
)

_ALLOW = "    http-request allow if { path /open }\n"
_CRT_LIST = {
    "before": "    bind @HOST@:@OTHER_PORT@ ssl crt-list @FOLDER@/names.list verify required ca-file @CERTIFICATE@"
    " crt-ignore-err 18 ca-ignore-err 18\n",
    "names": f"@CERTIFICATE@ [verify none] {OTHER_NAME}\n@CERTIFICATE@\n",
}
HAPROXY = (
    Bypass(Haproxy, "another `bind`, without `ssl`", {"before": "    bind @HOST@:@OTHER_PORT@\n"}, PLAIN, "403", "403"),
    Bypass(
        Haproxy,
        "another `bind`, without `verify`",
        {"before": "    bind @HOST@:@OTHER_PORT@ ssl crt @CERTIFICATE@\n"},
        Way(other_port=True),
        "403",
        "403",
    ),
    Bypass(
        Haproxy,
        "a `crt-list` with `verify none` for another name",
        _CRT_LIST,
        Way(server_name=OTHER_NAME, other_port=True),
        "403",
        "403",
    ),
    Bypass(
        Haproxy,
        "that `crt-list`; the other name's session resumed",
        _CRT_LIST,
        Way(session_of=OTHER_NAME, other_port=True),
        "403",
        "403",
    ),
    Bypass(Haproxy, "`http-request allow` below our lines", {"after": _ALLOW}, OPEN_PATH, "403", "handshake"),
    Bypass(
        Haproxy,
        "`http-request allow` above our lines",
        {"before": "    bind @HOST@:@OTHER_PORT@\n" + _ALLOW},
        Way(path="/open", encrypted=False, other_port=True),
        ACCEPTED,
        ACCEPTED,
    ),
    Bypass(
        Haproxy,
        "`http-request allow` in the `defaults`",
        {"defaults": f"defaults ours\n    mode http\n    timeout client 1h\n{_ALLOW}", "from": " from ours"},
        OPEN_PATH,
        ACCEPTED,
        "handshake",
    ),
    Bypass(
        Haproxy,
        "`monitor-uri`, for a health check",
        {"after": "    monitor-uri /open\n"},
        OPEN_PATH,
        "200",
        "handshake",
    ),
)

_APACHE_OTHER = {
    "server": f"""<VirtualHost *:@PORT@>
        ServerName {OTHER_NAME}
        SSLEngine on
        SSLCertificateFile @CERTIFICATE@
        <Location />
            Require all granted
        </Location>
    </VirtualHost>"""
}
_LATER_IF = '<If "true">\n{}\n</If>'
_SATISFY = "<Location />\nAllow from all\nSatisfy any\n</Location>\n"
# Redirect alone would refuse: without it each of the other lines has to.
_NO_ALIAS = {"without": "alias"}
APACHE = (
    Bypass(
        Apache,
        "a section with `Allow from all` and `Satisfy any`",
        {"vhost": _SATISFY},
        Way(),
        "403",
        "403",
    ),
    Bypass(
        Apache,
        "a section with `SSLVerifyClient none` and `Require all granted`",
        {"vhost": '<LocationMatch "^/">\nSSLVerifyClient none\nRequire all granted\n</LocationMatch>'},
        Way(),
        "403",
        "403",
    ),
    Bypass(
        Apache,
        "a later `<If>` with `Require all granted`",
        {"vhost": _LATER_IF.format("Require all granted")},
        Way(),
        "403",
        "403",
    ),
    Bypass(
        Apache,
        "a later `<If>` with `Satisfy any`, too",
        {"vhost": _LATER_IF.format("Require all granted\nAllow from all\nSatisfy any")},
        Way(),
        "403",
        "403",
    ),
    Bypass(
        Apache,
        "an `.htaccess` with such an `<If>`",
        {
            "paths": """ProxyPass /files !
                Alias /files @PUBLIC@
                <Directory @PUBLIC@>
                    AllowOverride All
                    Header always set x-client-cert-sha256 file
                </Directory>""",
            "htaccess": _LATER_IF.format("Require all granted\nAllow from all\nSatisfy any"),
        },
        Way(path="/files/file"),
        "403",
        "403",
    ),
    Bypass(Apache, "`ErrorDocument 403 /open`", {"vhost": "ErrorDocument 403 /open"}, Way(), "403", "403"),
    Bypass(
        Apache,
        "`ErrorDocument 403 /open`, without mod_alias",
        {"vhost": "ErrorDocument 403 /open", **_NO_ALIAS},
        Way(),
        "403",
        "403",
    ),
    Bypass(
        Apache,
        "that `Satisfy any` and a later `<If>` with `Require all granted`, without mod_alias",
        {"vhost": _SATISFY + _LATER_IF.format("Require all granted"), **_NO_ALIAS},
        Way(),
        "403",
        "403",
    ),
    Bypass(
        Apache,
        "a later `<If>` with both, without mod_alias",
        {"vhost": _LATER_IF.format("Require all granted\nAllow from all\nSatisfy any"), **_NO_ALIAS},
        Way(),
        ACCEPTED,
        ACCEPTED,
    ),
    Bypass(Apache, "another default VirtualHost; its name in the handshake", _APACHE_OTHER, HOST_ONLY, "421", "421"),
    Bypass(Apache, "another default VirtualHost; no name in the handshake", _APACHE_OTHER, NO_NAME, "421", "421"),
    Bypass(Apache, "another default VirtualHost; its session resumed", _APACHE_OTHER, RESUMED, "403", "403"),
    Bypass(
        Apache,
        "another default VirtualHost; its HTTP/2 connection",
        {
            "server": f"LoadModule http2_module {MODULES}/mod_http2.so\nProtocols h2 http/1.1\n"
            + _APACHE_OTHER["server"]
        },
        Way(server_name=OTHER_NAME, http2=True),
        "421",
        "421",
    ),
)
