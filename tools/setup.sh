#!/bin/sh
# Finds a Python that can make the virtual environment and hands over to tools/setup.py.
# PYTHON=/path/to/python chooses one; arguments go to it.
set -eu
cd "$(dirname "$0")/.."
for python in "${PYTHON:-python3}" python3.13 python3.12 python3.11 python3.10; do
    if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
        exec "$python" -m tools.setup "$@"
    fi
done
echo 'set-up: Python 3.10 or newer with venv is missing: install python3 and python3-venv, then run make again.' >&2
exit 1
