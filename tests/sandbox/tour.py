"""Every operation that the sandbox answers, called once or more, so that its answers can be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

DOCUMENT = b'{"openapi": "3.0.0", "info": {"title": "imported", "description": "d", "version": "1"}, "paths": {}}'
ROLE = "arn:aws:iam::123456789012:role/any"


def of_rest(rest: Any) -> None:
    """``apigateway``: everything but TestInvokeMethod, which wants a backend."""
    made = rest.generate_client_certificate(description="d", tags={"a": "b"})["clientCertificateId"]
    bare = rest.generate_client_certificate()["clientCertificateId"]
    arn = f"arn:aws:apigateway:us-east-1::/clientcertificates/{made}"
    rest.get_client_certificate(clientCertificateId=bare)
    rest.get_client_certificates(limit=1)
    rest.get_client_certificates()
    rest.update_client_certificate(
        clientCertificateId=made, patchOperations=[{"op": "replace", "path": "/description", "value": "e"}]
    )
    rest.tag_resource(resourceArn=arn, tags={"c": "d"})
    rest.get_tags(resourceArn=arn)
    rest.untag_resource(resourceArn=arn, tagKeys=["c"])
    rest.get_account()
    rest.update_account(patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": ROLE}])
    api = _rest_api(rest)
    _methods(rest, api)
    _deployments(rest, api, made)
    _around_an_api(rest, api)
    _plans(rest, api)
    _domains(rest, api)
    rest.delete_rest_api(restApiId=api)
    rest.delete_client_certificate(clientCertificateId=made)


def _rest_api(rest: Any) -> str:
    api = rest.create_rest_api(
        name="orders", description="d", tags={"a": "b"}, endpointConfiguration={"types": ["REGIONAL"]}
    )["id"]
    rest.create_rest_api(name="bare")
    rest.get_rest_api(restApiId=api)
    rest.get_rest_apis(limit=1)
    rest.get_rest_apis()
    rest.update_rest_api(restApiId=api, patchOperations=[{"op": "replace", "path": "/name", "value": "n"}])
    rest.import_rest_api(body=DOCUMENT)
    rest.put_rest_api(restApiId=api, mode="merge", body=DOCUMENT)
    return str(api)


def _methods(rest: Any, api: str) -> None:
    rest.get_resources(restApiId=api)
    root = rest.get_resources(restApiId=api)["items"][0]["id"]
    made = rest.create_resource(restApiId=api, parentId=root, pathPart="pets")["id"]
    gone = rest.create_resource(restApiId=api, parentId=root, pathPart="gone")["id"]
    here = {"restApiId": api, "resourceId": made, "httpMethod": "GET"}
    rest.put_method(**here, authorizationType="NONE", requestParameters={"method.request.querystring.a": False})
    rest.get_method(**here)
    rest.put_method_response(**here, statusCode="200", responseModels={"application/json": "Empty"})
    rest.put_method_response(**here, statusCode="404")
    rest.get_method_response(**here, statusCode="200")
    rest.put_integration(
        **here,
        type="HTTP",
        uri="https://example.com/",
        integrationHttpMethod="GET",
        timeoutInMillis=5000,
        tlsConfig={"insecureSkipVerification": True},
        requestTemplates={"application/json": "{}"},
        requestParameters={"integration.request.querystring.a": "method.request.querystring.a"},
    )
    rest.get_integration(**here)
    rest.put_integration_response(**here, statusCode="200", selectionPattern="2..", responseTemplates={"a/b": ""})
    rest.get_integration_response(**here, statusCode="200")
    rest.get_method(**here)
    rest.get_resources(restApiId=api)
    rest.get_resource(restApiId=api, resourceId=made)
    there = {**here, "resourceId": gone}
    rest.put_method(**there, authorizationType="NONE")
    rest.put_method_response(**there, statusCode="200")
    rest.put_integration(**there, type="HTTP_PROXY", uri="https://example.com/", integrationHttpMethod="GET")
    rest.put_integration_response(**there, statusCode="200")
    rest.delete_integration_response(**there, statusCode="200")
    rest.delete_integration(**there)
    rest.delete_method_response(**there, statusCode="200")
    rest.delete_method(**there)
    rest.delete_resource(restApiId=api, resourceId=gone)


def _deployments(rest: Any, api: str, certificate: str) -> None:
    first = rest.create_deployment(restApiId=api, stageName="dev", description="d", variables={"a": "b"})["id"]
    second = rest.create_deployment(restApiId=api)["id"]
    rest.get_deployment(restApiId=api, deploymentId=first)
    rest.get_deployments(restApiId=api)
    rest.create_stage(restApiId=api, stageName="prod", deploymentId=first)
    rest.create_stage(
        restApiId=api,
        stageName="full",
        deploymentId=first,
        description="d",
        variables={"a": "b"},
        tags={"a": "b"},
        cacheClusterEnabled=True,
        cacheClusterSize="0.5",
        tracingEnabled=True,
    )
    for path, value in (
        ("/clientCertificateId", certificate),
        ("/accessLogSettings/destinationArn", "arn:aws:logs:us-east-1:123456789012:log-group:x"),
        ("/accessLogSettings/format", "$context.requestId"),
        ("/pets/GET/logging/loglevel", "INFO"),
        ("/*/*/metrics/enabled", "true"),
        ("/*/*/throttling/burstLimit", "10"),
        ("/*/*/throttling/rateLimit", "1.5"),
        ("/*/*/caching/ttlInSeconds", "60"),
        ("/clientCertificateId", ""),
    ):
        patch = [{"op": "replace", "path": path, "value": value}]
        rest.update_stage(restApiId=api, stageName="full", patchOperations=patch)
        rest.get_stage(restApiId=api, stageName="full")
    rest.get_stage(restApiId=api, stageName="prod")
    rest.get_stages(restApiId=api)
    rest.get_export(restApiId=api, stageName="dev", exportType="oas30")
    rest.delete_stage(restApiId=api, stageName="full")
    rest.delete_deployment(restApiId=api, deploymentId=second)


def _around_an_api(rest: Any, api: str) -> None:
    rest.create_model(restApiId=api, name="Pet", contentType="application/json", schema="{}", description="d")
    rest.create_model(restApiId=api, name="Cat", contentType="application/json")
    rest.get_model(restApiId=api, modelName="Pet")
    rest.get_models(restApiId=api)
    rest.delete_model(restApiId=api, modelName="Cat")
    validator = rest.create_request_validator(restApiId=api, name="v", validateRequestBody=True)["id"]
    rest.get_request_validator(restApiId=api, requestValidatorId=validator)
    rest.get_request_validators(restApiId=api)
    rest.update_request_validator(
        restApiId=api,
        requestValidatorId=validator,
        patchOperations=[{"op": "replace", "path": "/name", "value": "w"}],
    )
    rest.delete_request_validator(restApiId=api, requestValidatorId=validator)
    authorizer = rest.create_authorizer(
        restApiId=api,
        name="a",
        type="TOKEN",
        authorizerUri="arn:aws:apigateway:us-east-1:lambda:path/x",
        identitySource="method.request.header.Authorization",
    )["id"]
    rest.get_authorizer(restApiId=api, authorizerId=authorizer)
    rest.get_authorizers(restApiId=api)
    rest.update_authorizer(
        restApiId=api, authorizerId=authorizer, patchOperations=[{"op": "replace", "path": "/name", "value": "b"}]
    )
    rest.delete_authorizer(restApiId=api, authorizerId=authorizer)
    rest.put_gateway_response(restApiId=api, responseType="DEFAULT_4XX", statusCode="401")
    rest.get_gateway_response(restApiId=api, responseType="DEFAULT_4XX")
    rest.get_gateway_responses(restApiId=api)
    rest.delete_gateway_response(restApiId=api, responseType="DEFAULT_4XX")
    link = rest.create_vpc_link(name="l", targetArns=["arn:aws:elasticloadbalancing:us-east-1:123456789012:x"])["id"]
    rest.get_vpc_link(vpcLinkId=link)
    rest.get_vpc_links()
    rest.delete_vpc_link(vpcLinkId=link)


def _plans(rest: Any, api: str) -> None:
    key = rest.create_api_key(name="k", enabled=True)["id"]
    rest.get_api_key(apiKey=key)
    rest.get_api_key(apiKey=key, includeValue=True)
    rest.get_api_keys()
    rest.update_api_key(apiKey=key, patchOperations=[{"op": "replace", "path": "/name", "value": "j"}])
    plan = rest.create_usage_plan(name="p", apiStages=[{"apiId": api, "stage": "dev"}])["id"]
    rest.create_usage_plan(
        name="full", throttle={"burstLimit": 1, "rateLimit": 1.5}, quota={"limit": 1, "period": "DAY"}
    )
    rest.get_usage_plan(usagePlanId=plan)
    rest.get_usage_plans()
    rest.update_usage_plan(usagePlanId=plan, patchOperations=[{"op": "replace", "path": "/name", "value": "q"}])
    rest.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    rest.get_usage_plan_key(usagePlanId=plan, keyId=key)
    rest.get_usage_plan_keys(usagePlanId=plan)
    rest.delete_usage_plan_key(usagePlanId=plan, keyId=key)
    rest.update_usage_plan(
        usagePlanId=plan, patchOperations=[{"op": "remove", "path": "/apiStages", "value": f"{api}:dev"}]
    )
    rest.delete_usage_plan(usagePlanId=plan)
    rest.delete_api_key(apiKey=key)


def _domains(rest: Any, api: str) -> None:
    rest.create_domain_name(domainName="api.example.com")
    rest.get_domain_name(domainName="api.example.com")
    rest.get_domain_names()
    here = {"domainName": "api.example.com", "basePath": "v1"}
    rest.create_base_path_mapping(**here, restApiId=api, stage="dev")
    rest.get_base_path_mapping(**here)
    rest.get_base_path_mappings(domainName="api.example.com")
    rest.update_base_path_mapping(**here, patchOperations=[{"op": "replace", "path": "/stage", "value": "prod"}])
    rest.delete_base_path_mapping(**here)
    rest.delete_domain_name(domainName="api.example.com")


def of_websocket(v2: Any, certificate: str) -> None:
    """``apigatewayv2``."""
    api = v2.create_api(
        Name="chat", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action", Tags={"a": "b"}
    )["ApiId"]
    v2.create_api(Name="http", ProtocolType="HTTP")
    v2.get_api(ApiId=api)
    v2.get_apis(MaxResults="1")
    v2.get_apis()
    v2.update_api(ApiId=api, Description="d")
    v2.create_stage(ApiId=api, StageName="dev", ClientCertificateId=certificate)
    v2.create_stage(ApiId=api, StageName="bare")
    v2.get_stage(ApiId=api, StageName="dev")
    v2.get_stage(ApiId=api, StageName="bare")
    v2.get_stages(ApiId=api)
    v2.update_stage(ApiId=api, StageName="dev", ClientCertificateId="", StageVariables={"a": "b"})
    v2.delete_stage(ApiId=api, StageName="bare")
    arn = f"arn:aws:apigateway:us-east-1::/apis/{api}"
    v2.tag_resource(ResourceArn=arn, Tags={"c": "d"})
    v2.get_tags(ResourceArn=arn)
    v2.untag_resource(ResourceArn=arn, TagKeys=["c"])
    _routes(v2, api)
    _around_a_v2_api(v2, api)
    v2.delete_api(ApiId=api)


def _routes(v2: Any, api: str) -> None:
    integration = v2.create_integration(ApiId=api, IntegrationType="HTTP_PROXY", IntegrationUri="https://example.com")
    here = {"ApiId": api, "IntegrationId": integration["IntegrationId"]}
    v2.get_integration(**here)
    v2.get_integrations(ApiId=api)
    v2.update_integration(**here, Description="d")
    response = v2.create_integration_response(**here, IntegrationResponseKey="$default")["IntegrationResponseId"]
    v2.get_integration_response(**here, IntegrationResponseId=response)
    v2.get_integration_responses(**here)
    v2.update_integration_response(**here, IntegrationResponseId=response, ContentHandlingStrategy="CONVERT_TO_TEXT")
    v2.delete_integration_response(**here, IntegrationResponseId=response)
    route = v2.create_route(
        ApiId=api, RouteKey="$connect", RequestParameters={"route.request.header.a": {"Required": True}}
    )["RouteId"]
    v2.get_route(ApiId=api, RouteId=route)
    v2.get_routes(ApiId=api)
    v2.update_route(ApiId=api, RouteId=route, OperationName="o")
    v2.delete_route_request_parameter(ApiId=api, RouteId=route, RequestParameterKey="route.request.header.a")
    answer = v2.create_route_response(ApiId=api, RouteId=route, RouteResponseKey="$default")["RouteResponseId"]
    v2.get_route_response(ApiId=api, RouteId=route, RouteResponseId=answer)
    v2.delete_route_response(ApiId=api, RouteId=route, RouteResponseId=answer)
    v2.delete_route(ApiId=api, RouteId=route)
    v2.delete_integration(**here)


def _around_a_v2_api(v2: Any, api: str) -> None:
    model = v2.create_model(ApiId=api, Name="Pet", Schema="{}")["ModelId"]
    v2.get_model(ApiId=api, ModelId=model)
    v2.update_model(ApiId=api, ModelId=model, Description="d")
    v2.delete_model(ApiId=api, ModelId=model)
    authorizer = v2.create_authorizer(
        ApiId=api, Name="a", AuthorizerType="REQUEST", IdentitySource=["route.request.header.a"], AuthorizerUri="arn:x"
    )["AuthorizerId"]
    v2.get_authorizer(ApiId=api, AuthorizerId=authorizer)
    v2.update_authorizer(ApiId=api, AuthorizerId=authorizer, Name="b")
    v2.delete_authorizer(ApiId=api, AuthorizerId=authorizer)
    http = v2.create_api(Name="cors", ProtocolType="HTTP", CorsConfiguration={"AllowOrigins": ["*"]})["ApiId"]
    v2.delete_cors_configuration(ApiId=http)
    v2.reimport_api(ApiId=http, Body=DOCUMENT.decode())
    link = v2.create_vpc_link(Name="l", SubnetIds=["subnet-1"])["VpcLinkId"]
    v2.get_vpc_link(VpcLinkId=link)
    v2.get_vpc_links()
    v2.update_vpc_link(VpcLinkId=link, Name="m")
    v2.delete_vpc_link(VpcLinkId=link)
    v2.create_domain_name(DomainName="ws.example.com")
    v2.get_domain_name(DomainName="ws.example.com")
    v2.get_domain_names()
    mapping = v2.create_api_mapping(DomainName="ws.example.com", ApiId=api, Stage="dev")["ApiMappingId"]
    v2.get_api_mapping(DomainName="ws.example.com", ApiMappingId=mapping)
    v2.get_api_mappings(DomainName="ws.example.com")
    v2.delete_api_mapping(DomainName="ws.example.com", ApiMappingId=mapping)
    v2.delete_domain_name(DomainName="ws.example.com")


def of_targets(client: Callable[[str], Any]) -> None:
    """What publishing and being somebody call of ``ssm``, ``s3``, ``secretsmanager`` and ``sts``."""
    ssm = client("ssm")
    ssm.put_parameter(Name="/orders/pins", Value="v", Type="String", Overwrite=True, Tier="Standard")
    ssm.put_parameter(Name="/orders/pins", Value="w", Type="String", Overwrite=True, Tier="Advanced")
    ssm.get_parameter(Name="/orders/pins")
    ssm.delete_parameter(Name="/orders/pins")
    s3 = client("s3")
    s3.create_bucket(Bucket="trust")
    s3.put_object(Bucket="trust", Key="pins", Body=b"x")
    s3.get_object(Bucket="trust", Key="pins")
    s3.list_objects_v2(Bucket="trust")
    s3.delete_object(Bucket="trust", Key="pins")
    secrets = client("secretsmanager")
    secrets.create_secret(Name="orders/pins", SecretString="v")
    secrets.put_secret_value(SecretId="orders/pins", SecretString="w")
    secrets.get_secret_value(SecretId="orders/pins")
    secrets.describe_secret(SecretId="orders/pins")
    secrets.delete_secret(SecretId="orders/pins", ForceDeleteWithoutRecovery=True)
    sts = client("sts")
    sts.get_caller_identity()
    sts.assume_role(RoleArn=ROLE, RoleSessionName="session")


def of_a_trial(rest: Any, api: str, method: str) -> None:
    """TestInvokeMethod of the root of an API."""
    root = next(one["id"] for one in rest.get_resources(restApiId=api)["items"] if one["path"] == "/")
    rest.test_invoke_method(restApiId=api, resourceId=root, httpMethod=method)
