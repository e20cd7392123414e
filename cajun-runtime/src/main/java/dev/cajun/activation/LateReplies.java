package dev.cajun.activation;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import dev.cajun.CajunException;
import dev.cajun.ReplyTo;
import org.jspecify.annotations.Nullable;

/**
 * The requests of this process whose answer may come in a later turn.
 * <p>
 * Thread-safe.
 */
public final class LateReplies {

	private final String process;

	private final AtomicLong numbers = new AtomicLong();

	private final ConcurrentHashMap<Long, Ask> waiting = new ConcurrentHashMap<>();

	private final AtomicLong dropped = new AtomicLong();

	/**
	 * Creates an empty table.
	 * @param process identifies this process among all that ever were
	 */
	public LateReplies(String process) {
		this.process = process;
	}

	/**
	 * This process.
	 * @return its identity
	 */
	public String process() {
		return this.process;
	}

	/**
	 * Answers whose caller was gone.
	 * @return how many
	 */
	public long dropped() {
		return this.dropped.get();
	}

	/**
	 * A number for what is to be answered.
	 * @return never given before in this process
	 */
	public long nextNumber() {
		return this.numbers.incrementAndGet();
	}

	void keep(long number, Ask ask) {
		this.waiting.put(number, ask);
	}

	void forget(long number) {
		this.waiting.remove(number);
	}

	/**
	 * Answers a request of this process.
	 * @param number its number
	 * @param answer answers it, if somebody still waits
	 */
	public void answer(long number, Consumer<Ask> answer) {
		Ask ask = this.waiting.get(number);
		if (ask == null) {
			this.dropped.incrementAndGet();
		}
		else {
			answer.accept(ask);
		}
	}

	/**
	 * Answers a request of this process.
	 * @param to the request
	 * @param value the reply
	 * @param error the failure, or {@code null} for a reply
	 */
	public void answer(ReplyTo<?> to, @Nullable Object value, @Nullable CajunException error) {
		Ask ask = to.node().equals(this.process) ? this.waiting.get(to.request()) : null;
		if (ask == null) {
			this.dropped.incrementAndGet();
		}
		else if (error != null) {
			ask.fail(error);
		}
		else {
			ask.complete(value);
		}
	}

}
