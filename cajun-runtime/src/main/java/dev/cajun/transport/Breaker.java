package dev.cajun.transport;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;

import dev.cajun.time.Scheduler;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;

/**
 * The circuit breaker of one peer: counts attempts to connect, not messages. It opens
 * when as many in a row failed as the settings say, and lets a single attempt through
 * when it has been open for long enough.
 */
final class Breaker {

	private final CircuitBreaker breaker;

	Breaker(String name, LinkSettings settings, Scheduler time) {
		this.breaker = CircuitBreaker.of(name, CircuitBreakerConfig.custom()
			.slidingWindow(settings.breakerFailures(), settings.breakerFailures(), SlidingWindowType.COUNT_BASED)
			.failureRateThreshold(100)
			.permittedNumberOfCallsInHalfOpenState(1)
			.waitDurationInOpenState(settings.breakerOpen())
			.clock(new MonotonicClock(time))
			.currentTimestampFunction((clock) -> time.nanoTime(), TimeUnit.NANOSECONDS)
			.build());
	}

	/** Whether an attempt may be made now; then its outcome must be told. */
	boolean tryAcquire() {
		return this.breaker.tryAcquirePermission();
	}

	void succeeded() {
		this.breaker.onSuccess(0, TimeUnit.NANOSECONDS);
	}

	void failed(String reason) {
		this.breaker.onError(0, TimeUnit.NANOSECONDS, new TransportException(reason, null));
	}

	/** Lets an attempt through, although the time has not come. */
	void hurry() {
		if (this.breaker.getState() == CircuitBreaker.State.OPEN) {
			this.breaker.transitionToHalfOpenState();
		}
	}

	boolean isClosed() {
		return this.breaker.getState() == CircuitBreaker.State.CLOSED;
	}

	TransportStatistics.BreakerState state() {
		return switch (this.breaker.getState()) {
			case OPEN, FORCED_OPEN -> TransportStatistics.BreakerState.OPEN;
			case HALF_OPEN -> TransportStatistics.BreakerState.HALF_OPEN;
			case CLOSED, DISABLED, METRICS_ONLY -> TransportStatistics.BreakerState.CLOSED;
		};
	}

	/**
	 * The monotonic clock in the form that the library asks for: a step of the wall clock
	 * must not keep a breaker open.
	 */
	private static final class MonotonicClock extends Clock {

		private final Scheduler time;

		MonotonicClock(Scheduler time) {
			this.time = time;
		}

		@Override
		public ZoneId getZone() {
			return ZoneOffset.UTC;
		}

		@Override
		public Clock withZone(ZoneId zone) {
			return this;
		}

		@Override
		public Instant instant() {
			return Instant.EPOCH.plusNanos(this.time.nanoTime());
		}

	}

}
