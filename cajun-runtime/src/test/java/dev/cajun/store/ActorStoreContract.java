package dev.cajun.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

import dev.cajun.ActorId;
import dev.cajun.Delivery;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What every {@link ActorStore} does. A store's test extends it, in whatever module the
 * store is.
 */
public abstract class ActorStoreContract extends StoreContract {

	private static final ActorId ALICE = new ActorId("account", "alice");

	private static final ActorId BOB = new ActorId("account", "bob");

	/** Keys that a careless encoding would confuse, and the longest ones. */
	private static final List<String> KEYS = List.of("a:b", "a_b", "a/b", "a b", "a%3Ab", "a%b", "{x}", "a}b", "{", "}",
			"a", "A", "a:", ":a", "ü", "u\u0308", "\uffee", "\ud83d\ude00", "*", "?", "[a]", "\\", "'", "\"",
			"x".repeat(512), "x".repeat(511), "ü".repeat(256), "\ud83d\ude00".repeat(128));

	@Nested
	class Opening {

		@Test
		void answersWhatItWasCreatedWith() {
			store.close();
			store = store();
			StoreMeta other = new StoreMeta("77", "other", SHARDS * 2, StoreMeta.FORMAT_VERSION);
			assertThat(await(store.open(other))).isEqualTo(META);
		}

		@Test
		void refusesSecondOpen() {
			assertFails(store.open(META), StoreException.Kind.LOCKED);
			assertThat(await(store.nextLocalEpoch())).isPositive();
		}

		@Test
		void refusesEverythingWhenClosed() {
			ActorStore closed = store;
			Fence fence = claim(1, 1, "a#1");
			closed.close();
			closed.close();
			assertFails(closed.nextLocalEpoch(), StoreException.Kind.CLOSED);
			assertFails(closed.claim(fence, false), StoreException.Kind.CLOSED);
			assertFails(closed.release(fence), StoreException.Kind.CLOSED);
			assertFails(closed.load(fence, ALICE), StoreException.Kind.CLOSED);
			assertFails(closed.records(fence, ALICE, 0), StoreException.Kind.CLOSED);
			assertFails(closed.commit(fence, Write.to(ALICE, 0).state("x").commit()), StoreException.Kind.CLOSED);
			assertFails(closed.confirm(fence, Map.of(ALICE, 0L)), StoreException.Kind.CLOSED);
			assertFails(closed.snapshot(fence, ALICE, 0, bytes("x")), StoreException.Kind.CLOSED);
			assertFails(closed.wakeSet(fence), StoreException.Kind.CLOSED);
			assertFails(closed.reminders(fence, null, 1), StoreException.Kind.CLOSED);
			assertFails(closed.scan("account", null, 1), StoreException.Kind.CLOSED);
		}

		@Test
		void finishesWhatWasCalledBeforeClose() {
			Fence fence = claim(1, 1, "a#1");
			List<CompletionStage<StoreResult>> results = IntStream.range(0, 2000)
				.mapToObj((i) -> store.commit(fence,
						Write.to(new ActorId("account", "k" + i), 0).state("s" + i).commit()))
				.toList();
			store.close();
			assertThat(results).allSatisfy((result) -> {
				assertThat(result.toCompletableFuture()).isDone();
				assertThat(await(result)).isEqualTo(new StoreResult.Applied(1));
			});
			restart();
			assertThat(text(load(fence, new ActorId("account", "k1999")).state())).isEqualTo("s1999");
		}

		@Test
		void hasDescription() {
			assertThat(store.description()).isNotBlank();
		}

	}

	@Nested
	class Ownership {

		@Test
		void countsEpochsAboveEveryFence() {
			long first = await(store.nextLocalEpoch());
			assertThat(await(store.nextLocalEpoch())).isGreaterThan(first);
			claim(3, 1000, "a#1");
			claim(4, 70, "a#1");
			long next = await(store.nextLocalEpoch());
			assertThat(next).isGreaterThan(1000);
			restart();
			assertThat(await(store.nextLocalEpoch())).isGreaterThan(next);
		}

		@Test
		void givesFreeShard() {
			assertThat(await(store.claim(new Fence(1, 5, "a#1"), false))).isEqualTo(new ClaimResult.Claimed(0, ""));
		}

		@Test
		void claimOnlyRaises() {
			claim(1, 5, "a#1");
			assertThat(claimed(new Fence(1, 4, "a#1"))).isEqualTo(new ClaimResult.Refused(5, "a#1"));
			assertThat(claimed(new Fence(1, 4, "b#2"))).isEqualTo(new ClaimResult.Refused(5, "a#1"));
			assertThat(claimed(new Fence(1, 5, "b#2"))).isEqualTo(new ClaimResult.Refused(5, "a#1"));
			assertThat(claimed(new Fence(1, 5, "a#1"))).isEqualTo(new ClaimResult.Claimed(5, "a#1"));
			assertThat(claimed(new Fence(1, 7, "b#2"))).isEqualTo(new ClaimResult.Claimed(5, "a#1"));
			assertThat(claimed(new Fence(1, 5, "a#1"))).isEqualTo(new ClaimResult.Refused(7, "b#2"));
			assertThat(claimed(new Fence(1, 8, "b#2"))).isEqualTo(new ClaimResult.Claimed(7, "b#2"));
		}

		@Test
		void refusedClaimChangesNothing() {
			Fence fence = claim(1, 5, "a#1");
			claimed(new Fence(1, 4, "b#2"));
			claimed(new Fence(1, 5, "b#2"));
			write(fence, Write.to(ALICE, 0).state("x"));
		}

		@Test
		void claimConcernsOneShard() {
			Fence one = claim(1, 5, "a#1");
			Fence two = claim(2, 6, "b#2");
			write(one, Write.to(ALICE, 0).state("x"));
			write(two, Write.to(BOB, 0).state("y"));
		}

