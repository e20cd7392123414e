package dev.cajun.redis;

/** What an acknowledged write survives. */
public sealed interface RedisDurability {

	/**
	 * Redis acknowledged it: it survives the end of this process, and with
	 * {@code appendfsync always} the end of Redis. With {@code everysec} Redis keeps what
	 * it acknowledges in its own memory while a sync is under way, up to two seconds, and
	 * loses that when it is killed, and about the last second with a power loss. A
	 * failover may lose it too.
	 */
	record Ack() implements RedisDurability {

		@Override
		public String toString() {
			return "ack";
		}

	}

	/**
	 * So many replicas have it, too ({@code WAIT}). Fewer within the time of a command:
	 * the outcome is unknown, and the write is sent again.
	 *
	 * @param replicas how many, from 1
	 */
	record Replicated(int replicas) implements RedisDurability {

		/** Checks the number. */
		public Replicated {
			if (replicas < 1) {
				throw new IllegalArgumentException("replicas must be at least 1, was " + replicas);
			}
		}

		@Override
		public String toString() {
			return "replicated(" + this.replicas + ")";
		}

	}

	/**
	 * It is on the disk ({@code WAITAOF}, Redis 7.2 or newer, {@code appendonly yes}).
	 */
	record Fsync() implements RedisDurability {

		@Override
		public String toString() {
			return "fsync";
		}

	}

}
