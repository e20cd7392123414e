#!/bin/sh
# Three nodes, an etcd of three members, and a Redis with a replica, each on a host of its own: a network namespace. Under
# load a host disappears without a word, packets vanish in one direction, and Redis fails over to a replica without the
# last writes. Every deposit is there exactly once, but for as many as are reported lost, and no read is stale. With the
# argument "all" also: no Redis, a split of nodes and etcd, an etcd without space, a starved processor; with "full" these
# and outages of a minute. Needs root and is skipped without, unless CAJUN_HOSTS=required.
. "$(dirname "$0")/common.sh"
hosts=cajun-$$-

# What runs on a host ends with it
remove_hosts() {
	for host in $(ip netns list | sed -n "s/^\($hosts[a-z0-9]*\).*/\1/p"); do
		for process in $(ip netns pids "$host"); do
			kill -9 "$process" 2>/dev/null || true
		done
		ip netns delete "$host"
	done
}

bin/servers
if ! ip netns add "${hosts}switch" 2>"$work/refused"; then
	echo "Skipped: a network namespace cannot be made, which takes root: $(cat "$work/refused")"
	[ "${CAJUN_HOSTS:-}" != required ]
	exit
fi
trap 'remove_hosts; rm -rf "$work"' EXIT
for host in n1 n2 n3 e1 e2 e3 redis replica; do
	ip netns add "$hosts$host"
done

build_sample
in="ip netns exec ${hosts}switch"
run_tool HostFaults "$jar" "$work" "$hosts" "$@"
