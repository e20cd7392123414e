#!/bin/sh
# Three nodes with an etcd of three members: 10,000 actors, kill -9 of the leading member, etcd wiped, and restored from
# an old backup, under load: every deposit is there exactly once, no read is stale, and epochs only grow.
. "$(dirname "$0")/common.sh"
build_sample
run_tool EtcdHistory "$jar" "$work" "$@"
