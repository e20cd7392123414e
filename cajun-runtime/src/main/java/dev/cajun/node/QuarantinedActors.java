package dev.cajun.node;

import java.util.List;

import dev.cajun.ActorId;

/**
 * The actors of one node that refuse messages: quarantined, or stopped by their failure
 * policy.
 *
 * @param actors the first of them, by id
 * @param total how many there are
 */
public record QuarantinedActors(List<QuarantinedActor> actors, long total) {

	/** Longer reasons are cut: so many characters of a thousand go to another node. */
	static final int MAX_REASON = 400;

	/**
	 * An actor that refuses messages.
	 *
	 * @param actor the actor
	 * @param reason why, cut
	 */
	public record QuarantinedActor(ActorId actor, String reason) {

	}

}
