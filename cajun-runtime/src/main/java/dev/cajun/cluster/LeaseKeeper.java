package dev.cajun.cluster;

import java.time.Duration;

import dev.cajun.metadata.Lease;
import dev.cajun.metadata.MetadataException;
import dev.cajun.metadata.MetadataStore;
import dev.cajun.time.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one lease alive. The deadline is the monotonic clock at the moment of sending,
 * plus what was granted, less a margin: past it the lease is not <em>provable</em>, which
 * may pass again. It is <em>lost</em> when the store says that there is no such lease, or
 * answers out of another history; then this keeper is done.
 * <p>
 * Used in the event loop only.
 */
final class LeaseKeeper {

	private static final Logger logger = LoggerFactory.getLogger(LeaseKeeper.class);

	/**
	 * Renewals within the lease's time: a process that is paused for 0.8 of it, just
	 * before it renews, keeps its lease.
	 */
	private static final int RENEWALS = 6;

	private final EventLoop loop;

	private final MetadataStore metadata;

	private final Listener listener;

	private final Lease lease;

	private final Duration retry;

	private long deadline;

	/** When the last call was sent that was answered. */
	private long answered;

	private boolean provable;

	private boolean done;

	private Scheduler.@Nullable Cancellable timer;

	private Scheduler.@Nullable Cancellable expiry;

	/**
	 * Starts to keep a lease.
	 * @param granted the lease
	 * @param sent when the call was sent that granted it
	 */
	LeaseKeeper(EventLoop loop, MetadataStore metadata, Lease granted, long sent, Listener listener) {
		this.loop = loop;
		this.metadata = metadata;
		this.listener = listener;
		this.lease = granted;
		this.retry = min(granted.ttl().dividedBy(10), Duration.ofMillis(500));
		kept(granted, sent);
	}

	long id() {
		return this.lease.id();
	}

	/** Whether nobody else can hold the lease for ended. */
	boolean isProvable() {
		return !this.done && this.loop.nanoTime() - this.deadline < 0;
	}

	long deadline() {
		return this.deadline;
	}

	/** How long ago the last call was sent that was answered. */
	Duration age() {
		return Duration.ofNanos(this.loop.nanoTime() - this.answered);
	}

	/** Whether two renewals at most are under way or were lost. */
	boolean isAnswered() {
		return age().compareTo(this.lease.ttl().multipliedBy(2).dividedBy(RENEWALS)) <= 0;
	}

	/** Stops keeping it. */
	void stop() {
		this.done = true;
		cancel(this.timer);
		cancel(this.expiry);
	}

	private void kept(Lease answer, long sent) {
		if (answer.history() != this.lease.history()) {
			lost("the metadata's history has changed");
			return;
		}
		this.answered = sent;
		Duration margin = min(answer.ttl().dividedBy(10), Duration.ofSeconds(1));
		this.deadline = sent + answer.ttl().minus(margin).toNanos();
		long left = this.deadline - this.loop.nanoTime();
		cancel(this.expiry);
		this.expiry = this.loop.after(Duration.ofNanos(Math.max(0, left)), this::checkDeadline);
		if (left > 0) {
			if (!this.provable) {
				this.provable = true;
				logger.debug("Lease {} is provable", this.lease.id());
			}
			this.listener.provableUntil(this.deadline);
		}
		next(Duration.ofNanos(Math.max(0, sent + answer.ttl().dividedBy(RENEWALS).toNanos() - this.loop.nanoTime())));
	}

	private void checkDeadline() {
		if (!this.done && this.provable && this.loop.nanoTime() - this.deadline >= 0) {
			this.provable = false;
			logger.warn("The lease cannot be proved any more: {} has not answered in time. Volatile actors stop, "
					+ "persistent ones go on", this.metadata.description());
			this.listener.notProvable();
		}
	}

	private void next(Duration delay) {
		cancel(this.timer);
		this.timer = this.loop.after(delay, this::keep);
	}

	private void keep() {
		if (this.done) {
			return;
		}
		long sent = this.loop.nanoTime();
		this.loop.when(this.metadata.keepAlive(this.lease.id()), (answer) -> {
			if (!this.done) {
				kept(answer, sent);
			}
		}, this::failed);
	}

	private void failed(Throwable error) {
		if (this.done) {
			return;
		}
		if (error instanceof MetadataException known && known.kind() == MetadataException.Kind.LEASE_NOT_FOUND) {
			lost("the lease has ended");
		}
		else {
			logger.debug("Lease {} was not kept alive this time: {}", this.lease.id(), error.toString());
			next(this.retry);
		}
	}

	private void lost(String reason) {
		stop();
		this.listener.lost(reason);
	}

	private static void cancel(Scheduler.@Nullable Cancellable task) {
		if (task != null) {
			task.cancel();
		}
	}

	private static Duration min(Duration one, Duration other) {
		return (one.compareTo(other) < 0) ? one : other;
	}

	/** Hears of the lease. */
	interface Listener {

		/** It can be proved until then. */
		void provableUntil(long nanoTime);

		/** It may have ended, for all this node knows. */
		void notProvable();

		/** It has ended. Nothing more is heard of it. */
		void lost(String reason);

	}

}