		@Test
		void noticesLostFence() {
			Fence fence = new Fence(1, 5, "a#1");
			assertThat(await(store.claim(fence, true))).isEqualTo(new ClaimResult.Lost());
			assertThat(await(store.claim(fence, true))).isEqualTo(new ClaimResult.Lost());
			assertThat(await(store.commit(fence, Write.to(ALICE, 0).state("x").commit())))
				.isEqualTo(new StoreResult.Fenced(0, ""));
			claim(1, 5, "a#1");
			assertThat(await(store.claim(new Fence(1, 6, "b#2"), true))).isEqualTo(new ClaimResult.Claimed(5, "a#1"));
		}

		@Test
		void releaseKeepsEpoch() {
			Fence fence = claim(1, 5, "a#1");
			assertThat(await(store.release(fence))).isInstanceOf(StoreResult.Applied.class);
			assertThat(await(store.commit(fence, Write.to(ALICE, 0).state("x").commit())))
				.isEqualTo(new StoreResult.Fenced(5, ""));
			assertThat(await(store.release(fence))).isEqualTo(new StoreResult.Fenced(5, ""));
			assertThat(claimed(new Fence(1, 4, "b#2"))).isEqualTo(new ClaimResult.Refused(5, ""));
			assertThat(claimed(new Fence(1, 5, "a#1"))).isEqualTo(new ClaimResult.Refused(5, ""));
			assertThat(claimed(new Fence(1, 6, "b#2"))).isEqualTo(new ClaimResult.Claimed(5, ""));
		}

		@Test
		void keepsFencesWhenClosed() {
			Fence owned = claim(1, 5, "a#1");
			Fence released = claim(2, 6, "a#1");
			await(store.release(released));
			restart();
			assertThat(claimed(new Fence(1, 4, "b#2"))).isEqualTo(new ClaimResult.Refused(5, "a#1"));
			assertThat(claimed(new Fence(2, 6, "a#1"))).isEqualTo(new ClaimResult.Refused(6, ""));
			write(owned, Write.to(ALICE, 0).state("x"));
		}

		@Test
		void refusesWhoeverIsNotOwner() {
			Fence owner = claim(1, 5, "a#1");
			write(owner,
					Write.to(ALICE, 0)
						.state("x")
						.remind("r", 10, "m")
						.tell(1, BOB, Delivery.EXACTLY_ONCE, "t")
						.wake()
						.received("s", 3)
						.reply("k", 5, "reply"));
			String before = describe(load(owner, ALICE));
			for (Fence stale : List.of(new Fence(1, 4, "a#1"), new Fence(1, 5, "b#2"), new Fence(1, 4, "b#2"),
					new Fence(1, 6, "a#1"), new Fence(1, 5, ""))) {
				StoreResult fenced = new StoreResult.Fenced(5, "a#1");
				assertThat(await(store.release(stale))).isEqualTo(fenced);
				assertThat(await(store.load(stale, ALICE))).isEqualTo(new LoadResult.Fenced(5, "a#1"));
				assertThat(await(store.records(stale, ALICE, 0))).isEmpty();
				assertThat(await(
						store.commit(stale, Write.to(ALICE, 1).clear().state("y").cancel("r").acknowledge(1).commit())))
					.isEqualTo(fenced);
				assertThat(await(store.commit(stale, Write.to(ALICE, 9).state("y").commit()))).isEqualTo(fenced);
				assertThat(await(store.commit(stale, Write.to(BOB, 0).state("y").commit()))).isEqualTo(fenced);
				assertThat(await(store.snapshot(stale, ALICE, 1, bytes("y")))).isEqualTo(fenced);
				assertThat(await(store.confirm(stale, Map.of(ALICE, 1L, BOB, 0L))))
					.isEqualTo(Map.of(ALICE, fenced, BOB, fenced));
				assertThat(await(store.wakeSet(stale))).isEmpty();
				assertThat(await(store.reminders(stale, null, 10))).isEmpty();
			}
			assertThat(describe(load(owner, ALICE))).isEqualTo(before);
			assertThat(load(owner, BOB)).isEqualTo(StoredActor.NEVER_WRITTEN);
			assertThat(await(store.wakeSet(owner))).containsExactly(ALICE);
			assertThat(reminders(owner)).hasSize(1);
		}

		@Test
		void refusesEverybodyInShardNobodyClaimed() {
			Fence fence = new Fence(1, 5, "a#1");
			StoreResult fenced = new StoreResult.Fenced(0, "");
			assertThat(await(store.release(fence))).isEqualTo(fenced);
			assertThat(await(store.load(fence, ALICE))).isEqualTo(new LoadResult.Fenced(0, ""));
			assertThat(await(store.commit(fence, Write.to(ALICE, 0).state("x").commit()))).isEqualTo(fenced);
			assertThat(await(store.snapshot(fence, ALICE, 0, bytes("x")))).isEqualTo(fenced);
			assertThat(await(store.confirm(fence, Map.of(ALICE, 0L)))).isEqualTo(Map.of(ALICE, fenced));
			assertThat(await(store.wakeSet(fence))).isEmpty();
			assertThat(await(store.reminders(fence, null, 10))).isEmpty();
			assertThat(load(claim(1, 5, "a#1"), ALICE)).isEqualTo(StoredActor.NEVER_WRITTEN);
		}

		private ClaimResult claimed(Fence fence) {
			return await(store.claim(fence, false));
		}

	}

	@Nested
	class Committing {

		private Fence fence;

		private Fence owner() {
			if (this.fence == null) {
				this.fence = claim(1, 5, "a#1");
			}
			return this.fence;
		}

		@Test
		void knowsNothingOfActorNeverWritten() {
			assertThat(load(owner(), ALICE)).isEqualTo(StoredActor.NEVER_WRITTEN);
			assertThat(await(store.records(owner(), ALICE, 0))).isEmpty();
		}

