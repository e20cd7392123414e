package dev.cajun.metadata;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.cajun.metadata.MetadataException.Kind;
import dev.cajun.metadata.Transaction.Absent;
import dev.cajun.metadata.Transaction.Condition;
import dev.cajun.metadata.Transaction.CreatedAt;
import dev.cajun.metadata.Transaction.Delete;
import dev.cajun.metadata.Transaction.Put;
import dev.cajun.metadata.Transaction.ValueIs;
import dev.cajun.metadata.Transaction.Write;
import dev.cajun.metadata.Transaction.WrittenAt;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What every {@link MetadataStore} does. A store's test extends it, in whatever module
 * the store is.
 */
public abstract class MetadataStoreContract {

	/** The shortest time to live that etcd grants. */
	private static final Duration TTL = Duration.ofSeconds(2);

	private final List<MetadataStore> connected = new ArrayList<>();

	MetadataStore store;

	MetadataStore other;

	/**
	 * A store of its own over the documents of this test: none at the first call.
	 */
	protected abstract MetadataStore connect();

	/**
	 * Lets time pass until a condition holds, or for so long; under virtual time a store
	 * says how.
	 */
	protected void pass(Duration atMost, BooleanSupplier until) {
		Awaitility.await().atMost(atMost).pollInterval(Duration.ofMillis(5)).until(until::getAsBoolean);
	}

	/** Lets time pass, whatever happens. */
	protected void elapse(Duration duration) {
		long start = System.nanoTime();
		pass(duration.plusSeconds(10), () -> System.nanoTime() - start >= duration.toNanos());
	}

	@BeforeEach
	void connectStores() {
		this.store = connectOne();
		this.other = connectOne();
	}

	@AfterEach
	void closeStores() {
		this.connected.forEach(MetadataStore::close);
	}

	private MetadataStore connectOne() {
		MetadataStore one = connect();
		this.connected.add(one);
		return one;
	}

	@Nested
	class Lists {

		@Test
		void findsNothingAtFirst() {
			Listing listing = await(store.list(""));
			assertThat(listing.documents()).isEmpty();
			assertThat(listing.history()).isEqualTo(1);
			assertThat(listing.revision()).isPositive();
		}

		@Test
		void findsDocumentsOfPrefixSorted() {
			for (String key : List.of("nodes/b", "nodes", "nodes/a", "nodes0", "nodes/", "nodex", "leader",
					"nodes/a/b")) {
				put(key, "at " + key);
			}
			assertThat(await(store.list("nodes/")).documents().keySet()).containsExactly("nodes/", "nodes/a",
					"nodes/a/b", "nodes/b");
			assertThat(await(store.list("")).documents().keySet()).containsExactly("leader", "nodes", "nodes/",
					"nodes/a", "nodes/a/b", "nodes/b", "nodes0", "nodex");
			assertThat(text(await(other.list("nodes/a/")).documents().get("nodes/a/b"))).isEqualTo("at nodes/a/b");
		}

		@Test
		void keepsUnusualKeysApart() {
			List<String> keys = List.of("nodes/ü", "nodes/u\u0308", "nodes/\ud83d\ude00", "nodes/a b", "nodes/a%20b",
					"nodes/\uffee", "nodes/A", "nodes/a");
			keys.forEach((key) -> put(key, key));
			assertThat(texts(await(store.list("nodes/")))).containsExactlyInAnyOrderEntriesOf(
					keys.stream().collect(Collectors.toMap((key) -> key, (key) -> key)));
			assertThat(await(store.list("nodes/\uffee")).documents()).containsOnlyKeys("nodes/\uffee");
		}

		@Test
		void keepsBytesAsTheyAre() {
			byte[] value = new byte[1 << 20];
			IntStream.range(0, value.length).forEach((i) -> value[i] = (byte) (i * 31));
			apply(new Put("placement", value, 0));
			apply(new Put("empty", new byte[0], 0));
			Map<String, Document> documents = await(other.list("")).documents();
			assertThat(Arrays.equals(documents.get("placement").value(), value)).isTrue();
			assertThat(documents.get("empty").value()).isEmpty();
		}

		@Test
		void readsWhatAnotherStoreHasWritten() {
			IntStream.range(0, 20).forEach((i) -> {
				put("counter", "" + i);
				assertThat(text(await(other.list("counter")).documents().get("counter"))).isEqualTo("" + i);
			});
		}

	}

	@Nested
	class Commits {

