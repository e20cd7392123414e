#!/bin/sh
# Three nodes under load, one of them cut off etcd only, Redis only, one other node only, reached by none, or with a clock
# that jumps: every deposit is there exactly once, no read is stale, and it is back by itself. With the argument "full", a
# minute each.
. "$(dirname "$0")/common.sh"
build_sample
run_tool CounterHistoryCheck
run_tool ClusterPartitions "$jar" "$work" "$@"
