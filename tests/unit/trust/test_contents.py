"""Trust texts: the bundle, the pins, the forms for each kind of server, and what they hold."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.errors import BadInput
from apigw_client_cert.trust import servers as backends
from apigw_client_cert.trust.contents import (
    BACKENDS,
    CONTENTS,
    backend_config,
    fingerprints,
    holds,
    render,
    setup_lines,
    trust_bundle,
    trusts_nobody,
)
from tests.x509 import twins

if TYPE_CHECKING:
    from apigw_client_cert.rotation.model import TrustedCertificate

OLD, NEW, STRANGER = (twin.trusted for twin in twins(3))


def lines(text: str) -> list[str]:
    """The lines that a server obeys."""
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_bundle_keeps_the_given_order_and_drops_repeats() -> None:
    """A first-match reader keeps accepting the oldest, so nothing is ever re-sorted."""
    assert trust_bundle([NEW, OLD, NEW]) == NEW.pem + OLD.pem
    assert fingerprints([OLD, NEW, OLD]) == (OLD.sha256, NEW.sha256)


def test_bundle_repairs_what_aws_answers() -> None:
    """CRLF without a final newline would glue END to BEGIN, which most servers refuse."""
    as_answered = [dataclasses.replace(one, pem=one.pem.replace("\n", "\r\n").rstrip()) for one in (OLD, NEW)]
    assert trust_bundle(as_answered) == OLD.pem + NEW.pem


@pytest.mark.parametrize("content", ["pem", "json", "apache", "python", "go", "java"])
@pytest.mark.parametrize("pem", ["", OLD.pem + STRANGER.pem], ids=["none", "two"])
def test_certificate_whose_pem_is_not_one_is_refused(content: str, pem: str) -> None:
    """A second PEM in one certificate's text would be trusted without a pin."""
    with pytest.raises(BadInput, match="certificates"):
        render(content, [dataclasses.replace(OLD, pem=pem)])


def test_pins_are_one_hex_fingerprint_a_line() -> None:
    """The plainest form, for scripts."""
    assert render("sha256", [OLD, NEW]) == f"{OLD.sha256}\n{NEW.sha256}\n"
    assert render("sha1", [OLD, NEW]) == f"{OLD.sha1}\n{NEW.sha1}\n"


def test_json_has_the_documented_schema() -> None:
    """Names and formats are a promise to readers."""
    assert json.loads(render("json", [OLD])) == {
        "version": 1,
        "certificates": [
            {
                "sha256": OLD.sha256,
                "sha1": OLD.sha1,
                "spkiSha256": OLD.spki_sha256,
                "notAfter": "2027-03-01T10:00:00Z",
                "pem": OLD.pem,
            }
        ],
    }


def test_nginx_map_denies_by_default() -> None:
    """Only the pins map to 1."""
    assert [line.split(" #")[0] for line in lines(render("nginx", [OLD, NEW]))] == [
        "map $ssl_client_fingerprint $apigw_client_cert {",
        "    default 0;",
        f"    {OLD.sha1} 1;",
        f"    {NEW.sha1} 1;",
        "}",
    ]


def test_haproxy_list_is_upper_case() -> None:
    """HAProxy's hex converter writes upper case."""
    assert lines(render("haproxy", [OLD, NEW])) == [OLD.sha256.upper(), NEW.sha256.upper()]


def test_apache_pins_the_pem_text() -> None:
    """Apache has no fingerprint variable: its expression hashes the PEM text."""
    digest = hashlib.sha1(OLD.pem.encode(), usedforsecurity=False).hexdigest()
    assert f"<If \"! (sha1(%{{SSL_CLIENT_CERT}}) in {{ '{digest}' }})\">" in render("apache", [OLD])


def test_node_list_is_in_nodes_own_form() -> None:
    """``fingerprint256`` is upper case with colons."""
    listed = json.loads(render("node", [OLD, NEW]))
    assert [pin.replace(":", "").lower() for pin in listed] == [OLD.sha256, NEW.sha256]
    assert all(len(pin) == 95 for pin in listed)


@pytest.mark.parametrize("content", ["python", "go", "java"])
def test_readers_of_plain_pem_get_the_bundle(content: str) -> None:
    """A comment above holds no PEM marker, so that every PEM reader skips it."""
    text = render(content, [OLD, NEW])
    assert text.endswith(trust_bundle([OLD, NEW]))
    assert text.count("-----BEGIN") == 2


def test_envoy_never_accepts_untrusted() -> None:
    """ACCEPT_UNTRUSTED overrides a failed hash check in Envoy, and an empty list means no restriction."""
    for certificates in ([], [OLD]):
        whole = backend_config("envoy", certificates)
        assert "ACCEPT_UNTRUSTED" not in whole
        assert "require_client_certificate: true" in whole
    assert f"- {'0' * 64}" in render("envoy", [])
    assert "0" * 64 not in render("envoy", [OLD])


@pytest.mark.parametrize(
    ("content", "obeyed"),
    [
        ("nginx", ["map $ssl_client_fingerprint $apigw_client_cert {", "    default 0;", "}"]),
        ("haproxy", []),
        ("node", ["[]"]),
        ("python", []),
        ("go", []),
        ("java", []),
        ("pem", []),
        ("sha256", []),
        ("sha1", []),
    ],
)
def test_nothing_to_trust_trusts_nobody(content: str, obeyed: list[str]) -> None:
    """An empty list must never read as no restriction (tests/backends asks the servers themselves)."""
    assert [line for line in lines(render(content, [])) if line.strip()] == obeyed


