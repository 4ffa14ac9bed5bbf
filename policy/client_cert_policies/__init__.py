"""The rules of the policy pack, and their way into pulumi-policy.

Rules are pure functions over ``Declared`` values; they import nothing outside the standard library. Only ``arguments``
and ``pack`` know pulumi-policy. Nothing here imports apigw_client_cert: a pack has an environment of its own.
"""
