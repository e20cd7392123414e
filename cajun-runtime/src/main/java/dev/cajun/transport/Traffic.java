package dev.cajun.transport;

import java.util.concurrent.atomic.LongAdder;

/** Counts what goes to and comes from one process. Thread-safe. */
final class Traffic {

	private final LongAdder sentMessages = new LongAdder();

	private final LongAdder sentBytes = new LongAdder();

	private final LongAdder sentFrames = new LongAdder();

	private final LongAdder sentAgain = new LongAdder();

	private final LongAdder receivedMessages = new LongAdder();

	private final LongAdder receivedBytes = new LongAdder();

	private final LongAdder connects = new LongAdder();

	private final LongAdder failures = new LongAdder();

	void sent(long messages, long bytes, long again) {
		this.sentMessages.add(messages - again);
		this.sentBytes.add(bytes);
		this.sentFrames.increment();
		if (again > 0) {
			this.sentAgain.add(again);
		}
	}

	void received(long messages, long bytes) {
		this.receivedMessages.add(messages);
		this.receivedBytes.add(bytes);
	}

	void connected() {
		this.connects.increment();
	}

	void failed() {
		this.failures.increment();
	}

	TransportStatistics.LinkStatistics snapshot(Transport.Peer peer, TransportStatistics.LinkState state,
			String breaker, long queuedMessages, long queuedBytes) {
		return new TransportStatistics.LinkStatistics(peer, state, breaker, queuedMessages, queuedBytes,
				this.sentMessages.sum(), this.sentBytes.sum(), this.sentFrames.sum(), this.sentAgain.sum(),
				this.receivedMessages.sum(), this.receivedBytes.sum(), Math.max(0, this.connects.sum() - 1),
				this.failures.sum());
	}

}
