package dev.cajun.routing;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.cajun.ActorId;
import org.jspecify.annotations.Nullable;

/**
 * The answer to an ask. To wait for it on a handler's thread is checked as a call is, for
 * this future and for every stage made of it; such a stage may have to wait for more, but
 * not for the actor asked once that has answered.
 */
final class AskFuture<T> extends CompletableFuture<T> {

	private final NodeHost host;

	private final ActorId asked;

	/** The answer that this stage was made of, or {@code null} if it is the answer. */
	private final @Nullable AskFuture<?> answer;

	AskFuture(NodeHost host, ActorId asked) {
		this(host, asked, null);
	}

	private AskFuture(NodeHost host, ActorId asked, @Nullable AskFuture<?> answer) {
		this.host = host;
		this.asked = asked;
		this.answer = answer;
	}

	@Override
	public <U> CompletableFuture<U> newIncompleteFuture() {
		return new AskFuture<>(this.host, this.asked, answer());
	}

	private AskFuture<?> answer() {
		return (this.answer == null) ? this : this.answer;
	}

	private Blocking block() {
		return Blocking.on(this.host, this.asked, answer()::isDone, () -> {
		});
	}

	@Override
	public T get() throws InterruptedException, ExecutionException {
		if (isDone()) {
			return super.get();
		}
		Blocking blocking = block();
		try {
			return super.get();
		}
		finally {
			blocking.end();
		}
	}

	@Override
	public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
		if (isDone()) {
			return super.get(timeout, unit);
		}
		Blocking blocking = block();
		try {
			return super.get(timeout, unit);
		}
		finally {
			blocking.end();
		}
	}

	@Override
	public T join() {
		if (isDone()) {
			return super.join();
		}
		Blocking blocking = block();
		try {
			return super.join();
		}
		finally {
			blocking.end();
		}
	}

}