		@Test
		void keepsEverythingOfCommit() {
			BatchId batch = new BatchId(Long.MIN_VALUE, Long.MAX_VALUE);
			write(owner(),
					Write.to(ALICE, 0)
						.batch(batch)
						.state("state")
						.received("n#1", 3)
						.received("account/bob", Long.MAX_VALUE)
						.reply("k1", 10, "one")
						.reply("k2", 11, "")
						.tell(1L << 40, BOB, Delivery.AT_LEAST_ONCE, "hello")
						.tell(7, new ActorId("other-type", "ü"), Delivery.EXACTLY_ONCE, "")
						.remind("later", 1_700_000_000_000L, "wake")
						.wake());
			for (int i = 0; i < 2; i++) {
				StoredActor actor = load(owner(), ALICE);
				assertThat(actor.sequence()).isEqualTo(1);
				assertThat(actor.batch()).isEqualTo(batch);
				assertThat(actor.stateSequence()).isEqualTo(1);
				assertThat(text(actor.state())).isEqualTo("state");
				assertThat(actor.records()).isEmpty();
				assertThat(actor.received()).isEqualTo(Map.of("n#1", 3L, "account/bob", Long.MAX_VALUE));
				assertThat(actor.replies()).extracting(StoredReply::key).containsExactly("k1", "k2");
				assertThat(actor.replies()).extracting(StoredReply::fingerprint)
					.containsExactly("fingerprint of k1", "fingerprint of k2");
				assertThat(actor.replies()).extracting(StoredReply::atMillis).containsExactly(10L, 11L);
				assertThat(actor.replies()).extracting((reply) -> text(reply.reply())).containsExactly("one", "");
				assertThat(actor.tells()).extracting(StoredTell::number).containsExactly(7L, 1L << 40);
				assertThat(actor.tells()).extracting(StoredTell::receiver)
					.containsExactly(new ActorId("other-type", "ü"), BOB);
				assertThat(actor.tells()).extracting(StoredTell::delivery)
					.containsExactly(Delivery.EXACTLY_ONCE, Delivery.AT_LEAST_ONCE);
				assertThat(actor.tells()).extracting((tell) -> text(tell.message())).containsExactly("", "hello");
				assertThat(actor.reminders()).extracting(StoreContract::describe)
					.containsExactly("account/alice|later|1700000000000|wake");
				restart();
			}
		}

		@Test
		void countsCommits() {
			for (int i = 0; i < 5; i++) {
				write(owner(), Write.to(ALICE, i).state("s" + i));
				StoredActor actor = load(owner(), ALICE);
				assertThat(actor.sequence()).isEqualTo(i + 1);
				assertThat(actor.stateSequence()).isEqualTo(i + 1);
				assertThat(text(actor.state())).isEqualTo("s" + i);
			}
		}

		@ParameterizedTest
		@ValueSource(ints = { 0, 1, 1000, 1024, 1025, 2000, 5000, 300_000 })
		void keepsStateOfAnySize(int size) {
			byte[] state = new byte[size];
			for (int i = 0; i < size; i++) {
				state[i] = (byte) (i * 31);
			}
			write(owner(), Write.to(ALICE, 0).state("before"));
			write(owner(), Write.to(ALICE, 1).state(state));
			assertThat(load(owner(), ALICE).state()).isEqualTo(state);
			write(owner(), Write.to(ALICE, 2).received("n", 1));
			assertThat(load(owner(), ALICE).state()).isEqualTo(state);
			restart();
			assertThat(load(owner(), ALICE).state()).isEqualTo(state);
			write(owner(), Write.to(ALICE, 3).received("n", 2));
			write(owner(), Write.to(ALICE, 4).state("after"));
			assertThat(text(load(owner(), ALICE).state())).isEqualTo("after");
			write(owner(), Write.to(ALICE, 5).clear());
			assertThat(load(owner(), ALICE).state()).isNull();
		}

		@Test
		void leavesStateThatIsNotGiven() {
			write(owner(), Write.to(ALICE, 0).received("n", 1));
			assertThat(load(owner(), ALICE).state()).isNull();
			write(owner(), Write.to(ALICE, 1).state("s"));
			write(owner(), Write.to(ALICE, 2).received("n", 2));
			StoredActor actor = load(owner(), ALICE);
			assertThat(text(actor.state())).isEqualTo("s");
			assertThat(actor.sequence()).isEqualTo(3);
			assertThat(actor.stateSequence()).isEqualTo(3);
		}

		@Test
		void refusesOtherSequence() {
			assertThat(commit(owner(), Write.to(ALICE, 1).state("x"))).isEqualTo(new StoreResult.SequenceMismatch(0));
			write(owner(), Write.to(ALICE, 0).state("x"));
			write(owner(), Write.to(ALICE, 1).state("y"));
			String before = describe(load(owner(), ALICE));
			for (long expected : new long[] { 0, 1, 3, 4, -1 }) {
				assertThat(commit(owner(),
						Write.to(ALICE, expected).clear().state("z").remind("r", 1, "m").received("s", 1).wake()))
					.isEqualTo(new StoreResult.SequenceMismatch(2));
			}
			assertThat(describe(load(owner(), ALICE))).isEqualTo(before);
			assertThat(reminders(owner())).isEmpty();
			assertThat(await(store.wakeSet(owner()))).isEmpty();
		}

		@Test
		void appliesBatchOnce() {
			write(owner(), Write.to(ALICE, 0).state("x"));
			Commit lost = Write.to(ALICE, 1).records("r").tell(1, BOB, Delivery.EXACTLY_ONCE, "t").commit();
			assertThat(await(store.commit(owner(), lost))).isEqualTo(new StoreResult.Applied(2));
			String before = describe(load(owner(), ALICE));
			for (int i = 0; i < 3; i++) {
				assertThat(await(store.commit(owner(), lost))).isEqualTo(new StoreResult.Duplicate(2));
			}
			assertThat(describe(load(owner(), ALICE))).isEqualTo(before);
		}

		@Test
		void knowsBatchAfterReopening() {
			Commit lost = Write.to(ALICE, 0).records("r1", "r2").commit();
			store.commit(owner(), lost);
			restart();
			assertThat(await(store.commit(owner(), lost))).isEqualTo(new StoreResult.Duplicate(2));
			assertThat(texts(load(owner(), ALICE).records())).containsExactly("r1", "r2");
		}

