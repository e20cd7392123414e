package dev.cajun.activation;

import java.time.Duration;

import dev.cajun.FailurePolicy;
import dev.cajun.Persistence;
import dev.cajun.Placement;
import dev.cajun.ReadConsistency;

/**
 * The settings of one actor type. Immutable; start from {@link #defaults()}.
 *
 * @param persistence what each write stores; default {@link Persistence#STATE}
 * @param passivateAfter idle time after which an activation ends; default 10 minutes
 * @param snapshotEvery journal records between two snapshots, from 1; default 100
 * @param mailboxCapacity unhandled messages one actor may hold, from 1; default 10,000
 * @param mailboxBytes estimated bytes of unhandled messages one actor may hold, from 1;
 * default 64 MiB
 * @param onFailure what happens after a handler threw; default
 * {@link FailurePolicy#RESUME}
 * @param retry for {@link FailurePolicy#RETRY}
 * @param placement where the actors live; default {@link Placement#SHARDED}
 * @param readConsistency of asks that name none; default {@link ReadConsistency#STRONG}
 * @param askTimeout of asks that name none; default 5 s
 * @param slowAfter how long a handler may be at one message until that is made known;
 * default 10 s
 */
public record ActorSettings(Persistence persistence, Duration passivateAfter, int snapshotEvery, int mailboxCapacity,
		long mailboxBytes, FailurePolicy onFailure, RetrySettings retry, Placement placement,
		ReadConsistency readConsistency, Duration askTimeout, Duration slowAfter) {

	private static final ActorSettings DEFAULTS = new ActorSettings(Persistence.STATE, Duration.ofMinutes(10), 100,
			10_000, 64L << 20, FailurePolicy.RESUME, RetrySettings.DEFAULTS, Placement.SHARDED, ReadConsistency.STRONG,
			Duration.ofSeconds(5), Duration.ofSeconds(10));

	/** The largest mailbox capacity. */
	public static final int MAX_MAILBOX_CAPACITY = 1 << 23;

	/**
	 * Creates settings.
	 * @throws IllegalArgumentException if a value is out of its range
	 */
	public ActorSettings {
		require(passivateAfter.isPositive(), "passivate-after must be positive, was " + passivateAfter);
		require(snapshotEvery >= 1, "snapshot-every must be at least 1, was " + snapshotEvery);
		require(mailboxCapacity >= 1 && mailboxCapacity <= MAX_MAILBOX_CAPACITY,
				"mailbox-capacity must be 1 to " + MAX_MAILBOX_CAPACITY + ", was " + mailboxCapacity);
		require(mailboxBytes >= 1 && mailboxBytes <= 1L << 37,
				"mailbox-bytes must be 1 to 128 GiB, was " + mailboxBytes);
		require(askTimeout.isPositive(), "ask-timeout must be positive, was " + askTimeout);
		require(slowAfter.isPositive(), "slow-after must be positive, was " + slowAfter);
		require(placement != Placement.LOCAL || persistence == Persistence.NONE,
				"placement LOCAL needs persistence NONE, was " + persistence);
	}

	private static void require(boolean holds, String message) {
		if (!holds) {
			throw new IllegalArgumentException(message);
		}
	}

	/**
	 * The defaults.
	 * @return settings with every default
	 */
	public static ActorSettings defaults() {
		return DEFAULTS;
	}

	/**
	 * These settings with another persistence.
	 * @param persistence see the component
	 * @return new settings
	 */
	public ActorSettings withPersistence(Persistence persistence) {
		return new ActorSettings(persistence, this.passivateAfter, this.snapshotEvery, this.mailboxCapacity,
				this.mailboxBytes, this.onFailure, this.retry, this.placement, this.readConsistency, this.askTimeout,
				this.slowAfter);
	}

	/**
	 * These settings with another passivateAfter.
	 * @param passivateAfter see the component
	 * @return new settings
	 */
	public ActorSettings withPassivateAfter(Duration passivateAfter) {
		return new ActorSettings(this.persistence, passivateAfter, this.snapshotEvery, this.mailboxCapacity,
				this.mailboxBytes, this.onFailure, this.retry, this.placement, this.readConsistency, this.askTimeout,
				this.slowAfter);
	}

	/**
	 * These settings with another snapshotEvery.
	 * @param snapshotEvery see the component
	 * @return new settings
	 */
	public ActorSettings withSnapshotEvery(int snapshotEvery) {
		return new ActorSettings(this.persistence, this.passivateAfter, snapshotEvery, this.mailboxCapacity,
				this.mailboxBytes, this.onFailure, this.retry, this.placement, this.readConsistency, this.askTimeout,
				this.slowAfter);
	}

	/**
	 * These settings with another mailboxCapacity.
	 * @param mailboxCapacity see the component
	 * @return new settings
	 */
	public ActorSettings withMailboxCapacity(int mailboxCapacity) {
		return new ActorSettings(this.persistence, this.passivateAfter, this.snapshotEvery, mailboxCapacity,
				this.mailboxBytes, this.onFailure, this.retry, this.placement, this.readConsistency, this.askTimeout,
				this.slowAfter);
	}

	/**
	 * These settings with another mailboxBytes.
	 * @param mailboxBytes see the component
	 * @return new settings
	 */
	public ActorSettings withMailboxBytes(long mailboxBytes) {
		return new ActorSettings(this.persistence, this.passivateAfter, this.snapshotEvery, this.mailboxCapacity,
				mailboxBytes, this.onFailure, this.retry, this.placement, this.readConsistency, this.askTimeout,
				this.slowAfter);
	}

	/**
	 * These settings with another onFailure.
	 * @param onFailure see the component
	 * @return new settings
	 */
	public ActorSettings withOnFailure(FailurePolicy onFailure) {
		return new ActorSettings(this.persistence, this.passivateAfter, this.snapshotEvery, this.mailboxCapacity,
				this.mailboxBytes, onFailure, this.retry, this.placement, this.readConsistency, this.askTimeout,
				this.slowAfter);
	}

	/**
	 * These settings with another retry.
	 * @param retry see the component
	 * @return new settings
	 */
	public ActorSettings withRetry(RetrySettings retry) {
		return new ActorSettings(this.persistence, this.passivateAfter, this.snapshotEvery, this.mailboxCapacity,
				this.mailboxBytes, this.onFailure, retry, this.placement, this.readConsistency, this.askTimeout,
				this.slowAfter);
	}

	/**
	 * These settings with another placement.
	 * @param placement see the component
	 * @return new settings
	 */
	public ActorSettings withPlacement(Placement placement) {
		return new ActorSettings(this.persistence, this.passivateAfter, this.snapshotEvery, this.mailboxCapacity,
				this.mailboxBytes, this.onFailure, this.retry, placement, this.readConsistency, this.askTimeout,
				this.slowAfter);
	}

	/**
	 * These settings with another readConsistency.
	 * @param readConsistency see the component
	 * @return new settings
	 */
	public ActorSettings withReadConsistency(ReadConsistency readConsistency) {
		return new ActorSettings(this.persistence, this.passivateAfter, this.snapshotEvery, this.mailboxCapacity,
				this.mailboxBytes, this.onFailure, this.retry, this.placement, readConsistency, this.askTimeout,
				this.slowAfter);
	}

	/**
	 * These settings with another askTimeout.
	 * @param askTimeout see the component
	 * @return new settings
	 */
	public ActorSettings withAskTimeout(Duration askTimeout) {
		return new ActorSettings(this.persistence, this.passivateAfter, this.snapshotEvery, this.mailboxCapacity,
				this.mailboxBytes, this.onFailure, this.retry, this.placement, this.readConsistency, askTimeout,
				this.slowAfter);
	}

	/**
	 * These settings with another slowAfter.
	 * @param slowAfter see the component
	 * @return new settings
	 */
	public ActorSettings withSlowAfter(Duration slowAfter) {
		return new ActorSettings(this.persistence, this.passivateAfter, this.snapshotEvery, this.mailboxCapacity,
				this.mailboxBytes, this.onFailure, this.retry, this.placement, this.readConsistency, this.askTimeout,
				slowAfter);
	}

}
