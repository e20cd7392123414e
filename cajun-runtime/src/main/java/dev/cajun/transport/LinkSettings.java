package dev.cajun.transport;

import java.time.Duration;

/**
 * How links behave.
 *
 * @param streams streams of each link, from 1 to 64
 * @param maxMessageSize bytes of one message, at most
 * @param queueMessages messages that one link holds, queued or not yet acknowledged, at
 * most; up to 2^24 - 1
 * @param queueBytes bytes that one link holds, at most; one message alone may be larger
 * @param connectTimeout until a connection must be accepted by the peer
 * @param heartbeat between two questions to the peer whether it still hears
 * @param silence without an answer, after which a connection is given up and made anew
 * @param acknowledgeDelay the least time between two acknowledgements of one stream
 * @param minBackoff between two attempts to connect, at first
 * @param maxBackoff between two attempts to connect, at last
 * @param breakerFailures failed attempts in a row that open the circuit breaker
 * @param breakerOpen how long the circuit breaker stays open before one attempt is made
 */
public record LinkSettings(int streams, int maxMessageSize, int queueMessages, long queueBytes, Duration connectTimeout,
		Duration heartbeat, Duration silence, Duration acknowledgeDelay, Duration minBackoff, Duration maxBackoff,
		int breakerFailures, Duration breakerOpen) {

	/**
	 * One stream; messages up to 1 MiB; 65,536 messages and 16 MiB on their way; 3 s to
	 * connect; a heartbeat each second and 5 s of silence; the breaker opens for 10 s
	 * after 5 failures.
	 */
	public static final LinkSettings DEFAULTS = new LinkSettings(1, 1 << 20, 1 << 16, 16L << 20, Duration.ofSeconds(3),
			Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofMillis(5), Duration.ofMillis(50),
			Duration.ofSeconds(1), 5, Duration.ofSeconds(10));

	public LinkSettings {
		if (streams < 1 || streams > 64 || maxMessageSize < 1 || queueMessages < 1 || queueMessages >= 1 << 24
				|| queueBytes < 1 || breakerFailures < 1) {
			throw new IllegalArgumentException("Not the settings of a link: " + streams + " streams, messages up to "
					+ maxMessageSize + " bytes, a queue of " + queueMessages + " messages and " + queueBytes
					+ " bytes, " + breakerFailures + " failures");
		}
	}

	/**
	 * With another number of streams.
	 * @param streams from 1 to 64
	 * @return a copy
	 */
	public LinkSettings withStreams(int streams) {
		return new LinkSettings(streams, this.maxMessageSize, this.queueMessages, this.queueBytes, this.connectTimeout,
				this.heartbeat, this.silence, this.acknowledgeDelay, this.minBackoff, this.maxBackoff,
				this.breakerFailures, this.breakerOpen);
	}

	/**
	 * With other bounds.
	 * @param maxMessageSize bytes of one message
	 * @param queueMessages messages that one link holds
	 * @param queueBytes bytes that one link holds
	 * @return a copy
	 */
	public LinkSettings withBounds(int maxMessageSize, int queueMessages, long queueBytes) {
		return new LinkSettings(this.streams, maxMessageSize, queueMessages, queueBytes, this.connectTimeout,
				this.heartbeat, this.silence, this.acknowledgeDelay, this.minBackoff, this.maxBackoff,
				this.breakerFailures, this.breakerOpen);
	}

	/**
	 * With other times.
	 * @param connectTimeout until a connection must be accepted
	 * @param heartbeat between two heartbeats
	 * @param silence after which a connection is given up
	 * @param breakerOpen how long the circuit breaker stays open
	 * @return a copy
	 */
	public LinkSettings withTimes(Duration connectTimeout, Duration heartbeat, Duration silence, Duration breakerOpen) {
		return new LinkSettings(this.streams, this.maxMessageSize, this.queueMessages, this.queueBytes, connectTimeout,
				heartbeat, silence, this.acknowledgeDelay, this.minBackoff, this.maxBackoff, this.breakerFailures,
				breakerOpen);
	}

}
