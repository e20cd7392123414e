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

	private final LongAdder reconnects = new LongAdder();

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

	void reconnected() {
		this.reconnects.increment();
	}

	void failed() {
		this.failures.increment();
	}

	/** Adds all of this to what other links have done. */
	void addTo(Traffic total) {
		total.sentMessages.add(this.sentMessages.sum());
		total.sentBytes.add(this.sentBytes.sum());
		total.sentFrames.add(this.sentFrames.sum());
		total.sentAgain.add(this.sentAgain.sum());
		total.receivedMessages.add(this.receivedMessages.sum());
		total.receivedBytes.add(this.receivedBytes.sum());
		total.reconnects.add(this.reconnects.sum());
		total.failures.add(this.failures.sum());
	}

	TransportStatistics.Counts counts() {
		return new TransportStatistics.Counts(this.sentMessages.sum(), this.sentBytes.sum(), this.sentFrames.sum(),
				this.sentAgain.sum(), this.receivedMessages.sum(), this.receivedBytes.sum(), this.reconnects.sum(),
				this.failures.sum());
	}

}
