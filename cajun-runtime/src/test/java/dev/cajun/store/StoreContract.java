package dev.cajun.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

import dev.cajun.ActorId;
import dev.cajun.Delivery;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An open store for each test, and short ways to write and read.
 */
abstract class StoreContract {

	static final int SHARDS = 16;

	static final StoreMeta META = new StoreMeta("3f0c", "test", SHARDS, StoreMeta.FORMAT_VERSION);

	private static final AtomicLong counter = new AtomicLong();

	ActorStore store;

	/**
	 * A store that is not open, over the data of this test: none at the first call,
	 * afterwards what was there when the store before was closed.
	 */
	protected abstract ActorStore store();

	@BeforeEach
	void openStore() {
		this.store = store();
		await(this.store.open(META));
	}

	@AfterEach
	void closeStore() {
		this.store.close();
	}

	void restart() {
		this.store.close();
		this.store = store();
		await(this.store.open(META));
	}

	static <T> T await(CompletionStage<T> stage) {
		try {
			return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof RuntimeException cause) ? cause : new CompletionException(ex.getCause());
		}
		catch (InterruptedException | TimeoutException ex) {
			throw new IllegalStateException(ex);
		}
	}

	Fence claim(int shard, long epoch, String owner) {
		Fence fence = new Fence(shard, epoch, owner);
		assertThat(await(this.store.claim(fence, false))).isInstanceOf(ClaimResult.Claimed.class);
		return fence;
	}

	StoredActor load(Fence fence, ActorId actor) {
		return ((LoadResult.Loaded) await(this.store.load(fence, actor))).actor();
	}

	/** Writes, and expects it to be applied. */
	void write(Fence fence, Write write) {
		Commit commit = write.commit();
		assertThat(await(this.store.commit(fence, commit))).isEqualTo(new StoreResult.Applied(commit.nextSequence()));
	}

	List<StoredReminder> reminders(Fence fence) {
		return await(this.store.reminders(fence, null, 1000));
	}

	static BatchId newBatch() {
		return new BatchId(-7, counter.incrementAndGet());
	}

	static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.UTF_8);
	}

	static List<String> texts(List<byte[]> records) {
		return records.stream().map(StoreContract::text).toList();
	}

	/** All of an actor as text, to compare. */
	static String describe(StoredActor actor) {
		StringBuilder text = new StringBuilder();
		text.append(actor.sequence()).append(' ').append(actor.batch()).append(' ').append(actor.stateSequence());
		text.append(' ').append((actor.state() != null) ? text(actor.state()) : "none");
		text.append(' ').append(texts(actor.records())).append(' ').append(new java.util.TreeMap<>(actor.received()));
		actor.replies()
			.forEach((reply) -> text.append(" reply ")
				.append(List.of(reply.key(), reply.fingerprint(), reply.atMillis(), text(reply.reply()))));
		actor.tells()
			.forEach((tell) -> text.append(" tell ")
				.append(List.of(tell.number(), tell.receiver(), tell.delivery(), text(tell.message()))));
		actor.reminders().stream().map(StoreContract::describe).sorted().forEach((one) -> text.append(' ').append(one));
		return text.toString();
	}

	static String describe(StoredReminder reminder) {
		return reminder.actor() + "|" + reminder.name() + "|" + reminder.dueMillis() + "|" + text(reminder.message());
	}

	/** A commit in the making. */
	static final class Write {

		private final ActorId actor;

		private final long expected;

		private BatchId batch = newBatch();

		private boolean clear;

		private byte[] state;

		private final List<byte[]> records = new ArrayList<>();

		private final Map<String, Long> received = new HashMap<>();

		private final List<String> forgotten = new ArrayList<>();

		private final List<StoredReply> replies = new ArrayList<>();

		private final List<String> expired = new ArrayList<>();

		private final List<StoredTell> tells = new ArrayList<>();

		private final List<Long> acknowledged = new ArrayList<>();

		private final List<StoredReminder> reminders = new ArrayList<>();

		private final List<String> cancelled = new ArrayList<>();

		private boolean wake;

		private Write(ActorId actor, long expected) {
			this.actor = actor;
			this.expected = expected;
		}

		static Write to(ActorId actor, long expected) {
			return new Write(actor, expected);
		}

		Write batch(BatchId batch) {
			this.batch = batch;
			return this;
		}

		Write clear() {
			this.clear = true;
			return this;
		}

		Write state(String state) {
			return state(bytes(state));
		}

		Write state(byte[] state) {
			this.state = state;
			return this;
		}

		Write records(String... records) {
			for (String record : records) {
				this.records.add(bytes(record));
			}
			return this;
		}

		Write received(String sender, long number) {
			this.received.put(sender, number);
			return this;
		}

		Write forget(String sender) {
			this.forgotten.add(sender);
			return this;
		}

		Write reply(String key, long atMillis, String reply) {
			this.replies.add(new StoredReply(key, "fingerprint of " + key, atMillis, bytes(reply)));
			return this;
		}

		Write expire(String key) {
			this.expired.add(key);
			return this;
		}

		Write tell(long number, ActorId receiver, Delivery delivery, String message) {
			this.tells.add(new StoredTell(number, receiver, delivery, bytes(message)));
			return this;
		}

		Write acknowledge(long number) {
			this.acknowledged.add(number);
			return this;
		}

		Write remind(String name, long dueMillis, String message) {
			this.reminders.add(new StoredReminder(this.actor, name, dueMillis, bytes(message)));
			return this;
		}

		Write cancel(String name) {
			this.cancelled.add(name);
			return this;
		}

		Write wake() {
			this.wake = true;
			return this;
		}

		Commit commit() {
			return new Commit(this.actor, this.expected, this.batch, this.clear, this.state, List.copyOf(this.records),
					Map.copyOf(this.received), List.copyOf(this.forgotten), List.copyOf(this.replies),
					List.copyOf(this.expired), List.copyOf(this.tells), List.copyOf(this.acknowledged),
					List.copyOf(this.reminders), List.copyOf(this.cancelled), this.wake);
		}

	}

}