		@Test
		void knowsBatchWhoeverOwnsShard() {
			Commit lost = Write.to(ALICE, 0).state("x").commit();
			await(store.commit(owner(), lost));
			Fence next = claim(1, 6, "b#2");
			assertThat(await(store.commit(owner(), lost))).isEqualTo(new StoreResult.Duplicate(1));
			assertThat(await(store.commit(next, lost))).isEqualTo(new StoreResult.Duplicate(1));
			await(store.release(next));
			assertThat(await(store.commit(next, lost))).isEqualTo(new StoreResult.Duplicate(1));
			restart();
			assertThat(await(store.commit(new Fence(1, 99, "z#9"), lost))).isEqualTo(new StoreResult.Duplicate(1));
		}

		@Test
		void refusesBatchThatWasNotAppliedUnderOldFence() {
			write(owner(), Write.to(ALICE, 0).state("x"));
			Fence next = claim(1, 6, "b#2");
			Commit late = Write.to(ALICE, 1).state("late").commit();
			assertThat(await(store.commit(owner(), late))).isEqualTo(new StoreResult.Fenced(6, "b#2"));
			write(next, Write.to(ALICE, 1).state("y"));
			assertThat(await(store.commit(next, late))).isEqualTo(new StoreResult.SequenceMismatch(2));
			assertThat(text(load(next, ALICE).state())).isEqualTo("y");
		}

		@Test
		void batchOfOneActorIsNoneOfAnother() {
			BatchId batch = newBatch();
			write(owner(), Write.to(ALICE, 0).batch(batch).state("x"));
			write(owner(), Write.to(BOB, 0).batch(batch).state("y"));
			assertThat(text(load(owner(), BOB).state())).isEqualTo("y");
		}

		@Test
		void carriesOutCallsInOrder() {
			Fence fence = owner();
			List<CompletionStage<?>> stages = new ArrayList<>();
			for (int i = 0; i < 200; i++) {
				CompletionStage<StoreResult> commit = store.commit(fence, Write.to(ALICE, i).state("s" + i).commit());
				stages.add(commit);
				CompletionStage<Map<ActorId, StoreResult>> confirm = store.confirm(fence, Map.of(ALICE, i + 1L));
				stages.add(confirm);
				stages.add(store.load(fence, ALICE));
			}
			Fence next = new Fence(1, 6, "b#2");
			CompletionStage<ClaimResult> claim = store.claim(next, true);
			CompletionStage<Map<ActorId, StoreResult>> fenced = store.confirm(fence, Map.of(ALICE, 200L));
			for (int i = 0; i < 200; i++) {
				assertThat(await(stages.get(3 * i))).isEqualTo(new StoreResult.Applied(i + 1));
				assertThat(await(stages.get(3 * i + 1))).isEqualTo(Map.of(ALICE, new StoreResult.Applied(i + 1)));
				StoredActor loaded = ((LoadResult.Loaded) await(stages.get(3 * i + 2))).actor();
				assertThat(text(loaded.state())).isEqualTo("s" + i);
			}
			assertThat(await(claim)).isEqualTo(new ClaimResult.Claimed(5, "a#1"));
			assertThat(await(fenced)).isEqualTo(Map.of(ALICE, new StoreResult.Fenced(6, "b#2")));
		}

		@Test
		void appliesOneOfManyForOneSequence() throws InterruptedException {
			Fence fence = owner();
			List<StoreResult> results = new ArrayList<>();
			List<Thread> threads = new ArrayList<>();
			for (int i = 0; i < 8; i++) {
				int writer = i;
				threads.add(Thread.ofVirtual().start(() -> {
					for (int sequence = 0; sequence < 200; sequence++) {
						StoreResult result = await(
								store.commit(fence, Write.to(ALICE, sequence).records(writer + "").commit()));
						synchronized (results) {
							results.add(result);
						}
					}
				}));
			}
			for (Thread thread : threads) {
				thread.join();
			}
			long applied = results.stream().filter((result) -> result instanceof StoreResult.Applied).count();
			assertThat(load(fence, ALICE).sequence()).isEqualTo(applied);
			assertThat(load(fence, ALICE).records()).hasSize((int) applied);
			assertThat(results).filteredOn((result) -> result instanceof StoreResult.Applied).doesNotHaveDuplicates();
		}

		@Test
		void confirmsWhatIsSo() {
			write(owner(), Write.to(ALICE, 0).state("x"));
			write(owner(), Write.to(ALICE, 1).state("y"));
			Map<ActorId, Long> asked = Map.of(ALICE, 2L, BOB, 0L);
			Map<ActorId, StoreResult> confirmed = Map.of(ALICE, new StoreResult.Applied(2), BOB,
					new StoreResult.Applied(0));
			assertThat(await(store.confirm(owner(), asked))).isEqualTo(confirmed);
			assertThat(await(store.confirm(owner(), asked))).isEqualTo(confirmed);
			restart();
			assertThat(await(store.confirm(owner(), asked))).isEqualTo(confirmed);
			assertThat(await(store.confirm(owner(), Map.of(ALICE, 1L, BOB, 0L))))
				.isEqualTo(Map.of(ALICE, new StoreResult.SequenceMismatch(2), BOB, new StoreResult.Applied(0)));
			assertThat(await(store.confirm(owner(), Map.of(BOB, 3L))))
				.isEqualTo(Map.of(BOB, new StoreResult.SequenceMismatch(0)));
			assertThat(await(store.confirm(owner(), Map.of()))).isEmpty();
		}

		private StoreResult commit(Fence fence, Write write) {
			return await(store.commit(fence, write.commit()));
		}

	}

	@Nested
	class Journals {

		private Fence fence;

		private Fence owner() {
			if (this.fence == null) {
				this.fence = claim(1, 5, "a#1");
			}
			return this.fence;
		}

