package dev.cajun.store;

import java.util.List;

import dev.cajun.ActorId;
import org.jspecify.annotations.Nullable;

/**
 * One page of stored actor ids.
 *
 * @param ids the ids
 * @param cursor where the next page starts, or {@code null} after the last
 */
public record StoredIds(List<ActorId> ids, @Nullable String cursor) {

}
