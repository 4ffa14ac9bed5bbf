"""Where trust goes: files, SSM parameters, S3 objects, Secrets Manager secrets."""
