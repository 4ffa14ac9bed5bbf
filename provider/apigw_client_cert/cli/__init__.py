"""``apigw-client-cert``: what the states of stacks say of their rotations, for people and for CI. It changes nothing.

``states`` reads what Pulumi exported, ``fleet`` puts the resources of all stacks together, ``findings`` asks
``rotation/`` and ``lifecycle/`` what is due and what is wrong, ``rows`` is what every format renders. One module per
command, imported when it is called. Nothing here loads pulumi, boto3 or cryptography.
"""
