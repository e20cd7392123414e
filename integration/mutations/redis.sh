#!/bin/sh
# Takes out, one at a time and in a copy of the tree, what keeps two owners of an actor apart, and shows the test that
# turns red. Not part of bin/test: it takes minutes, and needs redis-server on the PATH. Takes names to run only those.
set -eu
cd "$(dirname "$0")/../.."
root=$(pwd)

JAVA_HOME=$(bin/jdk)
export JAVA_HOME

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

scripts=cajun-redis/src/main/resources/dev/cajun/redis
failures=0
wanted=" $* "

# Runs one test on a copy of the tree
run_test() {
	(cd "$work/copy" && ./mvnw -o -q -pl cajun-redis -am test -Dtest="$1" -Dsurefire.failIfNoSpecifiedTests=false \
		-Dspring-javaformat.skip=true -Derror-prone.options=-XepDisableAllChecks -Dnullaway.options= >"$work/log" 2>&1)
}

mkdir "$work/copy"
git ls-files -z --cached --others --exclude-standard | xargs -0 tar cf - | tar xf - -C "$work/copy"
reports=$work/copy/cajun-redis/target/surefire-reports

# mutate NAME WHAT FILE SED-SCRIPT TEST-CLASS TEST-METHOD
mutate() {
	case "$wanted" in
		"  " | *" $1 "*) ;;
		*) return 0 ;;
	esac
	rm -rf "$reports"
	sed -e "$4" "$root/$3" >"$work/copy/$3"
	if cmp -s "$root/$3" "$work/copy/$3"; then
		echo "$1: STALE: there is nothing to take out of $3 any more"
		failures=$((failures + 1))
	elif run_test "$5#$6*"; then
		echo "$1: SURVIVED: $5.$6 passes without $2"
		failures=$((failures + 1))
	elif grep -q "$6.*<<< \(FAILURE\|ERROR\)!" "$reports/"*"$5.txt" 2>/dev/null; then
		echo "$1: killed: without $2, $5.$6 fails:"
		grep -A 6 "$6.*<<<" "$reports/"*"$5.txt" | sed -n '2,6s/^/    /p'
	else
		echo "$1: BROKEN: $5 did not run"
		tail -n 20 "$work/log"
		failures=$((failures + 1))
	fi
	cp "$root/$3" "$work/copy/$3"
}

if ! run_test StaleOwnerIntegrationTests; then
	echo "The tests fail without any mutation:"
	tail -n 20 "$work/log"
	exit 1
fi

mutate epoch "the check of the fence by a commit" $scripts/commit.lua '/^@fence$/d' \
	StaleOwnerIntegrationTests staleOwnerChangesNothingByAnyOperation
mutate owner "the owner in the check of a claim" $scripts/claim.lua "s/ or (wanted == highest and owner ~= ARGV\[2\])//" \
	StaleOwnerIntegrationTests staleOwnerChangesNothingByAnyOperation
mutate batch "the check of the batch id" $scripts/commit.lua "s/^if head and string.sub(head, 1, 16) == .* then$/if false then/" \
	StaleOwnerIntegrationTests batchAppliedBeforeShardMovedIsKnownAndNotAppliedAgain
mutate batch-live "the check of the batch id" $scripts/commit.lua "s/^if head and string.sub(head, 1, 16) == .* then$/if false then/" \
	LostReplyIntegrationTests everyOperationIsThereOnceThoughOneReplyInTenIsLost
mutate claim "the claim before a load" $scripts/load.lua '/^@fence$/d' \
	StaleOwnerIntegrationTests staleOwnerChangesNothingByAnyOperation

[ "$failures" -eq 0 ]
