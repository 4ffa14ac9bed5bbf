"""The policy pack as the engine runs it: pulumi-policy's own server in the pack's environment, asked over gRPC."""

from __future__ import annotations

import contextlib
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import grpc  # type: ignore[import-untyped]  # grpcio ships no types
from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]  # protobuf ships no types
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from tools.policy_venv import POLICY_PACK, POLICY_PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Verdict(NamedTuple):
    """One violation: which policy, on which resource by its name, at which level, in which words."""

    policy: str
    resource: str
    level: str
    message: str


@dataclass(frozen=True, slots=True)
class PackProcess:
    """The engine's side of a running pack."""

    stub: analyzer_pb2_grpc.AnalyzerStub

    def info(self) -> analyzer_pb2.AnalyzerInfo:
        """Names, levels and configuration schemas of its policies."""
        found: analyzer_pb2.AnalyzerInfo = self.stub.GetAnalyzerInfo(Empty())
        return found

    def configure(self, config: Mapping[str, tuple[str, Mapping[str, Any]]]) -> None:
        """Policy -> level and properties, as the engine sends what ``--policy-pack-config`` says."""
        request = analyzer_pb2.ConfigureAnalyzerRequest()
        for policy, (level, properties) in config.items():
            entry = request.policyConfig[policy]
            entry.enforcementLevel = analyzer_pb2.EnforcementLevel.Value(level.upper())
            entry.properties.update(properties)
        self.stub.Configure(request)

    def judge(
        self, inputs: Sequence[analyzer_pb2.AnalyzerResource], outputs: Sequence[analyzer_pb2.AnalyzerResource]
    ) -> list[Verdict]:
        """What it says of a run: each resource with its inputs, then the whole stack with its outputs."""
        verdicts = []
        for one in inputs:
            request = analyzer_pb2.AnalyzeRequest(
                type=one.type, urn=one.urn, name=one.name, properties=one.properties, options=one.options
            )
            verdicts += [_verdict(found) for found in self.stub.Analyze(request).diagnostics]
        stack = self.stub.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=outputs))
        return verdicts + [_verdict(found) for found in stack.diagnostics]


@contextlib.contextmanager
def running(now: str) -> Iterator[PackProcess]:
    """A pack whose clock stands; started by the command that a current language host runs."""
    command = [str(POLICY_PYTHON), "-u", "-m", "pulumi.policy", "no-engine", str(POLICY_PACK)]
    env = {**os.environ, "APIGW_CLIENT_CERT_NOW": now, "PYTHONDONTWRITEBYTECODE": "1"}
    env.pop("PYTHONPATH", None)
    with subprocess.Popen(command, cwd=POLICY_PACK, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield PackProcess(analyzer_pb2_grpc.AnalyzerStub(channel))
        finally:
            process.kill()


def _verdict(found: analyzer_pb2.AnalyzeDiagnostic) -> Verdict:
    # pulumi-policy puts the description in front of each message.
    message = found.message.removeprefix(f"{found.description}\n")
    level = analyzer_pb2.EnforcementLevel.Name(found.enforcementLevel).lower()
    return Verdict(found.policyName, found.urn.rpartition("::")[2], level, message)