		@Test
		void placeOfRecordIsItsSequence() {
			write(owner(), Write.to(ALICE, 0).records("r1"));
			write(owner(), Write.to(ALICE, 1).records("r2", "r3", "r4"));
			write(owner(), Write.to(ALICE, 4).records("").received("n", 1));
			write(owner(), Write.to(ALICE, 5).records("r6"));
			for (int i = 0; i < 2; i++) {
				StoredActor actor = load(owner(), ALICE);
				assertThat(actor.sequence()).isEqualTo(6);
				assertThat(actor.stateSequence()).isZero();
				assertThat(actor.state()).isNull();
				assertThat(texts(actor.records())).containsExactly("r1", "r2", "r3", "r4", "", "r6");
				assertThat(texts(await(store.records(owner(), ALICE, 3)))).containsExactly("r4", "", "r6");
				assertThat(await(store.records(owner(), ALICE, 6))).isEmpty();
				assertThat(await(store.records(owner(), ALICE, 60))).isEmpty();
				restart();
			}
		}

		@Test
		void snapshotReplacesRecords() {
			write(owner(), Write.to(ALICE, 0).records("r1", "r2", "r3").received("n", 4).remind("r", 5, "m").wake());
			BatchId batch = load(owner(), ALICE).batch();
			assertThat(snapshot(3, "s3")).isEqualTo(new StoreResult.Applied(3));
			StoredActor actor = load(owner(), ALICE);
			assertThat(actor.sequence()).isEqualTo(3);
			assertThat(actor.stateSequence()).isEqualTo(3);
			assertThat(actor.batch()).isEqualTo(batch);
			assertThat(text(actor.state())).isEqualTo("s3");
			assertThat(actor.records()).isEmpty();
			assertThat(actor.received()).isEqualTo(Map.of("n", 4L));
			assertThat(actor.reminders()).hasSize(1);
			assertThat(await(store.wakeSet(owner()))).containsExactly(ALICE);
			write(owner(), Write.to(ALICE, 3).records("r4", "r5"));
			restart();
			actor = load(owner(), ALICE);
			assertThat(actor.stateSequence()).isEqualTo(3);
			assertThat(text(actor.state())).isEqualTo("s3");
			assertThat(texts(actor.records())).containsExactly("r4", "r5");
			assertThat(texts(await(store.records(owner(), ALICE, 4)))).containsExactly("r5");
			assertThat(snapshot(5, "s5")).isEqualTo(new StoreResult.Applied(5));
			assertThat(snapshot(5, "s5 again")).isEqualTo(new StoreResult.Applied(5));
			assertThat(text(load(owner(), ALICE).state())).isEqualTo("s5 again");
		}

		@Test
		void refusesSnapshotOfOtherSequence() {
			assertThat(snapshot(3, "s")).isEqualTo(new StoreResult.SequenceMismatch(0));
			write(owner(), Write.to(ALICE, 0).records("r1", "r2"));
			assertThat(snapshot(1, "s")).isEqualTo(new StoreResult.SequenceMismatch(2));
			assertThat(snapshot(3, "s")).isEqualTo(new StoreResult.SequenceMismatch(2));
			assertThat(load(owner(), ALICE).state()).isNull();
			assertThat(load(owner(), ALICE).records()).hasSize(2);
		}

		@Test
		void stateReplacesRecords() {
			write(owner(), Write.to(ALICE, 0).records("r1", "r2"));
			write(owner(), Write.to(ALICE, 2).state("s"));
			assertThat(load(owner(), ALICE).records()).isEmpty();
			assertThat(load(owner(), ALICE).stateSequence()).isEqualTo(3);
			write(owner(), Write.to(ALICE, 3).records("r4"));
			StoredActor actor = load(owner(), ALICE);
			assertThat(text(actor.state())).isEqualTo("s");
			assertThat(actor.stateSequence()).isEqualTo(3);
			assertThat(texts(actor.records())).containsExactly("r4");
			assertThat(texts(await(store.records(owner(), ALICE, 0)))).containsExactly("r4");
		}

		@Test
		void readsJournalInPages() {
			append(0, 5000);
			restart();
			assertThat(readAll()).isEqualTo(expected(0, 5000));
		}

		@Test
		void readsOnlyTailBehindSnapshot() {
			append(0, 100_000);
			assertThat(snapshot(100_000, "s")).isEqualTo(new StoreResult.Applied(100_000));
			append(100_000, 100_007);
			restart();
			StoredActor actor = load(owner(), ALICE);
			assertThat(actor.stateSequence()).isEqualTo(100_000);
			assertThat(texts(actor.records())).isEqualTo(expected(100_000, 100_007));
			assertThat(texts(await(store.records(owner(), ALICE, 100_005)))).isEqualTo(expected(100_005, 100_007));
		}

		private void append(int from, int to) {
			List<CompletionStage<StoreResult>> commits = new ArrayList<>();
			for (int sequence = from; sequence < to; sequence += 100) {
				commits.add(store.commit(owner(),
						Write.to(ALICE, sequence)
							.records(expected(sequence, Math.min(to, sequence + 100)).toArray(String[]::new))
							.commit()));
			}
			commits.forEach((commit) -> assertThat(await(commit)).isInstanceOf(StoreResult.Applied.class));
		}

		private List<String> expected(int from, int to) {
			return IntStream.range(from, to).mapToObj((sequence) -> "r" + (sequence + 1)).toList();
		}

		private List<String> readAll() {
			StoredActor actor = load(owner(), ALICE);
			List<String> read = new ArrayList<>(texts(actor.records()));
			while (actor.stateSequence() + read.size() < actor.sequence()) {
				List<byte[]> page = await(store.records(owner(), ALICE, actor.stateSequence() + read.size()));
				assertThat(page).isNotEmpty();
				read.addAll(texts(page));
			}
			return read;
		}

		private StoreResult snapshot(long sequence, String state) {
			return await(store.snapshot(owner(), ALICE, sequence, bytes(state)));
		}

	}

	@Nested
	class Clearing {

		private Fence fence;

		private Fence owner() {
			if (this.fence == null) {
				this.fence = claim(1, 5, "a#1");
			}
			return this.fence;
		}

