package dev.cajun.cluster;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.cajun.ActorId;

/**
 * The answer to an ask. To wait for it on a handler's thread is checked as a call is, for
 * this future and for every stage made of it.
 */
final class AskFuture<T> extends CompletableFuture<T> {

	private final Router router;

	private final ActorId asked;

	AskFuture(Router router, ActorId asked) {
		this.router = router;
		this.asked = asked;
	}

	@Override
	public <U> CompletableFuture<U> newIncompleteFuture() {
		return new AskFuture<>(this.router, this.asked);
	}

	@Override
	public T get() throws InterruptedException, ExecutionException {
		if (isDone()) {
			return super.get();
		}
		Blocking blocking = Blocking.on(this.router, this.asked, this::isDone, () -> {
		});
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
		Blocking blocking = Blocking.on(this.router, this.asked, this::isDone, () -> {
		});
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
		Blocking blocking = Blocking.on(this.router, this.asked, this::isDone, () -> {
		});
		try {
			return super.join();
		}
		finally {
			blocking.end();
		}
	}

}
