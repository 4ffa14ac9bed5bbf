#!/bin/sh
# Runs a command as a named stage and prints how long it took: tools/stage.sh NAME COMMAND [ARGUMENT...]
name=$1
shift
echo "== $name"
start=$(date +%s)
"$@"
status=$?
took=$(($(date +%s) - start))
if [ $status -eq 0 ]; then
    echo "== $name: passed in $took s"
else
    echo "== $name: FAILED (status $status) after $took s" >&2
fi
exit $status
