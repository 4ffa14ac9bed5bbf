"""The plugin as a folder: ``pulumi package add ./provider`` starts this."""

from apigw_client_cert.native.server import main

main()
