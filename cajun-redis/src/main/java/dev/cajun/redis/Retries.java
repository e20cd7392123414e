package dev.cajun.redis;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.cajun.store.StoreException;

/**
 * What becomes of a call that Redis refused: it is sent again, at once or after a while,
 * as long as its time lasts and as the store is open; or it fails, with what to do.
 */
final class Retries {

	private static final long LONGEST_DELAY_MILLIS = 100;

	private static final int MOST_FOR_SOURCE = 10;

	private final Connections connections;

	private final Slots slots;

	/** Calls between a refusal and the next attempt, and what the refusal said. */
	private final Map<Call<?>, String> waiting = new ConcurrentHashMap<>();

	/** Calls that are neither waiting nor under way. */
	private final AtomicInteger inHand = new AtomicInteger();

	private volatile boolean closed;

	Retries(Connections connections, Slots slots) {
		this.connections = connections;
		this.slots = slots;
	}

	boolean isIdle() {
		return this.waiting.isEmpty() && this.inHand.get() == 0;
	}

	/** Redis refused a call. */
	void refused(Link link, Call<?> call, String error) {
		this.inHand.incrementAndGet();
		try {
			cure(link, call, error);
		}
		finally {
			this.inHand.decrementAndGet();
		}
	}

	private void cure(Link link, Call<?> call, String error) {
		Failure failure = Failure.of(error);
		if (failure == Failure.NOSCRIPT && call.attempt() < MOST_FOR_SOURCE) {
			Link.Live live = link.live();
			if (live != null) {
				again(link, live, call.again(true));
				return;
			}
		}
		long left = call.deadlineNanos() - System.nanoTime();
		long delay = TimeUnit.MILLISECONDS.toNanos(Math.min(LONGEST_DELAY_MILLIS, 2L << Math.min(call.attempt(), 10)));
		boolean inTime = left > delay;
		switch (failure.cure()) {
			case ASK -> {
				if (inTime && ask(call, error)) {
					return;
				}
			}
			case ROUTE -> {
				if (failure == Failure.MOVED) {
					this.slots.moved(error);
				}
				this.slots.refresh();
			}
			case RECONNECT -> {
				link.reconnect();
				this.slots.refresh();
			}
			case SOURCE, WAIT, NONE -> {
			}
		}
		if (failure.cure().isRetry() && inTime) {
			this.connections.statistics().retries.increment();
			later(call.again(false), error, delay);
			return;
		}
		call.fail(new StoreException(failure.kind(),
				"Redis at " + link.server() + " refused " + call.what() + ": " + failure.advice() + " (" + error + ")",
				null));
	}

	private boolean ask(Call<?> call, String error) {
		Server server = this.slots.named(error);
		Link link = (server != null) ? server.link(call.stripe()) : null;
		Link.Live live = (link != null) ? link.live() : null;
		if (link == null || live == null) {
			return false;
		}
		again(link, live, call.asking());
		return true;
	}

	private void again(Link link, Link.Live live, Call<?> call) {
		this.connections.statistics().retries.increment();
		link.submit(live, call);
	}

	private void later(Call<?> call, String error, long nanos) {
		this.waiting.put(call, error);
		if (this.closed) {
			giveUp(call);
			return;
		}
		this.connections.later(() -> {
			this.inHand.incrementAndGet();
			try {
				if (this.waiting.remove(call) != null) {
					send(call, error);
				}
			}
			finally {
				this.inHand.decrementAndGet();
			}
		}, nanos);
	}

	/** Waits for the connection while its time lasts. */
	private void send(Call<?> call, String error) {
		Link link = this.slots.link(call.slot(), call.stripe());
		if ((link == null || link.live() == null) && System.nanoTime() - call.deadlineNanos() < 0) {
			later(call, error, TimeUnit.MILLISECONDS.toNanos(20));
			return;
		}
		this.connections.send(call);
	}

	/** Fails what waits, and what is refused from now on: nobody would send it again. */
	void close() {
		this.closed = true;
		this.waiting.keySet().forEach(this::giveUp);
	}

	private void giveUp(Call<?> call) {
		String error = this.waiting.remove(call);
		if (error != null) {
			call.fail(new StoreException(
					StoreException.Kind.CLOSED, "The Redis store was closed before " + call.what()
							+ " was sent again, which Redis had refused (" + error + "). Nothing was changed by it",
					null));
		}
	}

}
