"""The border to moto, extended from outside: no fork, nothing patched.

API Gateway's calls go straight to subclasses of moto's response classes; moto resolves the operation from
botocore's model. Every other served service goes through moto's own server application.
"""
