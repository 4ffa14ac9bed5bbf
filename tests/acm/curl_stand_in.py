"""A stand-in for ``curl --fail URL``: a stage's own address on AWS, answered by the sandbox's data plane."""

from __future__ import annotations

import os
import re
import sys
import urllib.error
import urllib.request

ADDRESS = re.compile(r"https://([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com/([^/]+)/(.*)")
HTTP_ERROR = 22

if __name__ == "__main__":
    flag, url = sys.argv[1:]
    found = ADDRESS.fullmatch(url)
    if flag != "--fail" or found is None:
        raise SystemExit(2)
    place = f"{os.environ['AWS_ENDPOINT_URL']}/restapis/{found[1]}/{found[2]}/_user_request_/{found[3]}"
    try:
        urllib.request.urlopen(place).close()  # noqa: S310 - the sandbox's
    except urllib.error.HTTPError:
        raise SystemExit(HTTP_ERROR) from None
