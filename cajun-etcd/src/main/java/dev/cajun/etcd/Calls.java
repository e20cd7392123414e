package dev.cajun.etcd;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import dev.cajun.metadata.MetadataException;
import dev.cajun.metadata.MetadataException.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests, each with a deadline, and again where that helps and cannot harm.
 * <p>
 * A request whose repetition does no harm is repeated with a growing, jittered delay
 * until its time is over, whatever the failure that a repetition may mend; an attempt
 * gets a third of the time, because the endpoint that it happened upon may be frozen. Any
 * other is sent once, and a second time only when etcd refused a token that has expired.
 * <p>
 * jetcd is only called on threads that may block, for it resolves names on its caller's
 * thread, and what it answers is handed to the store's thread at once.
 */
final class Calls {

	private static final int ATTEMPTS_THAT_FIT = 3;

	private static final Duration FIRST_BACKOFF = Duration.ofMillis(50);

	private static final int MAX_DOUBLINGS = 5;

	private final Loop loop;

	private final ExecutorService outside;

	private final Histories histories;

	private final Connection connection;

	private final String description;

	private final long timeoutNanos;

	/** The calls under way. */
	private final Set<Call<?, ?>> pending = new LinkedHashSet<>();

	private boolean closed;

	Calls(Loop loop, ExecutorService outside, Histories histories, Connection connection, EtcdSettings settings) {
		this.loop = loop;
		this.outside = outside;
		this.histories = histories;
		this.connection = connection;
		this.description = settings.description();
		this.timeoutNanos = settings.requestTimeout().toNanos();
	}

	/**
	 * Makes a call.
	 * @param operation what it does, for messages
	 * @param repetition whether it may be sent again, and what a lost answer means
	 * @param request sends it, once
	 * @param answer makes an answer, on the store's thread
	 */
	<A, T> CompletionStage<T> call(String operation, Repetition repetition, Supplier<CompletableFuture<A>> request,
			Answer<A, T> answer) {
		Call<A, T> call = new Call<>(operation, repetition, request, answer);
		if (!this.loop.execute(call::start)) {
			call.result.completeExceptionally(closed(operation));
		}
		return call.result;
	}

	/** Ends all calls, and those to come. On the store's thread. */
	void close() {
		this.closed = true;
		List.copyOf(this.pending).forEach((call) -> call.fail(closed(call.operation)));
	}

	MetadataException closed(String operation) {
		return new MetadataException(Kind.CLOSED,
				"The client of " + this.description + " is closed: cannot " + operation + " any more", null);
	}

	/** A random part, at least the half, of a delay that doubles with every failure. */
	static long backoffNanos(Duration first, int failures) {
		long full = first.toNanos() << Math.min(failures, MAX_DOUBLINGS);
		return full / 2 + ThreadLocalRandom.current().nextLong(full / 2 + 1);
	}

	/** Whether a call may be sent again. */
	enum Repetition {

		/** It changes nothing: sent again, and a lost answer means nothing was done. */
		READ,

		/** It may change something, but twice is as good as once. */
		IDEMPOTENT,

		/** Once only. */
		NEVER

	}

	/** Makes an answer of what etcd said, and of what was known when it was asked. */
	@FunctionalInterface
	interface Answer<A, T> {

		T of(Histories.@Nullable Known sent, A answered);

	}

	/** One call, which may be sent several times. */
	private final class Call<A, T> {

		private final String operation;

		private final Repetition repetition;

		private final Supplier<CompletableFuture<A>> request;

		private final Answer<A, T> answer;

		private final CompletableFuture<T> result = new CompletableFuture<>();

		private long deadline;

		/** Counts attempts; what an earlier one answers is too late. */
		private int attempt;

		private int failures;

		private boolean renewedToken;

		private Loop.@Nullable Timer timer;

		Call(String operation, Repetition repetition, Supplier<CompletableFuture<A>> request, Answer<A, T> answer) {
			this.operation = operation;
			this.repetition = repetition;
			this.request = request;
			this.answer = answer;
		}

		void start() {
			if (Calls.this.closed) {
				fail(closed(this.operation));
				return;
			}
			Calls.this.pending.add(this);
			this.deadline = System.nanoTime() + Calls.this.timeoutNanos;
			send();
		}

		private void send() {
			if (this.result.isDone()) {
				return;
			}
			int number = ++this.attempt;
			Histories.Known sent = Calls.this.histories.known();
			long patience = (this.repetition == Repetition.NEVER) ? Calls.this.timeoutNanos
					: Calls.this.timeoutNanos / ATTEMPTS_THAT_FIT;
			this.timer = Calls.this.loop.schedule(Math.min(patience, left()),
					() -> answered(number, sent, null, new TimeoutException()));
			Calls.this.outside.execute(() -> {
				CompletionStage<A> stage;
				try {
					stage = this.request.get();
				}
				catch (RuntimeException ex) {
					stage = CompletableFuture.failedFuture(ex);
				}
				stage.whenComplete((done, error) -> Calls.this.loop.execute(() -> answered(number, sent, done, error)));
			});
		}

		private void answered(int number, Histories.@Nullable Known sent, @Nullable A done, @Nullable Throwable error) {
			if (number != this.attempt || this.result.isDone()) {
				return;
			}
			cancelTimer();
			if (done != null) {
				Calls.this.connection.answered();
				T made;
				try {
					made = this.answer.of(sent, done);
				}
				catch (RuntimeException ex) {
					fail(failure(Kind.UNKNOWN, ex));
					return;
				}
				Calls.this.pending.remove(this);
				this.result.complete(made);
				return;
			}
			failed((error != null) ? error : new IllegalStateException("etcd's client answered nothing"));
		}

		private void failed(Throwable error) {
			Kind kind = Failures.kindOf(error);
			if (Failures.isDisconnected(error)) {
				Calls.this.connection.disconnected();
			}
			if (Failures.isTokenExpired(error) && !this.renewedToken) {
				this.renewedToken = true;
				send();
				return;
			}
			boolean again = this.repetition != Repetition.NEVER && (kind == Kind.NOT_APPLIED || kind == Kind.UNKNOWN);
			long pause = backoffNanos(FIRST_BACKOFF, this.failures++);
			if (again && pause < left()) {
				this.timer = Calls.this.loop.schedule(pause, this::send);
			}
			else {
				boolean harmless = kind == Kind.UNKNOWN && this.repetition == Repetition.READ;
				fail(failure(harmless ? Kind.NOT_APPLIED : kind, error));
			}
		}

		private long left() {
			return Math.max(0, this.deadline - System.nanoTime());
		}

		private MetadataException failure(Kind kind, Throwable error) {
			return new MetadataException(kind, "Could not " + this.operation + " in " + Calls.this.description + ": "
					+ Failures.describe(error) + "; " + advice(kind, error), error);
		}

		private static String advice(Kind kind, Throwable error) {
			if (Failures.isOutOfSpace(error)) {
				return "compact and defragment it, or raise its quota, and disarm its alarm";
			}
			return switch (kind) {
				case DENIED -> "check user, password, permissions and the size of what is written";
				case LEASE_NOT_FOUND -> "ask for another lease";
				default -> "check that it runs, has a leader and can be reached from here";
			};
		}

		void fail(MetadataException failure) {
			cancelTimer();
			Calls.this.pending.remove(this);
			this.result.completeExceptionally(failure);
		}

		private void cancelTimer() {
			if (this.timer != null) {
				this.timer.cancel();
				this.timer = null;
			}
		}

	}

}
