#!/bin/sh
# kill -9 in the middle of 200 concurrent deposits, several times: every acknowledged deposit is there, none is twice
# there, transfers conserve money, and a repeated Idempotency-Key gets the first answer. Takes a seed to repeat a run.
. "$(dirname "$0")/common.sh"
build_sample
run_tool Kill9Deposits "$jar" "$work/data" "$@"
