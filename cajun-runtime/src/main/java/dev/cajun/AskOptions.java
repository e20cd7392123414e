package dev.cajun;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How one ask is made. Immutable; start from {@link #defaults()}.
 *
 * @param timeout how long the caller waits, or {@code null} for the configured
 * {@code cajun.actor-defaults.ask-timeout}
 * @param idempotencyKey 1 to 256 characters: the same key with the same request returns
 * the first answer and is applied once; {@code null} for none
 * @param readConsistency what a read-only answer may be based on, or {@code null} for the
 * type's setting
 */
public record AskOptions(@Nullable Duration timeout, @Nullable String idempotencyKey,
		@Nullable ReadConsistency readConsistency) {

	private static final AskOptions DEFAULTS = new AskOptions(null, null, null);

	/** The longest idempotency key, in characters. */
	public static final int MAX_IDEMPOTENCY_KEY_LENGTH = 256;

	/**
	 * Creates options.
	 * @throws IllegalArgumentException if the timeout is not positive or the key is empty
	 * or too long
	 */
	public AskOptions {
		if (timeout != null && !timeout.isPositive()) {
			throw new IllegalArgumentException("An ask timeout must be positive, was " + timeout);
		}
		if (idempotencyKey != null
				&& (idempotencyKey.isBlank() || idempotencyKey.length() > MAX_IDEMPOTENCY_KEY_LENGTH)) {
			throw new IllegalArgumentException("An idempotency key has 1 to " + MAX_IDEMPOTENCY_KEY_LENGTH
					+ " characters and is not blank, was '" + idempotencyKey + "'");
		}
	}

	/**
	 * Everything as configured.
	 * @return the defaults
	 */
	public static AskOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * These options with another timeout.
	 * @param timeout how long the caller waits
	 * @return new options
	 */
	public AskOptions withTimeout(Duration timeout) {
		return new AskOptions(timeout, this.idempotencyKey, this.readConsistency);
	}

	/**
	 * These options with an idempotency key.
	 * @param key the key, unique per actor and operation
	 * @return new options
	 */
	public AskOptions withIdempotencyKey(@Nullable String key) {
		return new AskOptions(this.timeout, key, this.readConsistency);
	}

	/**
	 * These options with another read consistency.
	 * @param consistency what a read-only answer may be based on
	 * @return new options
	 */
	public AskOptions withReadConsistency(ReadConsistency consistency) {
		return new AskOptions(this.timeout, this.idempotencyKey, consistency);
	}

}
