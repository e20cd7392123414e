#!/bin/sh
# Three nodes with etcd and Redis: an account under constant load is migrated 30 times, and the other active accounts of
# its shard with it: no attempt fails, every deposit is there exactly once, and no read is stale. With the argument
# "full" 100 times with 1,000 active accounts in the shard, and callers wait less than 200 ms.
. "$(dirname "$0")/common.sh"
bin/servers
build_sample
run_tool Moves "$jar" "$work" "$@"
