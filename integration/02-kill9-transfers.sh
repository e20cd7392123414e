#!/bin/sh
# kill -9 between the two halves of transfers; started again, with nobody calling, each comes to its end within 10 s.
# Takes a seed to repeat a run.
. "$(dirname "$0")/common.sh"
build_sample
run_tool Kill9Transfers "$jar" "$work/data" "$@"
