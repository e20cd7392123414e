#!/bin/sh
# Three nodes with etcd and Redis, whose application is integration/counters: a shard with 1,000 active counters is
# migrated 25 times while asks are sent to all of them and reminders fire, then a fourth node joins, is drained and ends
# with 0. No ask fails, none is lost, comes twice or out of its sender's order, and no reminder is lost. With the argument
# "full" 100 migrations, and the 99th percentile of the pause is under 200 ms; then the source, the target and the leader
# are killed in each phase of a migration, and every deposit to the sample's accounts is there exactly once.
. "$(dirname "$0")/common.sh"
build_sample

# What the sample is made of, but for its own classes
mkdir "$work/counters"
ln -s "${jar%/*}/lib" "$work/counters/lib"
"$JAVA_HOME/bin/javac" --release 21 -parameters -cp "$work/counters/lib/*" -d "$work/classes" \
	integration/counters/src/counters/*.java
cp integration/counters/application.properties "$work/classes"
{
	echo "Main-Class: counters.CountersApplication"
	# A line of a manifest ends after 72 bytes
	(cd "$work/counters" && ls lib/*.jar | tr '\n' ' ') | sed -e 's/^/Class-Path: /' | fold -b -w 70 | sed -e '2,$s/^/ /'
	echo
} >"$work/manifest"
"$JAVA_HOME/bin/jar" cfm "$work/counters/counters.jar" "$work/manifest" -C "$work/classes" .

run_tool Migrations "$work/counters/counters.jar" "$work" "$@"
case " $* " in
*" full "*) run_tool MigrationKills "$jar" "$work/kills" ;;
esac
