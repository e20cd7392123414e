#!/bin/sh
# Three nodes with etcd and Redis, under load: kill -9 of an owner, of the leader and of all, pauses, etcd gone, Redis gone, a
# rolling restart. Every deposit is there exactly once, and no read is stale. With "full", outages of full
# length, and a node with a third of 100,000 active accounts is killed.
. "$(dirname "$0")/common.sh"
build_sample
run_tool ClusterFaults "$jar" "$work" "$@"
