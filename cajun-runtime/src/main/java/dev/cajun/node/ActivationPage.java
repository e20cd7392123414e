package dev.cajun.node;

import java.util.List;

import dev.cajun.ActorId;
import org.jspecify.annotations.Nullable;

/**
 * One page of actors.
 *
 * @param actors their ids
 * @param cursor where the next page starts, or {@code null} after the last
 */
public record ActivationPage(List<ActorId> actors, @Nullable String cursor) {

}