		@Test
		void writesAllInOneRevision() {
			put("c", "old");
			TransactionResult result = apply(new Put("a", bytes("1"), 0), new Put("b", bytes("2"), 0), new Delete("c"));
			Listing listing = await(other.list(""));
			assertThat(texts(listing)).containsExactlyEntriesOf(new TreeMap<>(Map.of("a", "1", "b", "2")));
			assertThat(listing.revision()).isEqualTo(result.revision());
			assertThat(listing.documents().values()).allSatisfy((document) -> {
				assertThat(document.createRevision()).isEqualTo(result.revision());
				assertThat(document.revision()).isEqualTo(result.revision());
				assertThat(document.lease()).isZero();
			});
			assertThat(result.found()).isEmpty();
		}

		@Test
		void revisionsGrowWithEveryWrite() {
			long first = put("a", "1");
			long second = put("b", "1");
			long third = put("a", "2");
			assertThat(second).isGreaterThan(first);
			assertThat(third).isGreaterThan(second);
			Document document = await(store.list("")).documents().get("a");
			assertThat(document.createRevision()).isEqualTo(first);
			assertThat(document.revision()).isEqualTo(third);
			apply(new Delete("a"));
			long again = put("a", "3");
			assertThat(await(store.list("")).documents().get("a").createRevision()).isEqualTo(again);
		}

		@Test
		void deletesWhatIsNotThere() {
			apply(new Delete("nothing"));
			assertThat(await(store.list("")).documents()).isEmpty();
		}

		@Test
		void holdsIfAbsent() {
			assertApplied(new Absent("a"));
			put("a", "1");
			assertRefused(new Absent("a"));
		}

		@Test
		void holdsIfCreatedAt() {
			long created = put("a", "1");
			put("a", "2");
			assertApplied(new CreatedAt("a", created));
			assertRefused(new CreatedAt("a", created + 1));
			assertRefused(new CreatedAt("b", created));
			apply(new Delete("a"));
			put("a", "2");
			assertRefused(new CreatedAt("a", created));
		}

		@Test
		void holdsIfWrittenAt() {
			long created = put("a", "1");
			assertApplied(new WrittenAt("a", created));
			long written = put("a", "1");
			assertApplied(new WrittenAt("a", written));
			assertRefused(new WrittenAt("a", created));
			assertRefused(new WrittenAt("b", written));
		}

		@Test
		void holdsIfValueIs() {
			put("a", "1");
			assertApplied(new ValueIs("a", bytes("1")));
			assertRefused(new ValueIs("a", bytes("2")));
			assertRefused(new ValueIs("a", bytes("")));
			assertRefused(new ValueIs("b", bytes("")));
		}

		@Test
		void writesNothingUnlessAllHold() {
			long created = put("leader", "n1");
			TransactionResult result = await(other.commit(Transaction.when(new CreatedAt("leader", created))
				.and(new ValueIs("leader", bytes("n2")))
				.and(new Absent("nothing"))
				.then(new Put("placement", bytes("x"), 0))
				.then(new Delete("leader"))));
			assertThat(result.applied()).isFalse();
			assertThat(result.found()).containsOnlyKeys("leader");
			Document found = result.found().get("leader");
			assertThat(found.key()).isEqualTo("leader");
			assertThat(text(found)).isEqualTo("n1");
			assertThat(found.createRevision()).isEqualTo(created);
			assertThat(found.revision()).isEqualTo(created);
			Listing listing = await(store.list(""));
			assertThat(texts(listing)).isEqualTo(Map.of("leader", "n1"));
			assertThat(listing.revision()).isEqualTo(created).isEqualTo(result.revision());
		}

		@Test
		void writesSixtyFourDocumentsUnderAsManyConditions() {
			Transaction transaction = new Transaction(
					IntStream.range(0, Transaction.MAX_SIZE).<Condition>mapToObj((i) -> new Absent("k" + i)).toList(),
					IntStream.range(0, Transaction.MAX_SIZE)
						.<Write>mapToObj((i) -> new Put("k" + i, bytes("v"), 0))
						.toList());
			assertThat(await(store.commit(transaction)).applied()).isTrue();
			TransactionResult second = await(store.commit(transaction));
			assertThat(second.applied()).isFalse();
			assertThat(second.found()).hasSize(Transaction.MAX_SIZE);
		}

