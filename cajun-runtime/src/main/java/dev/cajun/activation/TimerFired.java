package dev.cajun.activation;

import dev.cajun.Delivery;

/** A volatile timer's time has come. */
final class TimerFired extends Envelope {

	private final Timers.Timer timer;

	TimerFired(Timers.Timer timer) {
		super(timer.message(), 0);
		this.timer = timer;
	}

	Timers.Timer timer() {
		return this.timer;
	}

	@Override
	void refuse(Activation receiver, Refusal refusal) {
		receiver.undelivered(this.timer.message(), Delivery.AT_MOST_ONCE, refusal.reason());
	}

}
