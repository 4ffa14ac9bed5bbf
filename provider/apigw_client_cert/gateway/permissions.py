"""Which IAM permission each AWS operation needs, for the message of ``AccessDenied``.

API Gateway's actions are HTTP verbs on path ARNs without an account id (docs/aws.md §5).
``docs/iam-policy*.json`` grant the API Gateway rows (``iam.py``); a test holds them together.
"""

from __future__ import annotations

from typing import Final

_API_GATEWAY: Final = "arn:aws:apigateway:REGION::"
# UNVERIFIED: the encoded form, which a denial of AWS's showed of another resource (docs/aws.md §5); docs/iam.md says
# what to do where it does not match.
_TAGS: Final = f"{_API_GATEWAY}/tags/arn%3Aaws%3Aapigateway%3AREGION%3A%3A%2Fclientcertificates%2F*"

#: (service as boto3 names it, operation) -> what to allow.
PERMISSIONS: Final[dict[tuple[str, str], str]] = {
    ("apigateway", "GenerateClientCertificate"): (
        f"apigateway:POST on {_API_GATEWAY}/clientcertificates and apigateway:PUT on {_TAGS}"
    ),
    ("apigateway", "GetClientCertificate"): f"apigateway:GET on {_API_GATEWAY}/clientcertificates/*",
    ("apigateway", "GetClientCertificates"): f"apigateway:GET on {_API_GATEWAY}/clientcertificates",
    ("apigateway", "DeleteClientCertificate"): f"apigateway:DELETE on {_API_GATEWAY}/clientcertificates/*",
    ("apigateway", "TagResource"): f"apigateway:PUT on {_TAGS}",
    ("apigateway", "UntagResource"): f"apigateway:DELETE on {_TAGS}",
    ("apigateway", "GetStage"): f"apigateway:GET on {_API_GATEWAY}/restapis/API/stages/STAGE",
    ("apigateway", "UpdateStage"): f"apigateway:PATCH on {_API_GATEWAY}/restapis/API/stages/STAGE",
    ("apigateway", "GetResources"): f"apigateway:GET on {_API_GATEWAY}/restapis/API/resources",
    (
        "apigateway",
        "TestInvokeMethod",
    ): f"apigateway:POST on {_API_GATEWAY}/restapis/API/resources/RESOURCE/methods/METHOD",
    ("apigateway", "GetRestApis"): f"apigateway:GET on {_API_GATEWAY}/restapis",
    ("apigateway", "GetStages"): f"apigateway:GET on {_API_GATEWAY}/restapis/*/stages",
    ("apigatewayv2", "GetStage"): f"apigateway:GET on {_API_GATEWAY}/apis/API/stages/STAGE",
    ("apigatewayv2", "UpdateStage"): f"apigateway:PATCH on {_API_GATEWAY}/apis/API/stages/STAGE",
    ("apigatewayv2", "GetApis"): f"apigateway:GET on {_API_GATEWAY}/apis",
    ("apigatewayv2", "GetStages"): f"apigateway:GET on {_API_GATEWAY}/apis/*/stages",
    ("ssm", "GetParameter"): "ssm:GetParameter on the parameter",
    ("ssm", "PutParameter"): "ssm:PutParameter on the parameter",
    (
        "s3",
        "GetObject",
    ): "s3:GetObject on the object and s3:ListBucket on the bucket (without it a missing key is a 403)",
    ("s3", "PutObject"): "s3:PutObject on the object",
    ("secretsmanager", "GetSecretValue"): "secretsmanager:GetSecretValue on the secret",
    ("secretsmanager", "PutSecretValue"): "secretsmanager:PutSecretValue on the secret",
    ("secretsmanager", "CreateSecret"): "secretsmanager:CreateSecret",
    ("service-quotas", "GetServiceQuota"): "servicequotas:GetServiceQuota on the quota",
    ("sts", "AssumeRole"): "sts:AssumeRole on the role, and a trust policy of the role that lets you",
    ("sts", "GetCallerIdentity"): "sts:GetCallerIdentity",
}


def permission_for(service: str, operation: str) -> str:
    """The permission in words; ``service:Operation`` for an operation that the table does not know."""
    return PERMISSIONS.get((service, operation), f"{service}:{operation}")
