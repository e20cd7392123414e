package dev.cajun.transport;

import java.util.List;
import java.util.Map;

/**
 * What a transport has done since it was started.
 *
 * @param links one for each process that is linked to, or that is connected
 * @param total what went over all links, those that have ended included
 * @param refused how often this process refused to be connected to, by reason
 */
public record TransportStatistics(List<LinkStatistics> links, Counts total, Map<Refusal, Long> refused) {

	/** Of a transport that was not started. */
	public static final TransportStatistics NONE = new TransportStatistics(List.of(),
			new Counts(0, 0, 0, 0, 0, 0, 0, 0), Map.of());

	/**
	 * One link, and what came from its process.
	 *
	 * @param peer the process at the other end
	 * @param state whether messages flow
	 * @param breaker the circuit breaker
	 * @param queuedMessages messages that are queued, or not yet acknowledged
	 * @param queuedBytes their bytes
	 * @param counts what went to and fro
	 */
	public record LinkStatistics(Transport.Peer peer, LinkState state, BreakerState breaker, long queuedMessages,
			long queuedBytes, Counts counts) {

	}

	/**
	 * What went to and fro.
	 *
	 * @param sentMessages messages sent, each once
	 * @param sentBytes bytes sent, repetitions included
	 * @param sentFrames frames sent
	 * @param sentAgain messages that were sent once more after a reconnect
	 * @param receivedMessages messages received, each once
	 * @param receivedBytes their bytes
	 * @param reconnects connections made after the first
	 * @param failures attempts to connect that failed
	 */
	public record Counts(long sentMessages, long sentBytes, long sentFrames, long sentAgain, long receivedMessages,
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

		/** Connected, but the peer has not answered the last two heartbeats. */
		SILENT,

		/** The next attempt to connect waits for its time. */
		WAITING,

		/** The link was given up. */
		CLOSED

	}

	/** A link's circuit breaker. */
	public enum BreakerState {

		/** Messages are taken. */
		CLOSED,

		/** Messages are refused, because too many attempts to connect failed in a row. */
		OPEN,

		/** Messages are refused, and a single attempt is being made. */
		HALF_OPEN

	}

}