		@Test
		void appliesOneOfManyAtOnce() {
			List<CompletionStage<TransactionResult>> results = IntStream.range(0, 50)
				.mapToObj((i) -> ((i % 2 == 0) ? store : other)
					.commit(Transaction.when(new Absent("leader")).then(new Put("leader", bytes("n" + i), 0))))
				.toList();
			List<Integer> applied = IntStream.range(0, 50)
				.filter((i) -> await(results.get(i)).applied())
				.boxed()
				.toList();
			assertThat(applied).hasSize(1);
			assertThat(texts(await(store.list("")))).isEqualTo(Map.of("leader", "n" + applied.getFirst()));
		}

		private void assertApplied(Condition condition) {
			assertThat(await(store.commit(Transaction.when(condition).then(new Put("mark", bytes("x"), 0)))).applied())
				.isTrue();
			assertThat(texts(await(store.list("mark")))).containsEntry("mark", "x");
			apply(new Delete("mark"));
		}

		private void assertRefused(Condition condition) {
			TransactionResult result = await(
					store.commit(Transaction.when(condition).then(new Put("mark", bytes("x"), 0))));
			assertThat(result.applied()).isFalse();
			Listing listing = await(store.list(""));
			assertThat(listing.documents()).doesNotContainKey("mark");
			assertThat(result.found().keySet()).isEqualTo(await(store.list(condition.key())).documents().keySet());
		}

	}

	@Nested
	class Leases {

		@Test
		void removesDocumentsWhenNotKeptAlive() {
			Lease lease = await(store.grant(TTL));
			assertThat(lease.id()).isNotZero();
			assertThat(lease.ttl()).isGreaterThanOrEqualTo(TTL);
			assertThat(lease.history()).isEqualTo(1);
			apply(new Put("nodes/a", bytes("a"), lease.id()), new Put("nodes/b", bytes("b"), lease.id()));
			put("nodes/c", "c");
			assertThat(await(other.list("")).documents().get("nodes/a").lease()).isEqualTo(lease.id());
			pass(TTL.multipliedBy(5), () -> await(other.list("")).documents().size() == 1);
			assertThat(texts(await(other.list("")))).isEqualTo(Map.of("nodes/c", "c"));
			assertFails(Kind.LEASE_NOT_FOUND, store.keepAlive(lease.id()));
		}

		@Test
		void livesAsLongAsItIsKeptAlive() {
			Lease lease = await(store.grant(TTL));
			apply(new Put("nodes/a", bytes("a"), lease.id()));
			for (int i = 0; i < 8; i++) {
				elapse(Duration.ofMillis(500));
				Lease kept = await(store.keepAlive(lease.id()));
				assertThat(kept.id()).isEqualTo(lease.id());
				assertThat(kept.ttl()).isGreaterThanOrEqualTo(TTL);
			}
			assertThat(await(other.list("")).documents()).containsOnlyKeys("nodes/a");
		}

		@Test
		void revokeRemovesDocumentsAtOnce() {
			Lease lease = await(store.grant(Duration.ofSeconds(60)));
			apply(new Put("nodes/a", bytes("a"), lease.id()));
			await(other.revoke(lease.id()));
			assertThat(await(store.list("")).documents()).isEmpty();
			assertFails(Kind.LEASE_NOT_FOUND, store.keepAlive(lease.id()));
			await(store.revoke(lease.id()));
		}

		@Test
		void refusesToPutWithLeaseThatEnded() {
			Lease lease = await(store.grant(Duration.ofSeconds(60)));
			await(store.revoke(lease.id()));
			assertFails(Kind.LEASE_NOT_FOUND,
					store.commit(Transaction.when(new Absent("nodes/a"))
						.then(new Put("nodes/b", bytes("b"), 0))
						.then(new Put("nodes/a", bytes("a"), lease.id()))));
			assertThat(await(store.list("")).documents()).isEmpty();
		}

		@Test
		void looksAtConditionsFirst() {
			put("nodes/a", "a");
			TransactionResult result = await(
					store.commit(Transaction.when(new Absent("nodes/a")).then(new Put("nodes/a", bytes("b"), 4711))));
			assertThat(result.applied()).isFalse();
		}

		@Test
		void holdsOnlyDocumentsLastPutWithIt() {
			Lease one = await(store.grant(Duration.ofSeconds(60)));
			Lease two = await(store.grant(Duration.ofSeconds(60)));
			assertThat(two.id()).isNotEqualTo(one.id());
			apply(new Put("stays", bytes("1"), one.id()), new Put("passes", bytes("1"), one.id()),
					new Put("goes", bytes("1"), one.id()));
			apply(new Put("stays", bytes("2"), 0), new Put("passes", bytes("2"), two.id()));
			await(store.revoke(one.id()));
			assertThat(texts(await(store.list("")))).isEqualTo(Map.of("stays", "2", "passes", "2"));
			await(store.revoke(two.id()));
			assertThat(texts(await(store.list("")))).isEqualTo(Map.of("stays", "2"));
		}

