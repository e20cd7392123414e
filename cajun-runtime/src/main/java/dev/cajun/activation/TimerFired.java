package dev.cajun.activation;

import dev.cajun.Delivery;

/** A volatile timer's time has come. */
final class TimerFired extends Envelope {

	private final Timers.Timer timer;

	/**
	 * Whether it was found to be neither cancelled nor replaced; it may be handled again.
	 */
	private boolean valid;

	TimerFired(Timers.Timer timer) {
		super(timer.message(), 0);
		this.timer = timer;
	}

	String name() {
		return this.timer.name();
	}

	boolean isValid(Timers timers) {
		this.valid = this.valid || timers.fired(this.timer);
		return this.valid;
	}

	@Override
	void handBack(Activation receiver) {
		if (isValid(receiver.timers())) {
			receiver.handTimer(name(), 0, this.timer.message());
		}
	}

	@Override
	void refuse(Activation receiver, Refusal refusal) {
		receiver.undelivered(this.timer.message(), Delivery.AT_MOST_ONCE, refusal.reason());
	}

}
