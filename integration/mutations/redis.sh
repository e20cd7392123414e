#!/bin/sh
# Takes out, one at a time and in a copy of the tree, what keeps two owners of an actor apart, and prints which tests turn
# red. A mutation that no test notices is a failure, and so is one that finds nothing to take out any more. Not part of
# bin/test: it takes some minutes, and needs redis-server on the PATH. Takes names of mutations to try only those.
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
java=cajun-redis/src/main/java/dev/cajun/redis
reports=$work/copy/cajun-redis/target/surefire-reports
tried=0
failures=0
wanted=" $* "

# Runs test classes, given with commas between them, on the copy of the tree
run_tests() {
	rm -rf "$reports"
	(cd "$work/copy" && ./mvnw -o -q -pl cajun-redis -am test -Dtest="$1" -Dsurefire.failIfNoSpecifiedTests=false \
		-Dspring-javaformat.skip=true -Derror-prone.options=-XepDisableAllChecks -Dnullaway.options= >"$work/log" 2>&1)
}

# The tests that failed, without package and arguments
red() {
	cat "$reports"/*.txt 2>/dev/null | sed -n 's/^dev\.cajun\.redis\.\([^ ([]*\).*<<< \(FAILURE\|ERROR\)!.*/\1/p' | sort -u
}

# mutate NAME FILE SED-SCRIPT TEST-CLASSES WHAT
mutate() {
	case "$wanted" in
		"  " | *" $1 "*) ;;
		*) return 0 ;;
	esac
	tried=$((tried + 1))
	sed -e "$3" "$root/$2" >"$work/copy/$2"
	if cmp -s "$root/$2" "$work/copy/$2"; then
		printf '%-16s STALE     there is nothing to take out of %s any more (%s)\n' "$1" "$2" "$5"
		failures=$((failures + 1))
	elif run_tests "$4"; then
		printf '%-16s SURVIVED  %s pass without %s\n' "$1" "$4" "$5"
		failures=$((failures + 1))
	elif [ -n "$(red)" ]; then
		printf '%-16s killed    without %s these fail:\n' "$1" "$5"
		red | sed 's/^/                           /'
	else
		printf '%-16s BROKEN    no test ran without %s:\n' "$1" "$5"
		tail -n 20 "$work/log"
		failures=$((failures + 1))
	fi
	cp "$root/$2" "$work/copy/$2"
}

mkdir "$work/copy"
git ls-files -z --cached --others --exclude-standard | xargs -0 tar cf - | tar xf - -C "$work/copy"

stale=StaleOwnerIntegrationTests
contract=$stale,RedisActorStoreContractIntegrationTests
lost=$stale,LostReplyIntegrationTests
rollback=RollbackIntegrationTests,LostDataIntegrationTests

if ! run_tests "$contract,LostReplyIntegrationTests,$rollback"; then
	echo "The tests fail without any mutation:"
	red
	tail -n 20 "$work/log"
	exit 1
fi
echo "The tests pass without a mutation"

# The epoch: the fence that each script compares, and the claim that only raises
for script in commit snapshot release confirm records wake reminders; do
	mutate "epoch-$script" "$scripts/$script.lua" '/^@fence$/d' "$contract" "the check of the fence by $script"
done
mutate epoch-claim $scripts/claim.lua 's/wanted < highest or //' "$contract" "the comparison of epochs by a claim"

# The owner: an equal epoch of somebody else
mutate owner-claim $scripts/claim.lua 's/ or (wanted == highest and owner ~= ARGV\[2\])//' "$contract" \
	"the owner in a claim"
mutate owner-fence $scripts/fence.lua \
	's/^if fence ~= ARGV\[1\] then$/if string.match(fence or "", "^%d+") ~= string.match(ARGV[1], "^%d+") then/' \
	"$contract" "the owner in the fence"

# The batch: known again, before the fence is looked at
mutate batch $scripts/commit.lua 's/^if head and string.sub(head, 1, 16) == .* then$/if false then/' "$lost" \
	"the check of the batch"
mutate batch-first $scripts/commit.lua '/^@fence$/d
/^local head = redis\.call/i\
@fence' "$lost" "the check of the batch before that of the fence"

# The claim comes before the load
mutate load $scripts/load.lua '/^@fence$/d' "$contract" "the claim before a load"
mutate load-again $java/Ownership.java 's/^\t\tif (held == null || held.runId().equals(live.runId())) {$/\t\tif (true) {/' \
	"$rollback" "the claim before the load from a server that was restarted"

echo "$tried mutations, $failures of them not killed"
[ "$failures" -eq 0 ] && [ "$tried" -gt 0 ]
