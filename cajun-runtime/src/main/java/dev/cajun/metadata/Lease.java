package dev.cajun.metadata;

import java.time.Duration;

/**
 * A promise to be alive.
 *
 * @param id its id
 * @param ttl how long it lives from the moment the store answered
 * @param history the store's history in which it was granted or kept
 */
public record Lease(long id, Duration ttl, long history) {

}
