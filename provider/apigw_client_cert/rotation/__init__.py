"""The rules: values in, values out. No I/O, no clock, no X.509 parsing, no Pulumi, no boto3."""
