package dev.cajun.redis;

/** What an acknowledged write survives. */
public sealed interface RedisDurability {

	/**
	 * Redis acknowledged it: with {@code appendfsync everysec} it survives the end of the
	 * process, and may be lost with the last second before a power loss, or with a
	 * failover.
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
