package dev.cajun.activation;

import org.jspecify.annotations.Nullable;

/**
 * How one request is asked, with every default resolved.
 *
 * @param timeoutNanos how long the caller waits
 * @param local whether a read-only answer may leave without asking the store
 * @param key the idempotency key, or {@code null}
 * @param fingerprint identifies the request's content; {@code null} without a key
 * @param size the request's estimated size in bytes
 */
public record AskTerms(long timeoutNanos, boolean local, @Nullable String key, @Nullable String fingerprint, int size) {

}