		@Test
		void removesStateJournalAndReminders() {
			write(owner(), Write.to(ALICE, 0).state("s").remind("r1", 1, "m1").remind("r2", 2, "m2"));
			write(owner(), Write.to(BOB, 0).state("b").remind("r1", 1, "m1"));
			write(owner(), Write.to(ALICE, 1).records("r2"));
			write(owner(), Write.to(ALICE, 2).clear());
			StoredActor actor = load(owner(), ALICE);
			assertThat(actor.sequence()).isEqualTo(3);
			assertThat(actor.stateSequence()).isEqualTo(3);
			assertThat(actor.state()).isNull();
			assertThat(actor.records()).isEmpty();
			assertThat(actor.reminders()).isEmpty();
			assertThat(reminders(owner())).extracting(StoredReminder::actor).containsExactly(BOB);
			assertThat(text(load(owner(), BOB).state())).isEqualTo("b");
		}

		@Test
		void keepsDelivery() {
			write(owner(),
					Write.to(ALICE, 0)
						.state("s")
						.received("n", 4)
						.reply("k", 1, "r")
						.tell(9, BOB, Delivery.EXACTLY_ONCE, "t")
						.wake());
			write(owner(), Write.to(ALICE, 1).clear().wake());
			StoredActor actor = load(owner(), ALICE);
			assertThat(actor.received()).isEqualTo(Map.of("n", 4L));
			assertThat(actor.replies()).hasSize(1);
			assertThat(actor.tells()).hasSize(1);
			assertThat(await(store.wakeSet(owner()))).containsExactly(ALICE);
		}

		@Test
		void journalGoesOnBehind() {
			write(owner(), Write.to(ALICE, 0).records("r1", "r2"));
			await(store.snapshot(owner(), ALICE, 2, bytes("s2")));
			write(owner(), Write.to(ALICE, 2).records("r3"));
			write(owner(), Write.to(ALICE, 3).clear().records("r4", "r5"));
			StoredActor actor = load(owner(), ALICE);
			assertThat(actor.sequence()).isEqualTo(5);
			assertThat(actor.stateSequence()).isEqualTo(3);
			assertThat(actor.state()).isNull();
			assertThat(texts(actor.records())).containsExactly("r4", "r5");
			assertThat(texts(await(store.records(owner(), ALICE, 4)))).containsExactly("r5");
			write(owner(), Write.to(ALICE, 5).records("r6"));
			restart();
			assertThat(texts(load(owner(), ALICE).records())).containsExactly("r4", "r5", "r6");
		}

		@Test
		void whatCommitBringsStays() {
			write(owner(), Write.to(ALICE, 0).state("s").remind("r1", 1, "m1").remind("r2", 2, "m2"));
			write(owner(), Write.to(ALICE, 1).clear().state("new").remind("r2", 7, "m3").received("n", 1));
			StoredActor actor = load(owner(), ALICE);
			assertThat(text(actor.state())).isEqualTo("new");
			assertThat(actor.stateSequence()).isEqualTo(2);
			assertThat(actor.received()).isEqualTo(Map.of("n", 1L));
			assertThat(reminders(owner())).extracting(StoreContract::describe).containsExactly("account/alice|r2|7|m3");
			assertThat(actor.reminders()).extracting(StoreContract::describe).containsExactly("account/alice|r2|7|m3");
		}

		@Test
		void clearsWhatNeverWas() {
			write(owner(), Write.to(ALICE, 0).clear());
			assertThat(load(owner(), ALICE).sequence()).isEqualTo(1);
			assertThat(load(owner(), ALICE).state()).isNull();
		}

	}

	@Nested
	class Delivering {

		private Fence fence;

		private Fence owner() {
			if (this.fence == null) {
				this.fence = claim(1, 5, "a#1");
			}
			return this.fence;
		}

		@Test
		void keepsLastNumberOfEachSender() {
			write(owner(), Write.to(ALICE, 0).received("a", 1).received("b", 1).received("a/b", 9));
			write(owner(), Write.to(ALICE, 1).received("a", 2));
			assertThat(load(owner(), ALICE).received()).isEqualTo(Map.of("a", 2L, "b", 1L, "a/b", 9L));
			write(owner(), Write.to(ALICE, 2).forget("a").forget("unknown"));
			assertThat(load(owner(), ALICE).received()).isEqualTo(Map.of("b", 1L, "a/b", 9L));
			write(owner(), Write.to(ALICE, 3).received("a", 1).received("b", 5).forget("b"));
			restart();
			assertThat(load(owner(), ALICE).received()).isEqualTo(Map.of("a", 1L, "b", 5L, "a/b", 9L));
		}

		@Test
		void keepsAnswersOldestFirst() {
			write(owner(), Write.to(ALICE, 0).reply("z", 10, "one").reply("y", 10, "two"));
			write(owner(), Write.to(ALICE, 1).reply("x", 11, ""));
			write(owner(), Write.to(ALICE, 2).reply("a", 12, "four"));
			assertThat(replies()).containsExactly("z=one", "y=two", "x=", "a=four");
			write(owner(), Write.to(ALICE, 3).reply("x", 13, "late"));
			assertThat(replies()).containsExactly("z=one", "y=two", "a=four", "x=late");
			write(owner(), Write.to(ALICE, 4).expire("z").expire("a").expire("unknown"));
			restart();
			assertThat(replies()).containsExactly("y=two", "x=late");
			write(owner(), Write.to(ALICE, 5).expire("y").reply("y", 14, "again"));
			assertThat(replies()).containsExactly("x=late", "y=again");
		}

		private List<String> replies() {
			return load(owner(), ALICE).replies()
				.stream()
				.map((reply) -> reply.key() + "=" + text(reply.reply()))
				.toList();
		}

		@Test
		void keepsTellsUntilAcknowledged() {
			write(owner(),
					Write.to(ALICE, 0)
						.tell(3, BOB, Delivery.EXACTLY_ONCE, "c")
						.tell(1, BOB, Delivery.EXACTLY_ONCE, "a")
						.wake());
			write(owner(), Write.to(ALICE, 1).tell(200, BOB, Delivery.EXACTLY_ONCE, "d").wake());
			write(owner(), Write.to(ALICE, 2).tell(1L << 33, BOB, Delivery.EXACTLY_ONCE, "e").wake());
			assertThat(tells()).containsExactly("a", "c", "d", "e");
			write(owner(), Write.to(ALICE, 3).acknowledge(1).acknowledge(200).acknowledge(77).wake());
			restart();
			assertThat(tells()).containsExactly("c", "e");
			write(owner(), Write.to(ALICE, 4).acknowledge(3).acknowledge(1L << 33));
			assertThat(tells()).isEmpty();
		}