		@Test
		void outlivesStore() {
			Lease lease = await(store.grant(Duration.ofSeconds(60)));
			apply(new Put("nodes/a", bytes("a"), lease.id()));
			store.close();
			assertThat(await(other.list("")).documents()).containsOnlyKeys("nodes/a");
			await(other.keepAlive(lease.id()));
			await(other.revoke(lease.id()));
		}

	}

	@Nested
	class Watches {

		@Test
		void givesWhatIsThereAtOnce() {
			put("nodes/a", "a");
			put("leader", "x");
			Recorder recorder = new Recorder();
			store.watch("nodes/", recorder);
			recorder.expect(Map.of("nodes/a", "a"));
			Recorder nothing = new Recorder();
			store.watch("none/", nothing);
			nothing.expect(Map.of());
		}

		@Test
		void followsEveryKindOfChange() {
			Recorder recorder = new Recorder();
			store.watch("", recorder);
			recorder.expect(Map.of());
			apply(new Put("a", bytes("1"), 0), new Put("b", bytes("1"), 0));
			recorder.expect(Map.of("a", "1", "b", "1"));
			long written = put("a", "2");
			recorder.expect(Map.of("a", "2", "b", "1"));
			Document followed = recorder.last().documents().get("a");
			Document read = await(store.list("a")).documents().get("a");
			assertThat(followed.revision()).isEqualTo(written).isEqualTo(read.revision());
			assertThat(followed.createRevision()).isEqualTo(read.createRevision());
			apply(new Delete("b"));
			recorder.expect(Map.of("a", "2"));
			Lease lease = await(other.grant(TTL));
			apply(new Put("nodes/n", bytes("n"), lease.id()));
			recorder.expect(Map.of("a", "2", "nodes/n", "n"));
			assertThat(recorder.last().documents().get("nodes/n").lease()).isEqualTo(lease.id());
			recorder.expect(Map.of("a", "2"));
			assertThat(recorder.last().history()).isEqualTo(1);
		}

		@Test
		void endsWithLastOfManyChanges() {
			Recorder recorder = new Recorder();
			store.watch("k", recorder);
			List<CompletionStage<TransactionResult>> results = IntStream.range(0, 300)
				.mapToObj((i) -> other
					.commit(new Transaction(List.of(), List.of(new Put("k" + i % 7, bytes("" + i), 0)))))
				.toList();
			results.forEach((result) -> await(result));
			recorder.expect(texts(await(store.list("k"))));
			assertThat(recorder.listings).extracting(Listing::revision).isSorted();
			assertThat(recorder.overlapped).isFalse();
		}

		@Test
		void neverShowsHalfOfTransaction() {
			Recorder recorder = new Recorder();
			store.watch("", recorder);
			for (int i = 0; i < 50; i++) {
				apply(new Put("a", bytes("" + i), 0), new Put("b", bytes("" + i), 0));
			}
			recorder.expect(Map.of("a", "49", "b", "49"));
			assertThat(recorder.listings).allSatisfy((listing) -> {
				Map<String, String> texts = texts(listing);
				assertThat(texts.get("a")).isEqualTo(texts.get("b"));
			});
		}

		@Test
		void isSilentAboutOtherDocuments() {
			Recorder recorder = new Recorder();
			store.watch("nodes/", recorder);
			recorder.expect(Map.of());
			put("node", "x");
			put("placement", "x");
			put("nodes/a", "a");
			recorder.expect(Map.of("nodes/a", "a"));
			assertThat(recorder.listings).hasSize(2);
		}

		@Test
		void hearsNothingWhenClosed() {
			Recorder closed = new Recorder();
			Recorder open = new Recorder();
			MetadataStore.Watch watch = store.watch("", closed);
			store.watch("", open);
			closed.expect(Map.of());
			open.expect(Map.of());
			watch.close();
			watch.close();
			put("a", "1");
			open.expect(Map.of("a", "1"));
			assertThat(closed.listings).hasSize(1);
		}

