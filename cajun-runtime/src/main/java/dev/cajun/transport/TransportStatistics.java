package dev.cajun.transport;

import java.util.List;
import java.util.Map;

/**
 * What a transport has done since it was started.
 *
 * @param links one for each process that is linked to, or that is connected
 * @param refused how often this process refused to be connected to, by reason
 */
public record TransportStatistics(List<LinkStatistics> links, Map<Refusal, Long> refused) {

	/**
	 * What went over one link, and came from its process.
	 *
	 * @param peer the process at the other end
	 * @param state whether messages flow
	 * @param breaker the circuit breaker: {@code CLOSED}, {@code OPEN} or
	 * {@code HALF_OPEN}
	 * @param queuedMessages messages that are queued, or not yet acknowledged
	 * @param queuedBytes their bytes
	 * @param sentMessages messages sent, each once
	 * @param sentBytes bytes sent, repetitions included
	 * @param sentFrames frames sent
	 * @param sentAgain messages that were sent once more after a reconnect
	 * @param receivedMessages messages received, each once
	 * @param receivedBytes their bytes
	 * @param reconnects connections made after the first
	 * @param failures attempts to connect that failed
	 */
	public record LinkStatistics(Transport.Peer peer, LinkState state, String breaker, long queuedMessages,
			long queuedBytes, long sentMessages, long sentBytes, long sentFrames, long sentAgain, long receivedMessages,
			long receivedBytes, long reconnects, long failures) {

	}

	/** Whether messages flow. */
	public enum LinkState {

		/** Nothing was sent yet. */
		IDLE,

		/** A connection is being made. */
		CONNECTING,

		/** Messages flow. */
		CONNECTED,

		/** The next attempt to connect waits for its time. */
		WAITING,

		/** The link was given up. */
		CLOSED

	}

}
