"""The policy pack: `pulumi preview --policy-pack policy`. README.md says how to install it."""

from __future__ import annotations

from pulumi_policy import PolicyPack

from client_cert_policies.pack import POLICIES

PolicyPack("apigw-client-cert", policies=POLICIES)