		@Test
		void mayUseStoreInListener() {
			List<CompletionStage<TransactionResult>> answers = new CopyOnWriteArrayList<>();
			store.watch("question", (listing) -> listing.documents()
				.values()
				.forEach((question) -> answers.add(store
					.commit(Transaction.when(new Absent("answer")).then(new Put("answer", question.value(), 0))))));
			put("question", "42");
			pass(Duration.ofSeconds(10), () -> await(other.list("answer")).documents().size() == 1);
			assertThat(texts(await(other.list("answer")))).isEqualTo(Map.of("answer", "42"));
			assertThat(await(answers.getFirst()).applied()).isTrue();
		}

		@Test
		void goesOnWhenListenerThrows() {
			Recorder recorder = new Recorder() {

				@Override
				public void changed(Listing listing) {
					super.changed(listing);
					if (listing.documents().size() == 1) {
						throw new IllegalStateException("Thrown by a test");
					}
				}

			};
			store.watch("", recorder);
			recorder.expect(Map.of());
			put("a", "1");
			recorder.expect(Map.of("a", "1"));
			put("b", "1");
			recorder.expect(Map.of("a", "1", "b", "1"));
		}

	}

	@Nested
	class Closing {

		@Test
		void refusesEverything() {
			Recorder recorder = new Recorder();
			store.watch("", recorder);
			recorder.expect(Map.of());
			store.close();
			store.close();
			assertFails(Kind.CLOSED, store.list(""));
			assertFails(Kind.CLOSED, store.commit(new Transaction(List.of(), List.of(new Delete("a")))));
			assertFails(Kind.CLOSED, store.grant(TTL));
			assertFails(Kind.CLOSED, store.keepAlive(1));
			assertFails(Kind.CLOSED, store.revoke(1));
			assertThatExceptionOfType(MetadataException.class).isThrownBy(() -> store.watch("", recorder))
				.extracting(MetadataException::kind)
				.isEqualTo(Kind.CLOSED);
			Recorder still = new Recorder();
			other.watch("", still);
			apply(other, new Put("a", bytes("1"), 0));
			still.expect(Map.of("a", "1"));
			assertThat(recorder.listings).hasSize(1);
		}

		@Test
		void leavesNoStageUndone() {
			List<CompletionStage<Listing>> stages = IntStream.range(0, 100).mapToObj((i) -> store.list("")).toList();
			store.close();
			pass(Duration.ofSeconds(5),
					() -> stages.stream().allMatch((stage) -> stage.toCompletableFuture().isDone()));
		}

		@Test
		void hasDescription() {
			assertThat(store.description()).isNotBlank();
		}

	}

	/** Writes, without a condition, and expects it to be applied. */
	final TransactionResult apply(Write... writes) {
		return apply(this.store, writes);
	}

	final TransactionResult apply(MetadataStore by, Write... writes) {
		TransactionResult result = await(by.commit(new Transaction(List.of(), List.of(writes))));
		assertThat(result.applied()).isTrue();
		assertThat(result.history()).isEqualTo(1);
		return result;
	}

	final long put(String key, String value) {
		return apply(new Put(key, bytes(value), 0)).revision();
	}

	final <T> T await(CompletionStage<T> stage) {
		var future = stage.toCompletableFuture();
		pass(Duration.ofSeconds(10), future::isDone);
		if (future.isCompletedExceptionally()) {
			throw (RuntimeException) future.exceptionNow();
		}
		return future.resultNow();
	}

	final void assertFails(Kind kind, CompletionStage<?> stage) {
		assertThatExceptionOfType(MetadataException.class).isThrownBy(() -> await(stage)).satisfies((ex) -> {
			assertThat(ex.kind()).isEqualTo(kind);
			assertThat(ex).hasMessageMatching(".{20,}");
		});
	}

	static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	static String text(Document document) {
		return new String(document.value(), StandardCharsets.UTF_8);
	}

	static Map<String, String> texts(Listing listing) {
		Map<String, String> texts = new TreeMap<>();
		listing.documents().forEach((key, document) -> texts.put(key, text(document)));
		return texts;
	}

	/** Keeps what a watch tells. */
	private class Recorder implements MetadataStore.Listener {

		final List<Listing> listings = new CopyOnWriteArrayList<>();

		private final AtomicBoolean running = new AtomicBoolean();

		volatile boolean overlapped;

		@Override
		public void changed(Listing listing) {
			this.overlapped |= !this.running.compareAndSet(false, true);
			this.listings.add(listing);
			this.running.set(false);
		}

		Listing last() {
			return this.listings.getLast();
		}

		void expect(Map<String, String> documents) {
			pass(Duration.ofSeconds(15), () -> !this.listings.isEmpty() && texts(last()).equals(documents));
		}

	}

}