		private List<String> tells() {
			return load(owner(), ALICE).tells().stream().map((tell) -> text(tell.message())).toList();
		}

		@Test
		void wakesActorsWithTells() {
			Fence other = claim(2, 5, "a#1");
			ActorId carol = new ActorId("account", "carol");
			write(owner(), Write.to(ALICE, 0).state("x").wake());
			write(owner(), Write.to(BOB, 0).state("x"));
			write(other, Write.to(carol, 0).state("x").wake());
			assertThat(await(store.wakeSet(owner()))).containsExactly(ALICE);
			assertThat(await(store.wakeSet(other))).containsExactly(carol);
			write(owner(), Write.to(ALICE, 1).state("y").wake());
			write(owner(), Write.to(BOB, 1).state("x").wake());
			restart();
			assertThat(await(store.wakeSet(owner()))).containsExactlyInAnyOrder(ALICE, BOB);
			write(owner(), Write.to(ALICE, 2).state("y"));
			assertThat(await(store.wakeSet(owner()))).containsExactly(BOB);
			assertThat(await(store.wakeSet(claim(1, 6, "b#2")))).containsExactly(BOB);
			assertThat(await(store.wakeSet(owner()))).isEmpty();
		}

	}

	@Nested
	class Reminding {

		private Fence fence;

		private Fence owner() {
			if (this.fence == null) {
				this.fence = claim(1, 5, "a#1");
			}
			return this.fence;
		}

		@Test
		void sortsByTimeActorAndName() {
			ActorId al = new ActorId("account", "al");
			ActorId other = new ActorId("account-b", "a");
			write(owner(), Write.to(BOB, 0).remind("x", 20, "1").remind("y", 5, "2"));
			write(owner(), Write.to(ALICE, 0).remind("b", 20, "3").remind("a", 20, "4").remind("ab", 20, "5"));
			write(owner(), Write.to(al, 0).remind("z", 20, "6").remind("early", -3, "7"));
			write(owner(), Write.to(other, 0).remind("a", 20, "8").remind("far", Long.MAX_VALUE, "9"));
			for (int i = 0; i < 2; i++) {
				assertThat(reminders(owner())).extracting((reminder) -> text(reminder.message()))
					.containsExactly("7", "2", "6", "4", "5", "3", "1", "8", "9");
				restart();
			}
			assertThat(reminders(owner()).getFirst().dueMillis()).isEqualTo(-3);
			assertThat(reminders(owner()).getFirst().actor()).isEqualTo(al);
			assertThat(reminders(owner()).getFirst().name()).isEqualTo("early");
		}

		@Test
		void givesPages() {
			List<String> expected = new ArrayList<>();
			for (int i = 0; i < 50; i++) {
				ActorId actor = new ActorId("account", "k" + (100 + i % 7));
				Write write = Write.to(actor, i / 7);
				write(owner(), write.remind("n" + (100 + i), i / 10, "m" + i));
			}
			reminders(owner()).forEach((reminder) -> expected.add(describe(reminder)));
			assertThat(expected).hasSize(50);
			for (int limit : new int[] { 1, 7, 49, 50, 51 }) {
				List<String> read = new ArrayList<>();
				StoredReminder last = null;
				while (true) {
					List<StoredReminder> page = await(store.reminders(owner(), last, limit));
					assertThat(page).hasSizeLessThanOrEqualTo(limit);
					if (page.isEmpty()) {
						break;
					}
					page.forEach((reminder) -> read.add(describe(reminder)));
					last = page.getLast();
				}
				assertThat(read).isEqualTo(expected);
			}
		}

		@Test
		void goesOnBehindReminderThatIsGone() {
			write(owner(), Write.to(ALICE, 0).remind("a", 1, "1").remind("b", 2, "2").remind("c", 3, "3"));
			StoredReminder second = reminders(owner()).get(1);
			write(owner(), Write.to(ALICE, 1).cancel("b"));
			assertThat(await(store.reminders(owner(), second, 10))).extracting(StoredReminder::name)
				.containsExactly("c");
		}

		@Test
		void replacesReminderOfSameName() {
			write(owner(), Write.to(ALICE, 0).remind("a", 10, "1").remind("b", 20, "2"));
			write(owner(), Write.to(ALICE, 1).remind("a", 30, "3"));
			assertThat(reminders(owner())).extracting(StoreContract::describe)
				.containsExactly("account/alice|b|20|2", "account/alice|a|30|3");
			write(owner(), Write.to(ALICE, 2).remind("a", 30, "4"));
			assertThat(reminders(owner())).extracting(StoreContract::describe)
				.containsExactly("account/alice|b|20|2", "account/alice|a|30|4");
			assertThat(load(owner(), ALICE).reminders()).hasSize(2);
		}

		@Test
		void removesWhatIsCancelled() {
			write(owner(), Write.to(ALICE, 0).remind("a", 10, "1").remind("b", 20, "2"));
			write(owner(), Write.to(BOB, 0).remind("a", 10, "3"));
			write(owner(), Write.to(ALICE, 1).cancel("a").cancel("unknown"));
			write(owner(), Write.to(ALICE, 2).cancel("b").remind("b", 7, "4"));
			restart();
			assertThat(reminders(owner())).extracting(StoreContract::describe)
				.containsExactly("account/alice|b|7|4", "account/bob|a|10|3");
			assertThat(load(owner(), ALICE).reminders()).extracting(StoredReminder::name).containsExactly("b");
		}

		@Test
		void keepsShardsApart() {
			Fence other = claim(2, 5, "a#1");
			write(owner(), Write.to(ALICE, 0).remind("a", 10, "1"));
			write(other, Write.to(BOB, 0).remind("a", 5, "2"));
			assertThat(reminders(owner())).extracting(StoredReminder::actor).containsExactly(ALICE);
			assertThat(reminders(other)).extracting(StoredReminder::actor).containsExactly(BOB);
		}

	}

