#!/bin/sh
# Takes out, one at a time and in a copy of the tree, what the runtime's promises rest on, and prints which tests turn red.
# Not part of bin/test: it takes some twelve minutes. Takes names of mutations to try only those.
set -eu
module=cajun-runtime
package='dev\.cajun\.[a-z]*'
. "$(dirname "$0")/common.sh"

java=cajun-runtime/src/main/java/dev/cajun
cluster=LeadershipTests,LeaseKeeperTests,VolatileActorsTests,ClusterTests,MoveFaultsTests
claims=$cluster,ClusteredNodeTests,RecoveryTests,CajunNodeTests
turns=TurnsTests,EffectsTests,OutboundTests,CommitOutcomeTests,PersistenceModeTests,GuaranteedTellTests
keys=$turns,KeyedAskTests,IdempotencyKeyTests
moves=DeliveryTests,RemoteTests,RoutingSimulationTests

without_mutation "$claims,$keys,$moves"

# Nothing is loaded before the shard is claimed
mutate claim $java/cluster/ShardOwner.java \
	's/^\t\tsend(own, claimedBefore, retry);$/\t\town.state = State.OWNED;\n\t\tthis.claims.add(new LocalShards.Claim(fence, false));\n&/' \
	"$claims" "waiting for the store's answer to a claim"
mutate claim-local $java/node/LocalShards.java 's/^\t\t\tresults\.add(this\.store\.claim(fence, false));$//' \
	"$claims" "the claim in local mode"

# Who does not lead any more writes nothing
mutate leader $java/cluster/Leader.java 's/new ArrayList<>(held\.holds())/new ArrayList<>()/' \
	"$cluster" "the leader's guard"
mutate leader-revision $java/cluster/LeaderRecord.java 's/new Transaction\.CreatedAt(KEY, this\.createRevision), //' \
	"$cluster" "the revision in the leader's guard"
mutate leader-value $java/cluster/LeaderRecord.java 's/, new Transaction\.ValueIs(KEY, this\.value)//' \
	"$cluster" "the value in the leader's guard"
mutate leader-table $java/cluster/Leader.java 's/^\t\tconditions\.add(unchanged);$//' \
	"$cluster" "the guard that the table is still the one that was read"

# A lease that may have ended is not relied on
mutate lease $java/cluster/LeaseKeeper.java \
	's/return !this\.done && this\.loop\.nanoTime() - this\.deadline < 0;/return !this.done;/' \
	"$cluster" "the deadline of a lease"
mutate lease-told $java/cluster/LeaseKeeper.java 's/^\t\tif (!this\.done && this\.provable && /\t\tif (false \&\& /' \
	"$cluster" "saying that the lease cannot be proved"
mutate lease-sent $java/cluster/LeaseKeeper.java 's/this\.deadline = sent + /this.deadline = this.loop.nanoTime() + /' \
	"$cluster" "counting the lease from the sending"
mutate lease-history $java/cluster/LeaseKeeper.java 's/if (answer\.history() != this\.lease\.history()) {/if (false) {/' \
	"$cluster" "the history of a lease"

mutate lease-over $java/activation/Activation.java \
	's/if (this\.type\.needsLease() && this\.departure != Departure\.SILENT) {/if (false) {/' \
	"$moves" "that a volatile actor heeds the end of the lease by itself"
mutate lease-again $java/routing/Router.java 's/if (lapsed || left <= 0) {/if (left <= 0) {/' \
	"$moves" "ending volatile actors when a lease that was over is proved again"

# Effects leave after the commit, and after a confirm when there is nothing to commit
mutate effects $java/activation/Write.java 's/^\t\t\treturn send(commit);$/\t\t\tthis.drain.leave();\n&/' \
	"$turns" "waiting for the commit"
mutate confirm $java/activation/Write.java 's/if (this\.drain\.wantsConfirmation()) {/if (false) {/' \
	"$keys" "the confirm of a drain that changed nothing"

# Guaranteed tells are taken in the order of their numbers, each once
mutate number-again $java/activation/Turns.java 's/if (tell\.number() <= last) {/if (false) {/' \
	"$turns" "recognising a number that was seen"
mutate number-next $java/activation/Turns.java 's/if (tell\.previous() > last) {/if (false) {/' \
	"$turns" "waiting for the number before"
mutate forget-met $java/activation/Turns.java 's/^\t\t\tthis\.drain\.received(tell\.sender(), last);$//' \
	"$turns,DeliveryTests" "remembering a sender whose tell came again"
mutate forget-later $java/activation/Ledger.java \
	's/if (this\.received\.getOrDefault(sender, 0L) <= settled\.number()) {/if (true) {/' \
	"LedgerTests" "remembering a sender of which a later tell came"

# Of what may have been run or stored nobody says that it was not
mutate doubt $java/routing/Sendings.java 's/^\t\t\task\.doubt();$//' \
	"$moves,OutstandingLincheckTests" "the doubt about a request that a lost process may have run"
mutate doubt-stored $java/activation/Write.java 's/^\t\t\task\.doubt();$//' \
	"$turns" "the doubt about a request that may be stored"

# Nothing is sent to a new owner before the former one has sent back what it had
mutate flush $java/routing/Sendings.java \
	's/^\t\tif (this\.flush != 0 || peer\.doomed) {$/\t\tif (true) {\n\t\t\tleaveTarget();\n\t\t\tthis.lane.advance();\n\t\t\treturn;\n\t\t}\n&/' \
	"$moves" "the flush before a new owner"
mutate flush-barred $java/routing/Reception.java 's/if (this\.barred\.contains(origin\.peer\.process())) {/if (false) {/' \
	"$moves" "sending back what follows something sent back"
mutate flush-gone $java/routing/Reception.java \
	's/^\t\t\tthis\.flushes\.removeIf((flush) -> flush\.peer\.equals(peer));$/&\n\t\t\tthis.barred.remove(peer.process());/' \
	"$moves" "barring a sender that was taken for gone"
mutate flush-leaving $java/routing/Reception.java 's/if (!this\.door\.isLeaving()) {/if (true) {/' \
	"$moves" "ending the actors before a flush is answered"
mutate flush-local $java/routing/Lane.java 's/if (!this\.door\.isEmpty()) {/if (false) {/' \
	"$moves" "ending the actors here before another node is sent to"

finish
