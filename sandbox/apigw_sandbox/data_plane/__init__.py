"""Requests to stages, answered by real HTTPS backends over real TLS, with the certificate that the stage presents.

TLS is the standard library's (OpenSSL): its sockets resume sessions of TLS 1.2 and 1.3, say whether they did, and its
HTTP client never repeats a request, so that a lost request is lost visibly.
"""