	@Nested
	class Ids {

		@Test
		void neverShareAnything() {
			Fence fence = claim(1, 5, "a#1");
			List<ActorId> actors = new ArrayList<>();
			for (String type : List.of("a", "a-b", "ab")) {
				KEYS.forEach((key) -> actors.add(new ActorId(type, key)));
			}
			for (ActorId actor : actors) {
				write(fence, everything(actor));
			}
			restart();
			for (ActorId actor : actors) {
				assertEverything(fence, actor);
				write(fence, Write.to(actor, 1).clear().forget("s").expire("k").acknowledge(1));
				StoredActor cleared = load(fence, actor);
				assertThat(cleared.state()).isNull();
				assertThat(cleared.received()).isEmpty();
				assertThat(cleared.replies()).isEmpty();
				assertThat(cleared.tells()).isEmpty();
				assertThat(cleared.reminders()).isEmpty();
				write(fence, everything(actor, 2));
			}
			for (ActorId actor : actors) {
				assertEverything(fence, actor);
			}
			assertThat(await(store.wakeSet(fence))).isEqualTo(Set.copyOf(actors));
			assertThat(reminders(fence)).extracting(StoredReminder::actor).containsExactlyInAnyOrderElementsOf(actors);
			assertThat(scan("a", 1000)).containsExactlyInAnyOrderElementsOf(actors.subList(0, KEYS.size()));
		}

		private void assertEverything(Fence fence, ActorId actor) {
			StoredActor stored = load(fence, actor);
			assertThat(text(stored.state())).isEqualTo("state of " + actor);
			assertThat(stored.received()).containsOnlyKeys("s");
			assertThat(stored.replies()).extracting((reply) -> text(reply.reply()))
				.containsExactly("reply of " + actor);
			assertThat(stored.tells()).extracting(StoredTell::receiver).containsExactly(actor);
			assertThat(stored.reminders()).extracting((reminder) -> text(reminder.message()))
				.containsExactly("reminder of " + actor);
		}

		private Write everything(ActorId actor) {
			return everything(actor, 0);
		}

		private Write everything(ActorId actor, long expected) {
			return Write.to(actor, expected)
				.state("state of " + actor)
				.received("s", 1)
				.reply("k", 1, "reply of " + actor)
				.tell(1, actor, Delivery.EXACTLY_ONCE, "t")
				.remind("r", 1, "reminder of " + actor)
				.wake();
		}

		@Test
		void lists() {
			Set<ActorId> expected = new TreeSet<>();
			for (int shard = 1; shard < 4; shard++) {
				Fence fence = claim(shard, 5, "a#1");
				for (int i = 0; i < 100; i++) {
					ActorId actor = new ActorId("account", shard + "-" + i);
					expected.add(actor);
					write(fence, Write.to(actor, 0).state("s"));
					write(fence, Write.to(new ActorId("account-b", shard + "-" + i), 0).state("s"));
				}
				write(fence, Write.to(new ActorId("acc", "x" + shard), 0).state("s"));
			}
			for (int limit : new int[] { 1, 7, 299, 300, 301, 10_000 }) {
				assertThat(scan("account", limit)).containsExactlyInAnyOrderElementsOf(expected);
			}
			restart();
			assertThat(scan("account", 50)).containsExactlyInAnyOrderElementsOf(expected);
			assertThat(scan("nobody", 50)).isEmpty();
			assertThat(scan("account-", 50)).isEmpty();
		}

		@Test
		void answersAnyCursorWithAPageOrARefusal() {
			Fence fence = claim(1, 5, "a#1");
			write(fence, Write.to(ALICE, 0).state("s"));
			for (String cursor : List.of("", " ", ":", "-1:", "-1:x", "0", "0:", "+1:a", "2147483647:", "99999999999:a",
					"nonsense", "0:\0", "\0", "\ud800", "\udc00:", "0:\ud800", "0:" + "x".repeat(5000),
					"x".repeat(5000), "\n", "0:\n", "1e3:", "\u0661:a", "account/alice")) {
				try {
					assertThat(await(store.scan("account", cursor, 10)).ids()).as("cursor '%s'", cursor)
						.isSubsetOf(ALICE);
				}
				catch (IllegalArgumentException ex) {
					assertThat(ex).hasMessageNotContaining("For input string");
				}
			}
			assertThat(scan("account", 10)).containsExactly(ALICE);
		}

		@Test
		void listsWhatHasStateOrJournal() {
			Fence fence = claim(1, 5, "a#1");
			ActorId journaled = new ActorId("account", "journaled");
			ActorId cleared = new ActorId("account", "cleared");
			ActorId restarted = new ActorId("account", "restarted");
			write(fence, Write.to(ALICE, 0).received("n", 1));
			write(fence, Write.to(BOB, 0).state(new byte[0]));
			write(fence, Write.to(journaled, 0).records("r"));
			write(fence, Write.to(cleared, 0).state("s"));
			write(fence, Write.to(cleared, 1).clear());
			write(fence, Write.to(restarted, 0).state("s"));
			write(fence, Write.to(restarted, 1).clear().records("r"));
			for (int limit : new int[] { 1, 2, 10 }) {
				assertThat(scan("account", limit)).containsExactlyInAnyOrder(BOB, journaled, restarted);
			}
		}

		private List<ActorId> scan(String type, int limit) {
			List<ActorId> ids = new ArrayList<>();
			String cursor = null;
			do {
				StoredIds page = await(store.scan(type, cursor, limit));
				assertThat(page.ids()).hasSizeLessThanOrEqualTo(limit);
				ids.addAll(page.ids());
				cursor = page.cursor();
			}
			while (cursor != null);
			return ids;
		}

	}

	static void assertFails(CompletionStage<?> stage, StoreException.Kind kind) {
		assertThatExceptionOfType(StoreException.class).isThrownBy(() -> await(stage))
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(kind))
			.satisfies((ex) -> assertThat(ex).hasMessageContaining("store"));
	}

}
