#!/bin/sh
# The first command of the README, in a clean checkout, answers a deposit in under 60 s once dependencies are there.
. "$(dirname "$0")/common.sh"
build_sample # for the dependencies
run_tool StartTime "$root" "$work"
