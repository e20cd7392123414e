package dev.cajun.cluster;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * One shard's move, as this node saw it.
 *
 * @param number tells it from every other move of the cluster
 * @param shard the shard
 * @param from the name of the node that had it
 * @param to the name of the node that was to have it
 * @param reason why it moved
 * @param phase what it is at
 * @param started when this node saw it first
 * @param ended when it ended, or {@code null}
 * @param failure why the shard is not where it was to go; empty unless it ended so
 */
public record Migration(long number, int shard, String from, String to, String reason, Phase phase, Instant started,
		@Nullable Instant ended, String failure) {

	Migration claiming() {
		return at(Phase.CLAIMING, null, "");
	}

	Migration completed(Instant now) {
		return at(Phase.COMPLETED, now, "");
	}

	Migration ended(Phase how, Instant now, String why) {
		return at(how, now, why);
	}

	private Migration at(Phase next, @Nullable Instant end, String why) {
		return new Migration(this.number, this.shard, this.from, this.to, this.reason, next, this.started, end, why);
	}

	/** What a move is at. */
	public enum Phase {

		/** The owner finishes, and nothing new is begun there. */
		RELEASING,

		/** It has another owner, which claims it. */
		CLAIMING,

		/** The shard is where it should be. */
		COMPLETED,

		/** The owner keeps the shard. */
		ABORTED,

		/** The shard is with a third node: its owner or its target was lost meanwhile. */
		FAILED;

		/** Whether nothing more happens. */
		public boolean isEnd() {
			return this == COMPLETED || this == ABORTED || this == FAILED;
		}

	}

}
