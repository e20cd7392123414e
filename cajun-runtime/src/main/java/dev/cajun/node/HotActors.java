package dev.cajun.node;

import java.util.List;

/**
 * The actors of one node that have most to do.
 *
 * @param byMessages by messages per second, the most first
 * @param byHandlerTime by the time that their handlers take, the most first
 * @param byMailbox by the messages that wait or are in hand, the fullest mailbox first
 */
public record HotActors(List<HotActor> byMessages, List<HotActor> byHandlerTime, List<HotActor> byMailbox) {

	HotActors first(int limit) {
		return new HotActors(this.byMessages.stream().limit(limit).toList(),
				this.byHandlerTime.stream().limit(limit).toList(), this.byMailbox.stream().limit(limit).toList());
	}

}
