"""X.509 and what backends read: bytes into facts and texts, and no further."""
