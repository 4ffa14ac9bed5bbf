"""The gRPC host: the same lifecycle as a plugin that programs in every language can use.

The second host beside ``resources.py``; it has no rule of its own. What the engine asks and expects was seen on the
real one (docs/pulumi.md §3).
"""
