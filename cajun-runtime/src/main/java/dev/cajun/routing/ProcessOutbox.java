package dev.cajun.routing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

import dev.cajun.ActorId;
import dev.cajun.Delivery;
import dev.cajun.MailboxFullException;
import dev.cajun.OutcomeUnknownException;
import dev.cajun.activation.Host;
import dev.cajun.activation.NumberedTell;
import dev.cajun.activation.Outbound;
import dev.cajun.activation.Refusal;

/**
 * The guaranteed tells of code that is no persistent actor: the process is the sender.
 * They are sent again until they are acknowledged, while the process lives.
 * <p>
 * Thread-safe: one lock guards all windows; nothing waits under it.
 */
final class ProcessOutbox implements Outbound.Port {

	/** Tells to one receiver that may be unacknowledged. */
	private static final int MAX_OUTSTANDING = 10_000;

	private final ReentrantLock lock = new ReentrantLock();

	private final Map<ActorId, Outbound> windows = new HashMap<>();

	private final Host host;

	/** No actor id begins so. */
	private final String sender;

	private long numbers;

	ProcessOutbox(Host host) {
		this.host = host;
		this.sender = "#" + host.lateReplies().process();
	}

	CompletableFuture<Void> tell(ActorId receiver, Object message, int size, Delivery delivery) {
		CompletableFuture<Void> done = new CompletableFuture<>();
		tell(receiver, message, size, delivery, done);
		return done;
	}

	void tell(ActorId receiver, Object message, int size, Delivery delivery, CompletableFuture<Void> done) {
		this.lock.lock();
		try {
			Outbound window = this.windows.computeIfAbsent(receiver, (id) -> new Outbound(this.sender, id, this));
			if (window.size() >= MAX_OUTSTANDING) {
				throw new MailboxFullException("This process has " + window.size()
						+ " unacknowledged guaranteed tells to actor " + receiver + "; send the message again later");
			}
			window.add(new Outbound.Pending(++this.numbers, delivery, size, () -> message, done));
		}
		finally {
			this.lock.unlock();
		}
	}

	boolean isEmpty() {
		this.lock.lock();
		try {
			return this.windows.isEmpty();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Fails what is not acknowledged. */
	void close() {
		List<CompletableFuture<Void>> open = new ArrayList<>();
		this.lock.lock();
		try {
			for (Outbound window : this.windows.values()) {
				for (Outbound.Pending tell : window.handled(Long.MAX_VALUE)) {
					if (tell.done() != null) {
						open.add(tell.done());
					}
				}
			}
			this.windows.clear();
		}
		finally {
			this.lock.unlock();
		}
		for (CompletableFuture<Void> done : open) {
			this.host.execute(() -> done.completeExceptionally(new OutcomeUnknownException(
					"Node " + this.host.node() + " stopped before the message was acknowledged")));
		}
	}

	@Override
	public void send(ActorId receiver, NumberedTell tell) {
		this.host.send(receiver, tell);
	}

	@Override
	public NumberedTell.Sender answers(Outbound window, int round) {
		return new NumberedTell.Sender() {

			@Override
			public void handled(long number) {
				acknowledge(window, number);
			}

			@Override
			public void refused(long number, Refusal refusal) {
				ProcessOutbox.this.lock.lock();
				try {
					window.refused(round);
				}
				finally {
					ProcessOutbox.this.lock.unlock();
				}
			}

		};
	}

	private void acknowledge(Outbound window, long number) {
		List<Outbound.Pending> acknowledged;
		boolean empty;
		this.lock.lock();
		try {
			acknowledged = window.handled(number);
			empty = !acknowledged.isEmpty() && window.isEmpty() && this.windows.remove(window.receiver(), window);
			if (empty) {
				this.host.settled(window.receiver(), this.sender, number);
			}
		}
		finally {
			this.lock.unlock();
		}
		for (Outbound.Pending tell : acknowledged) {
			CompletableFuture<Void> done = tell.done();
			if (done != null) {
				this.host.execute(() -> done.complete(null));
			}
		}
	}

	@Override
	public void sendAllLater(Outbound window, long delayNanos) {
		this.host.scheduler().schedule(delayNanos, () -> this.host.execute(() -> {
			this.lock.lock();
			try {
				window.sendAll();
			}
			finally {
				this.lock.unlock();
			}
		}));
	}

	@Override
	public void unreadable(ActorId receiver, Outbound.Pending tell, RuntimeException error) {
		throw new IllegalStateException("A message in memory cannot be unreadable", error);
	}

}