def test_apache_with_nothing_to_trust_denies() -> None:
    """An empty list would be a syntax error; the entry that stands for nobody is no digest."""
    text = render("apache", [])
    assert "in { 'nobody' }" in text
    # As releases wrote it that refused less; a file may hold it still.
    satisfied = re.sub(r" *(SSLRequire|ErrorDocument).*\n| *<IfModule mod_alias(.|\n)*</IfModule>\n", "", text)
    for former in (satisfied, re.sub(r" *<IfModule(.|\n)*</IfModule>\n", "", satisfied)):
        assert "SSLRequire" not in former
        assert trusts_nobody(former)


@pytest.mark.parametrize("kind", BACKENDS)
def test_person_reads_setup_lines_and_published_text(kind: str) -> None:
    """The whole configuration names the file's place and holds every part."""
    whole = backend_config(kind, [OLD, NEW], path="/somewhere/else")
    assert setup_lines(kind, path="/somewhere/else") in whole
    assert 'content="' + kind in whole
    assert "/somewhere/else" in whole
    assert backends.published_file(kind) not in whole
    assert holds(whole, OLD)
    assert holds(whole, NEW)


@pytest.mark.parametrize("kind", sorted(set(BACKENDS) - {"node", "java"}))
def test_published_text_says_how_it_takes_effect(kind: str) -> None:
    """Whoever finds the file on a server finds the setup lines with it, commented out, where the format allows."""
    text = render(kind, [OLD])
    for line in setup_lines(kind).splitlines():
        assert f"#   {line}".rstrip() in [given.rstrip() for given in text.splitlines()] or not line


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    """A typo is answered with the list."""
    with pytest.raises(BadInput, match="haproxy"):
        render("ngnix", [OLD])
    for ask in (backend_config, backends.published):
        with pytest.raises(BadInput, match="haproxy"):
            ask("stunnel", [OLD])


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("certificates", [(), (OLD,), (OLD, NEW)], ids=["none", "one", "two"])
def test_text_holds_what_was_rendered_and_no_more(content: str, certificates: tuple[TrustedCertificate, ...]) -> None:
    """Rendering and reading back agree for every content."""
    text = render(content, certificates)
    assert [holds(text, one) for one in (OLD, NEW, STRANGER)] == [one in certificates for one in (OLD, NEW, STRANGER)]


@pytest.mark.parametrize(
    ("text", "held"),
    [
        pytest.param(OLD.sha256.upper(), True, id="upper case"),
        pytest.param("SHA256:" + ":".join(OLD.sha256[i : i + 2] for i in range(0, 64, 2)), True, id="colons"),
        pytest.param("sha256:" + OLD.sha256, True, id="prefixed"),
        pytest.param(OLD.pem.replace("\n", "\r\n  "), True, id="white space"),
        pytest.param(json.dumps({"ca": OLD.pem}), True, id="inside JSON"),
        pytest.param("", False, id="empty"),
        pytest.param("# " + OLD.sha256, False, id="commented out"),
        pytest.param("#" + OLD.pem.replace("\n", "\n#"), False, id="PEM commented out"),
        pytest.param(OLD.sha256 + "ab", False, id="part of a longer number"),
        pytest.param("a" + OLD.sha256, False, id="part of a longer number, end"),
        pytest.param(OLD.sha256[:40], False, id="cut off"),
        pytest.param(OLD.pem[:900], False, id="PEM cut off"),
        pytest.param(OLD.spki_sha256, False, id="another digest"),
    ],
)
def test_edited_text_holds_what_is_still_there(text: str, held: bool) -> None:  # noqa: FBT001 - expectation
    """Spelling does not matter; damage and comments do."""
    assert holds(text, OLD) is held


@pytest.mark.parametrize("content", CONTENTS)
def test_what_is_rendered_for_nobody_is_known_to_trust_nobody(content: str) -> None:
    """With and without its heading, in any layout; with one certificate it is not."""
    text = render(content, [])
    assert trusts_nobody(text)
    assert trusts_nobody("\n".join(lines(text)))
    assert trusts_nobody(text.replace("\n", "\r\n  "))
    assert not trusts_nobody(render(content, [OLD]))


@pytest.mark.parametrize(
    "text", ["", "\n", " \t\r\n", "# nothing yet\n", "placeholder", "CHANGEME\n", '"todo"', "<tbd>", "-"]
)
def test_nothing_comments_and_placeholders_are_known_to_trust_nobody(text: str) -> None:
    """What stands in a place before anything is published."""
    assert trusts_nobody(text)


@pytest.mark.parametrize(
    "text",
    [
        "somebody else's",
        "10.0.0.1",
        "CN=partner",
        "*",
        "\0",
        "placeholder\nCN=partner",
        "# pins\nab",
        "default 1;",
        "map $ssl_client_fingerprint $apigw_client_cert {\n    default 1;\n}\n",
        "map $ssl_client_fingerprint $other {\n    default 0;\n}\n",
        "['nobody', 'partner']",
        pytest.param(OLD.sha256, id="sha256"),
        pytest.param(OLD.sha1, id="sha1"),
        pytest.param(OLD.pem, id="pem"),
        pytest.param(OLD.pem[:200], id="cut pem"),
        '{"version": 1, "certificates": [], "partners": ["a"]}',
    ],
)
def test_any_other_text_may_mean_something_to_its_reader(text: str) -> None:
    """Names, addresses, patterns: nobody knows what a reader makes of them."""
    assert not trusts_nobody(text)
