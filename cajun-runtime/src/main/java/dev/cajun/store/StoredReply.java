package dev.cajun.store;

/**
 * The first answer to a request with an idempotency key.
 *
 * @param key the idempotency key
 * @param fingerprint identifies the request it was the answer to
 * @param atMillis when it was given, milliseconds of the epoch
 * @param reply the encoded reply or refusal
 */
public record StoredReply(String key, String fingerprint, long atMillis, byte[] reply) {

}
