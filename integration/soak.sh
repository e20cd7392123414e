#!/bin/sh
# soak.sh MINUTES [SEED]: a cluster under load in which a node is started, stopped or killed every ten seconds. Every
# deposit is there exactly once, and no read is stale. Not part of bin/test. Keeps the nodes' logs when something is wrong.
[ $# -ge 1 ] || { echo "How many minutes?" >&2; exit 2; }
. "$(dirname "$0")/common.sh"
trap 'if [ $? -eq 0 ]; then rm -rf "$work"; else echo "Logs and data are in $work"; fi' EXIT
build_sample
run_tool Soak "$jar" "$work" "$@"
