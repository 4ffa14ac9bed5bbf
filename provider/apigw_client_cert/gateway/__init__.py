"""API Gateway. With ``publish/`` the only importer of boto3; importing it loads no boto3 yet."""
