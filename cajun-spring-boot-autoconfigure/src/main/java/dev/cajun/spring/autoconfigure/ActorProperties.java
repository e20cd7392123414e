package dev.cajun.spring.autoconfigure;

import java.time.Duration;

import dev.cajun.FailurePolicy;
import dev.cajun.Persistence;
import dev.cajun.Placement;
import dev.cajun.ReadConsistency;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of one actor type; what is absent comes from the annotation, then from the
 * defaults of every type.
 *
 * @param persistence What each write stores.
 * @param passivateAfter Idle time after which an activation ends.
 * @param askTimeout How long an ask that names no timeout waits for the answer.
 * @param slowAfter How long a handler may be at one message until that is made known.
 * @param mailboxCapacity Unhandled messages one actor may hold.
 * @param snapshotEvery Journal records between two snapshots.
 * @param onFailure What happens after the handler threw.
 * @param placement Where the actors live.
 * @param readConsistency What an answer that changed nothing may be based on.
 * @param retry When a message is handled again under the failure policy 'retry'.
 */
record ActorProperties(@Nullable Persistence persistence, @Nullable Duration passivateAfter,
		@Nullable Duration askTimeout, @Nullable Duration slowAfter, @Nullable Integer mailboxCapacity,
		@Nullable Integer snapshotEvery, @Nullable FailurePolicy onFailure, @Nullable Placement placement,
		@Nullable ReadConsistency readConsistency, @DefaultValue Retry retry) {

	static final ActorProperties NONE = new ActorProperties(null, null, null, null, null, null, null, null, null,
			Retry.NONE);

	/** These settings where the other has none. */
	ActorProperties orElse(ActorProperties other) {
		return new ActorProperties(first(this.persistence, other.persistence),
				first(this.passivateAfter, other.passivateAfter), first(this.askTimeout, other.askTimeout),
				first(this.slowAfter, other.slowAfter), first(this.mailboxCapacity, other.mailboxCapacity),
				first(this.snapshotEvery, other.snapshotEvery), first(this.onFailure, other.onFailure),
				first(this.placement, other.placement), first(this.readConsistency, other.readConsistency),
				this.retry.orElse(other.retry));
	}

	static <T> @Nullable T first(@Nullable T one, @Nullable T other) {
		return (one != null) ? one : other;
	}

	/**
	 * Retry.
	 *
	 * @param maxAttempts Attempts in all.
	 * @param delay Delay before the second attempt.
	 * @param multiplier Factor of the delay from attempt to attempt.
	 * @param maxDelay The longest delay.
	 */
	record Retry(@Nullable Integer maxAttempts, @Nullable Duration delay, @Nullable Double multiplier,
			@Nullable Duration maxDelay) {

		static final Retry NONE = new Retry(null, null, null, null);

		Retry orElse(Retry other) {
			return new Retry(first(this.maxAttempts, other.maxAttempts), first(this.delay, other.delay),
					first(this.multiplier, other.multiplier), first(this.maxDelay, other.maxDelay));
		}

	}

}
