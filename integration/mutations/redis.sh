#!/bin/sh
# Takes out, one at a time and in a copy of the tree, what keeps two owners of an actor apart in Redis, and prints which
# tests turn red. Not part of bin/test: it takes some minutes, and needs redis-server on the PATH. Takes names of mutations
# to try only those.
set -eu
module=cajun-redis
package='dev\.cajun\.redis'
. "$(dirname "$0")/common.sh"

scripts=cajun-redis/src/main/resources/dev/cajun/redis
java=cajun-redis/src/main/java/dev/cajun/redis
stale=StaleOwnerIntegrationTests
contract=$stale,RedisActorStoreContractIntegrationTests
lost=$stale,LostReplyIntegrationTests
rollback=RollbackIntegrationTests,LostDataIntegrationTests

without_mutation "$contract,LostReplyIntegrationTests,$rollback"

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

finish
