"""A local AWS API Gateway control plane for tests: client certificates, stages that present them, clock, journal."""

from __future__ import annotations

from apigw_sandbox.needs import explained

try:
    from apigw_sandbox.behaviour import Behaviour, InUseDeletion, UnknownCertificate
    from apigw_sandbox.faults import Fault, FaultKind, FiredFault, HangUpError, Hostile, Moment, SeenCall
    from apigw_sandbox.journal import Journal, JournalEntry
    from apigw_sandbox.remote import RemoteSandbox, SandboxProcess
    from apigw_sandbox.sandbox import Sandbox
except ModuleNotFoundError as missing:
    raise explained(missing) from None

__all__ = [
    "Behaviour",
    "Fault",
    "FaultKind",
    "FiredFault",
    "HangUpError",
    "Hostile",
    "InUseDeletion",
    "Journal",
    "JournalEntry",
    "Moment",
    "RemoteSandbox",
    "Sandbox",
    "SandboxProcess",
    "SeenCall",
    "UnknownCertificate",
]
