package dev.cajun.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import dev.cajun.store.StoreException;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import org.jspecify.annotations.Nullable;

/** Puts one WAIT, or WAITAOF, behind the writes that are sent together. */
@SuppressWarnings("FutureReturnValueIgnored") // whatever they become is handled in them
final class Durability {

	private static final ProtocolKeyword WAITAOF = new ProtocolKeyword() {

		@Override
		public byte[] getBytes() {
			return "WAITAOF".getBytes(StandardCharsets.US_ASCII);
		}

		@Override
		public String toString() {
			return "WAITAOF";
		}

	};

	private final RedisDurability wanted;

	private final Duration timeout;

	Durability(RedisDurability wanted, Duration timeout) {
		this.wanted = wanted;
		this.timeout = timeout;
	}

	/** What is to be sent behind these calls, or {@code null}. */
	@Nullable Call<?> waitFor(List<Call<?>> batch, Link link) {
		if (this.wanted instanceof RedisDurability.Ack || batch.stream().noneMatch(Call::isWrite)) {
			return null;
		}
		Group group = new Group();
		for (Call<?> call : batch) {
			if (call.isWrite()) {
				call.group(group);
			}
		}
		// Before the command's own time is over, so that the answer is Redis's
		String millis = String.valueOf(Math.max(1, this.timeout.toMillis() / 2));
		Call<Long> wait = switch (this.wanted) {
			case RedisDurability.Replicated replicated ->
				call(CommandType.WAIT, String.valueOf(replicated.replicas()), millis);
			case RedisDurability.Fsync fsync -> call(WAITAOF, "1", "0", millis);
			case RedisDurability.Ack ack -> throw new IllegalStateException();
		};
		wait.sentOver(link);
		wait.result().whenComplete((reached, ex) -> group.end(failure(reached, ex)));
		return wait;
	}

	private @Nullable StoreException failure(@Nullable Long reached, @Nullable Throwable ex) {
		if (ex != null) {
			return new StoreException(StoreException.Kind.UNKNOWN,
					"The Redis store does not know whether a write is as durable as " + this.wanted
							+ " asks for. It may have been carried out; send the same again to find out: "
							+ ex.getMessage(),
					ex);
		}
		long needed = (this.wanted instanceof RedisDurability.Replicated replicated) ? replicated.replicas() : 1;
		if (reached != null && reached >= needed) {
			return null;
		}
		return new StoreException(StoreException.Kind.UNKNOWN,
				"The Redis store asks for durability " + this.wanted + ", and only " + reached + " of " + needed
						+ " said in time that they have the write. It was carried out on the master; send the same "
						+ "again, and look at the replicas",
				null);
	}

	private Call<Long> call(ProtocolKeyword keyword, String... arguments) {
		byte[][] parts = new byte[arguments.length][];
		for (int i = 0; i < arguments.length; i++) {
			parts[i] = arguments[i].getBytes(StandardCharsets.US_ASCII);
		}
		return Call.command(keyword, 0, 0, parts, Durability::first, System.nanoTime() + this.timeout.toNanos());
	}

	/** WAIT answers a number, WAITAOF two. */
	private static Long first(@Nullable Object reply) {
		Object first = (reply instanceof List<?> list) ? list.getFirst() : reply;
		return (Long) Objects.requireNonNull(first);
	}

	/**
	 * Writes that were sent together, and whose answers are held back until replicas, or
	 * the disk, have them: one WAIT behind all of them. Redis answers in order, so all
	 * that was answered is here when the answer to WAIT comes. Used by the connection's
	 * thread, but for timeouts.
	 */
	static final class Group {

		private final List<Call<?>> held = new ArrayList<>();

		private boolean over;

		private @Nullable StoreException failure;

		/** Holds an answer back. */
		void hold(Call<?> call) {
			synchronized (this) {
				if (!this.over) {
					this.held.add(call);
					return;
				}
			}
			answer(call);
		}

		/** Lets all answers go: as they are, or as unknown. */
		void end(@Nullable StoreException failure) {
			synchronized (this) {
				this.over = true;
				this.failure = failure;
			}
			this.held.forEach(this::answer);
		}

		private void answer(Call<?> call) {
			StoreException ex = this.failure;
			if (ex == null) {
				call.succeed();
			}
			else {
				call.fail(ex);
			}
		}

	}

}
