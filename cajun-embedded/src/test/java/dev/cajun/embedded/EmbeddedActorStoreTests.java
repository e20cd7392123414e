package dev.cajun.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import dev.cajun.ActorId;
import dev.cajun.store.BatchId;
import dev.cajun.store.Commit;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoreMeta;
import dev.cajun.store.StoreResult;
import dev.cajun.store.StoredReminder;
import dev.cajun.store.StoredReply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class EmbeddedActorStoreTests {

	@TempDir
	private Path directory;

	@Test
	void refusesSecondOpenOfSameProcess() throws IOException {
		EmbeddedActorStore first = Stores.open(this.directory);
		Path link = Files.createSymbolicLink(this.directory.resolveSibling(this.directory.getFileName() + "-link"),
				this.directory);
		for (Path path : List.of(this.directory, link, this.directory.resolve("../" + this.directory.getFileName()))) {
			assertThat(Stores.failure(new EmbeddedActorStore(path, Durability.ACK).open(Stores.META),
					StoreException.Kind.LOCKED))
				.hasMessageContaining("this process");
		}
		Files.delete(link);
		Stores.write(first, Stores.state(Stores.actor("a"), 0, "s"));
		first.close();
		EmbeddedActorStore second = Stores.open(this.directory);
		assertThat(Stores.stateOf(second, Stores.actor("a"))).isEqualTo("s");
		second.close();
	}

	@Test
	void opensOnceOfManyAtATime() {
		List<EmbeddedActorStore> stores = new ArrayList<>();
		List<CompletableFuture<StoreMeta>> opened = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			EmbeddedActorStore store = new EmbeddedActorStore(this.directory, Durability.ACK);
			stores.add(store);
			opened.add(store.open(Stores.META).toCompletableFuture());
		}
		int open = 0;
		for (CompletableFuture<StoreMeta> result : opened) {
			if (result.handle((meta, error) -> error == null).join()) {
				open++;
			}
			else {
				Stores.failure(result, StoreException.Kind.LOCKED);
			}
		}
		assertThat(open).isEqualTo(1);
		stores.forEach(EmbeddedActorStore::close);
	}

	@ParameterizedTest
	@ValueSource(strings = { "with space", "a?b#c%20d", "ü", "deep/er/still" })
	void opensDirectoryOfAnyName(String name) {
		Path path = this.directory.resolve(name);
		EmbeddedActorStore store = Stores.open(path);
		Stores.write(store, Stores.state(Stores.actor("a"), 0, "s"));
		assertThat(store.description()).isEqualTo("embedded (" + path + ")");
		assertThat(path.resolve("data.db")).exists();
		store.close();
		store = Stores.open(path);
		assertThat(Stores.stateOf(store, Stores.actor("a"))).isEqualTo("s");
		store.close();
	}

	@Test
	void leavesOneFileWhenClosed() throws IOException {
		Path left = Files.createDirectories(this.directory.resolve("native-123"));
		Files.writeString(left.resolve("sqlite-library.so"), "x");
		Files.setLastModifiedTime(left, FileTime.from(Instant.now().minusSeconds(100)));
		Path others = Files.writeString(this.directory.resolve("notes.txt"), "not ours");
		EmbeddedActorStore store = Stores.open(this.directory);
		Stores.write(store, Stores.state(Stores.actor("a"), 0, "s"));
		store.close();
		try (Stream<Path> files = Files.list(this.directory)) {
			assertThat(files).containsExactlyInAnyOrder(this.directory.resolve("data.db"), others);
		}
	}

	@Test
	void refusesShardItDoesNotHave() {
		EmbeddedActorStore store = Stores.open(this.directory);
		for (int shard : new int[] { -1, 16 }) {
			Stores.failure(store.claim(new dev.cajun.store.Fence(shard, 5, "a#1"), false),
					StoreException.Kind.NOT_APPLIED);
		}
		store.close();
	}

	@Test
	void forcesWritesToDisk() {
		EmbeddedActorStore store = Stores.open(new EmbeddedActorStore(this.directory, Durability.FSYNC));
		for (int i = 0; i < 20; i++) {
			Stores.write(store, Stores.state(Stores.actor("a"), i, "s" + i));
		}
		store.close();
		store = Stores.open(new EmbeddedActorStore(this.directory, Durability.FSYNC));
		assertThat(Stores.stateOf(store, Stores.actor("a"))).isEqualTo("s19");
		store.close();
	}

	@Test
	void interruptsAreHarmless() throws InterruptedException {
		EmbeddedActorStore store = Stores.open(this.directory);
		AtomicInteger applied = new AtomicInteger();
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			ActorId actor = Stores.actor(i);
			threads.add(Thread.ofPlatform().start(() -> {
				for (int sequence = 0; sequence < 300; sequence++) {
					Thread.currentThread().interrupt();
					StoreResult result = store.commit(Stores.FENCE, Stores.state(actor, sequence, "s" + sequence))
						.toCompletableFuture()
						.join();
					if (result.equals(new StoreResult.Applied(sequence + 1))) {
						applied.incrementAndGet();
					}
				}
			}));
		}
		Thread owner = Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("cajun-store"))
			.findFirst()
			.orElseThrow();
		int interrupted = 0;
		for (int before = -1; applied.get() < 1200 && interrupted < 1000; before = applied.get()) {
			int seen = before;
			owner.interrupt();
			interrupted++;
			await().atMost(Duration.ofSeconds(10)).until(() -> applied.get() > seen);
		}
		assertThat(interrupted).isPositive();
		for (Thread thread : threads) {
			thread.join();
		}
		assertThat(applied).hasValue(1200);
		Thread.currentThread().interrupt();
		store.close();
		assertThat(Thread.interrupted()).isTrue();
		EmbeddedActorStore again = Stores.open(this.directory);
		assertThat(Stores.stateOf(again, Stores.actor(3))).isEqualTo("s299");
		again.close();
	}

	@Test
	void everyCallIsAnsweredWhenClosedMeanwhile() throws InterruptedException {
		EmbeddedActorStore store = Stores.open(this.directory);
		AtomicInteger[] applied = new AtomicInteger[8];
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < applied.length; i++) {
			AtomicInteger count = new AtomicInteger();
			applied[i] = count;
			ActorId actor = Stores.actor(i);
			threads.add(Thread.ofVirtual().start(() -> {
				try {
					while (true) {
						Stores.write(store, Stores.state(actor, count.get(), "s"));
						count.incrementAndGet();
					}
				}
				catch (StoreException ex) {
					assertThat(ex.kind()).isEqualTo(StoreException.Kind.CLOSED);
				}
			}));
		}
		await().atMost(Duration.ofSeconds(10)).until(() -> Arrays.stream(applied).allMatch((count) -> count.get() > 0));
		store.close();
		for (Thread thread : threads) {
			thread.join(10_000);
			assertThat(thread.isAlive()).isFalse();
		}
		EmbeddedActorStore again = Stores.open(this.directory);
		for (int i = 0; i < applied.length; i++) {
			assertThat(Stores.load(again, Stores.actor(i)).sequence()).isEqualTo(applied[i].get());
		}
		again.close();
	}

	@Test
	void answersConfirmationAtOnce() {
		EmbeddedActorStore store = Stores.open(this.directory);
		Stores.write(store, Stores.state(Stores.actor("a"), 0, "s"));
		Stores.load(store, Stores.actor("b"));
		assertThat(
				store.confirm(Stores.FENCE, Map.of(Stores.actor("a"), 1L, Stores.actor("b"), 0L)).toCompletableFuture())
			.isDone()
			.isCompletedWithValue(Map.of(Stores.actor("a"), new StoreResult.Applied(1), Stores.actor("b"),
					new StoreResult.Applied(0)));
		store.close();
		Stores.failure(store.confirm(Stores.FENCE, Map.of(Stores.actor("a"), 1L)), StoreException.Kind.CLOSED);
	}

	@Test
	void keepsMoreActorsThanItRemembers() {
		Heads heads = new Heads(10);
		for (int i = 0; i < 100; i++) {
			heads.stage(Stores.actor(i), new Head(i, i, null, 0, Head.Form.NONE, false));
			assertThat(heads.published(Stores.actor(i))).isNull();
			heads.publish();
			Head last = heads.published(Stores.actor(i));
			assertThat(last).isNotNull();
			assertThat(last.sequence()).isEqualTo(i);
		}
		assertThat(heads.published(Stores.actor(92))).isNotNull();
		assertThat(heads.published(Stores.actor(70))).isNull();
	}

	@Test
	void keepsAnyText() {
		EmbeddedActorStore store = Stores.open(this.directory);
		List<String> texts = List.of("", "\u0000", "a\u0000b", "\ud83d", "\ude00", "\ud83d\ude00", "\uffff", "ü",
				"\u0001");
		List<StoredReply> replies = new ArrayList<>();
		List<StoredReminder> reminders = new ArrayList<>();
		ActorId actor = Stores.actor("a");
		for (String text : texts) {
			replies.add(new StoredReply(text, text, 1, Stores.bytes("reply")));
			reminders.add(new StoredReminder(actor, text, 5, Stores.bytes("m")));
		}
		Stores.write(store, new Commit(actor, 0, new BatchId(1, 1), false, null, List.of(), Map.of("\ud83d", 1L),
				List.of(), replies, List.of(), List.of(), List.of(), reminders, List.of(), false));
		assertThat(Stores.load(store, actor).replies()).extracting(StoredReply::key).containsExactlyElementsOf(texts);
		assertThat(Stores.load(store, actor).replies()).extracting(StoredReply::fingerprint).allMatch(texts::contains);
		assertThat(Stores.load(store, actor).received()).containsOnlyKeys("\ud83d");
		assertThat(Stores.await(store.reminders(Stores.FENCE, null, 100))).extracting(StoredReminder::name)
			.containsExactlyInAnyOrderElementsOf(texts);
		store.close();
	}

	@Test
	void staysSmallWhenWrittenAgainAndAgain() throws IOException {
		EmbeddedActorStore store = Stores.open(this.directory);
		Random random = new Random(1);
		int actors = 200;
		int size = 2000;
		long live = (long) actors * size;
		long largest = 0;
		for (int round = 0; round < 200; round++) {
			List<CompletableFuture<StoreResult>> commits = new ArrayList<>();
			for (int i = 0; i < actors; i++) {
				byte[] state = new byte[size / 2 + random.nextInt(size)];
				commits
					.add(store.commit(Stores.FENCE, Stores.state(Stores.actor(i), round, state)).toCompletableFuture());
			}
			commits.forEach(CompletableFuture::join);
			largest = Math.max(largest, length());
		}
		assertThat(largest).isLessThan(4 * live + (64 << 20));
		store.close();
		assertThat(length()).isLessThan(4 * live + (1 << 20));
	}

	private long length() throws IOException {
		long length = 0;
		try (Stream<Path> files = Files.list(this.directory)) {
			for (Path file : files.toList()) {
				length += Files.size(file);
			}
		}
		return length;
	}

}
