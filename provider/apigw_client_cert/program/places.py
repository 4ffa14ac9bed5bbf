"""Where things are, as a program writes it: an AWS connection, stages, publish targets. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from apigw_client_cert.program.arguments import made_of_kinds, takes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pulumi
    from pulumi_aws import apigateway, apigatewayv2

    from apigw_client_cert.program.verification import HttpProbe, TestInvoke
    from apigw_client_cert.program.wire import Duration


@made_of_kinds("Aws")
@dataclass(frozen=True, kw_only=True)
class Aws:
    """Where and as whom to connect; what is left out comes from boto3's default chain.

    ``region`` is fixed once a resource exists. The others are only the way to it, and may change; each resource acts
    in the account that it was made in.
    """

    region: pulumi.Input[str] | None = None
    profile: pulumi.Input[str] | None = None
    assume_role_arn: pulumi.Input[str] | None = None
    endpoint_url: pulumi.Input[str] | None = None

    def properties(self) -> dict[str, Any]:
        """The inputs of every resource that connects."""
        return {
            "region": self.region,
            "profile": self.profile,
            "assumeRoleArn": self.assume_role_arn,
            "endpointUrl": self.endpoint_url,
        }


@made_of_kinds("RestStage")
@dataclass(frozen=True, kw_only=True)
class RestStage:
    """One stage of a REST API, and how a switch of it is verified: ``verify`` before, ``confirm`` after."""

    rest_api_id: pulumi.Input[str]
    stage_name: pulumi.Input[str]
    resource: pulumi.Resource | None = field(default=None, repr=False)
    verify: TestInvoke | None = None
    confirm: HttpProbe | None = None

    @classmethod
    @takes("RestStage.of")
    def of(
        cls, stage: apigateway.Stage, *, verify: TestInvoke | None = None, confirm: HttpProbe | None = None
    ) -> RestStage:
        """The stage that this program manages: bound after it exists, and again whenever it is replaced.

        Give that resource ``ignore_changes=["clientCertificateId"]``, or its own next update unbinds the stage.
        """
        return cls(
            rest_api_id=stage.rest_api, stage_name=stage.stage_name, resource=stage, verify=verify, confirm=confirm
        )

    def properties(self) -> dict[str, Any]:
        """The inputs of a binding that say which stage."""
        return {"apiKind": "REST", "apiId": self.rest_api_id, "stageName": self.stage_name}


@made_of_kinds("WebSocketStage")
@dataclass(frozen=True, kw_only=True)
class WebSocketStage:
    """One stage of a WebSocket API; HTTP APIs cannot present a client certificate."""

    api_id: pulumi.Input[str]
    stage_name: pulumi.Input[str]
    resource: pulumi.Resource | None = field(default=None, repr=False)

    @classmethod
    @takes("WebSocketStage.of")
    def of(cls, stage: apigatewayv2.Stage) -> WebSocketStage:
        """The stage that this program manages: bound after it exists, and again whenever it is replaced."""
        return cls(api_id=stage.api_id, stage_name=stage.name, resource=stage)

    def properties(self) -> dict[str, Any]:
        """The inputs of a binding that say which stage."""
        return {"apiKind": "WEBSOCKET", "apiId": self.api_id, "stageName": self.stage_name}


Stage = RestStage | WebSocketStage


@made_of_kinds("Wave")
@dataclass(frozen=True)
class Wave:
    """Stages that move together, once each of the wave before has presented the new certificate for ``soak``."""

    stages: Mapping[str, Stage]
    soak: Duration | None = None


@dataclass(frozen=True, kw_only=True)
class _Target:
    """What is written to a target: ``content`` names the form, ``backend`` who reads it (for warnings only)."""

    content: str = "pem"
    backend: str | None = None

    def place(self) -> dict[str, Any]:
        """Type and address on the wire."""
        raise NotImplementedError

    def properties(self) -> dict[str, Any]:
        """The whole target on the wire."""
        read_by = {} if self.backend is None else {"backend": self.backend}
        return {**self.place(), "content": self.content, **read_by}


@made_of_kinds("File")
@dataclass(frozen=True)
class File(_Target):
    """A file of the machine that runs ``pulumi up``, replaced atomically; relative to the program's folder."""

    path: pulumi.Input[str]

    def place(self) -> dict[str, Any]:
        """Type and path."""
        return {"type": "file", "path": self.path}


@made_of_kinds("SsmParameter")
@dataclass(frozen=True)
class SsmParameter(_Target):
    """A String parameter of SSM Parameter Store: Standard to 4 KB, Advanced to 8 KB."""

    name: pulumi.Input[str]

    def place(self) -> dict[str, Any]:
        """Type and parameter name."""
        return {"type": "ssm", "name": self.name}


@made_of_kinds("S3Object")
@dataclass(frozen=True)
class S3Object(_Target):
    """An object of an S3 bucket that exists.

    ``expected_bucket_owner`` is the account that the bucket belongs to, where that is not the credentials' own: S3 then
    refuses a bucket of anybody else's.
    """

    bucket: pulumi.Input[str]
    key: pulumi.Input[str]
    expected_bucket_owner: pulumi.Input[str] | None = field(default=None, kw_only=True)

    def place(self) -> dict[str, Any]:
        """Type, bucket, key and owner."""
        owner = self.expected_bucket_owner
        expected = {} if owner is None else {"expectedBucketOwner": owner}
        return {"type": "s3", "bucket": self.bucket, "key": self.key, **expected}


@made_of_kinds("SecretsManagerSecret")
@dataclass(frozen=True)
class SecretsManagerSecret(_Target):
    """A secret of Secrets Manager, by name or ARN; created when there is none of that name."""

    secret_id: pulumi.Input[str]

    def place(self) -> dict[str, Any]:
        """Type and secret id."""
        return {"type": "secretsmanager", "secretId": self.secret_id}


Target = File | SsmParameter | S3Object | SecretsManagerSecret


@made_of_kinds("MadeFor")
@dataclass(frozen=True, kw_only=True)
class MadeFor:
    """What a certificate is made for; its creation looks at all of it before anything is made, and no later run does.

    ``targets``, ``also_trust`` and ``take_over`` are those of the bundle that publishes this certificate alone.
    Everything is looked at with the certificate's own connection.
    """

    stages: Sequence[Stage] = ()
    targets: Sequence[Target] = ()
    also_trust: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    take_over: bool | None = None

    def properties(self) -> dict[str, Any]:
        """The input of a certificate."""
        given = {
            "stages": [stage.properties() for stage in self.stages] or None,
            "targets": [target.properties() for target in self.targets] or None,
            "alsoTrust": self.also_trust,
            "takeOver": self.take_over,
        }
        return {key: value for key, value in given.items() if value is not None}
