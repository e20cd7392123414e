package dev.cajun.activation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

import dev.cajun.ActorId;
import dev.cajun.AskTimeoutException;
import dev.cajun.AskTimeoutException.Outcome;
import dev.cajun.CajunException;
import dev.cajun.OutcomeUnknownException;
import dev.cajun.ReplyTo;
import dev.cajun.serialization.MessageType;
import dev.cajun.time.Scheduler.Cancellable;
import org.jspecify.annotations.Nullable;

/**
 * A request, and the place where its answer arrives: a future, or the thread that waits
 * in {@link #await()}.
 * <p>
 * {@code progress} decides whether a handler will ever see the request: the handler moves
 * it from QUEUED to RUNNING, the timeout from QUEUED to GONE. {@code outcome} is set
 * once, by whoever comes first: the answer, the timeout, an interrupt.
 */
public final class Ask extends Envelope implements Effect {

	private static final int QUEUED = 0;

	private static final int RUNNING = 1;

	private static final int GONE = 2;

	/** A reply that is null. */
	private static final NoValue NULL = new NoValue();

	private static final String ASK_ID = "ask:";

	private static final String KEY_ID = "key:";

	private static final VarHandle PROGRESS;

	private static final VarHandle OUTCOME;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			PROGRESS = lookup.findVarHandle(Ask.class, "progress", int.class);
			OUTCOME = lookup.findVarHandle(Ask.class, "outcome", Object.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Host host;

	private final ActorType type;

	private final ActorId receiver;

	private final MessageType messageType;

	private final long startNanos;

	private final long timeoutNanos;

	private final boolean local;

	private final @Nullable String key;

	private final @Nullable String fingerprint;

	/** Completed with the answer, unless a thread waits. */
	private final @Nullable CompletableFuture<Object> future;

	private final @Nullable Thread waiter;

	private volatile int progress;

	private volatile @Nullable Object outcome;

	private @Nullable Cancellable timer;

	/** What leaves once the drain's write is durable. */
	private @Nullable Object prepared;

	/** Identifies this request in this process; 0 before it is needed. */
	private long number;

	/** Whether a late answer may come. */
	private volatile boolean kept;

	/**
	 * Makes a request.
	 * @param host this node
	 * @param type the receiver's type
	 * @param receiver who is asked
	 * @param messageType the request's type
	 * @param request the request
	 * @param options how it is asked
	 * @param future completed with the answer; {@code null} when the calling thread is
	 * going to wait
	 */
	public Ask(Host host, ActorType type, ActorId receiver, MessageType messageType, Object request, AskTerms options,
			@Nullable CompletableFuture<Object> future) {
		super(request, options.size());
		this.host = host;
		this.type = type;
		this.receiver = receiver;
		this.messageType = messageType;
		this.timeoutNanos = options.timeoutNanos();
		this.local = options.local();
		this.key = options.key();
		this.fingerprint = options.fingerprint();
		this.future = future;
		this.waiter = (future == null) ? Thread.currentThread() : null;
		this.startNanos = host.scheduler().nanoTime();
	}

	/** Starts the timeout; called once, before the request is offered. */
	public void start() {
		this.timer = this.host.scheduler().schedule(this.timeoutNanos, this::expire);
	}

	MessageType messageType() {
		return this.messageType;
	}

	boolean isLocal() {
		return this.local;
	}

	@Nullable String key() {
		return this.key;
	}

	String fingerprint() {
		return (this.fingerprint == null) ? "" : this.fingerprint;
	}

	/**
	 * Whether the handler may run it, for the first time or again; after that it is too
	 * late to say that it was not.
	 */
	boolean begin() {
		return PROGRESS.compareAndSet(this, QUEUED, RUNNING) || this.progress == RUNNING;
	}

	/**
	 * Whether there is no answer yet.
	 * @return true until it is answered, failed or timed out
	 */
	public boolean isOpen() {
		return this.outcome == null;
	}

	/** Where a late answer goes. */
	<R> ReplyTo<R> replyTo() {
		this.host.lateReplies().keep(number(), this);
		this.kept = true;
		if (this.outcome != null) {
			this.host.lateReplies().forget(number());
		}
		return new ReplyTo<>(this.host.lateReplies().process(), number(), this.messageType.name(), this.key);
	}

	private long number() {
		if (this.number == 0) {
			this.number = this.host.lateReplies().nextNumber();
		}
		return this.number;
	}

	@Override
	String makeId(Host host) {
		return (this.key == null) ? ASK_ID + host.lateReplies().process() + ":" + number() : KEY_ID + this.key;
	}

	/** The same place as {@link #replyTo()} gave when the message was first handled. */
	static <R> ReplyTo<R> replayedReplyTo(String messageId, String requestType) {
		if (messageId.startsWith(KEY_ID)) {
			return new ReplyTo<>("", 0, requestType, messageId.substring(KEY_ID.length()));
		}
		int colon = messageId.lastIndexOf(':');
		if (!messageId.startsWith(ASK_ID) || colon < ASK_ID.length()) {
			return new ReplyTo<>("", 0, requestType, null);
		}
		return new ReplyTo<>(messageId.substring(ASK_ID.length(), colon),
				Long.parseLong(messageId, colon + 1, messageId.length(), 10), requestType, null);
	}

	/** Sets the answer that leaves with the drain's effects. */
	void prepare(@Nullable Object value) {
		this.prepared = (value == null) ? NULL : value;
	}

	void prepareFailure(CajunException error) {
		this.prepared = new Failure(error);
	}

	@Override
	public void leave(Drain drain) {
		if (this.prepared != null) {
			settle(this.prepared);
		}
	}

	/**
	 * Answers at once.
	 * @param value the answer
	 */
	public void complete(@Nullable Object value) {
		settle((value == null) ? NULL : value);
	}

	/**
	 * Fails at once.
	 * @param error why
	 */
	public void fail(CajunException error) {
		settle(new Failure(error));
	}

	@Override
	void refuse(Activation receiver, Refusal refusal) {
		fail(refusal.toException());
	}

	/** Takes the request back; a handler that has begun goes on. */
	public void cancel() {
		PROGRESS.compareAndSet(this, QUEUED, GONE);
	}

	private void settle(Object result) {
		if (this.outcome != null || !OUTCOME.compareAndSet(this, null, result)) {
			return;
		}
		Cancellable timer = this.timer;
		if (timer != null) {
			timer.cancel();
		}
		if (this.kept) {
			this.host.lateReplies().forget(this.number);
		}
		count(result);
		if (this.waiter != null) {
			LockSupport.unpark(this.waiter);
		}
		else {
			this.host.execute(() -> completeFuture(result));
		}
	}

	private void count(Object result) {
		TypeStatistics statistics = this.type.statistics();
		if (!(result instanceof Failure failure)) {
			statistics.asks.increment();
			statistics.askNanos.add(this.host.scheduler().nanoTime() - this.startNanos);
		}
		else if (failure.error() instanceof AskTimeoutException) {
			statistics.asksTimedOut.increment();
		}
		else {
			statistics.asksFailed.increment();
		}
	}

	private void completeFuture(Object result) {
		CompletableFuture<Object> future = Objects.requireNonNull(this.future);
		if (result instanceof Failure failure) {
			future.completeExceptionally(failure.error());
		}
		else {
			future.complete((result instanceof NoValue) ? null : result);
		}
	}

	/** Runs on the clock's thread, so what takes longer runs elsewhere. */
	private void expire() {
		this.host.execute(this::timeOut);
	}

	private void timeOut() {
		boolean notRun = PROGRESS.compareAndSet(this, QUEUED, GONE);
		if (this.outcome == null) {
			fail(timeout(notRun));
		}
	}

	private AskTimeoutException timeout(boolean notRun) {
		Activity activity = this.host.activity(this.receiver);
		StringBuilder text = new StringBuilder("Actor ").append(this.receiver)
			.append(" did not answer ")
			.append(this.messageType.name())
			.append(" within ")
			.append(Duration.ofNanos(this.timeoutNanos).toMillis())
			.append(" ms; ")
			.append(notRun ? "the request was not run and will not be" : "its outcome is unknown");
		if (this.host.isStopping()) {
			text.append(". The node is stopping");
		}
		if (activity != null) {
			text.append(". ").append(activity.describe());
		}
		return new AskTimeoutException(text.toString(), notRun ? Outcome.NOT_RUN : Outcome.UNKNOWN,
				(activity == null) ? null : activity.toActorActivity());
	}

	/**
	 * Waits for the answer on the thread that made the request.
	 * @return the answer
	 * @throws CajunException what went wrong
	 */
	public @Nullable Object await() {
		while (this.outcome == null) {
			LockSupport.park(this);
			if (Thread.interrupted()) {
				boolean notRun = PROGRESS.compareAndSet(this, QUEUED, GONE);
				fail(new OutcomeUnknownException("Interrupted while waiting for actor " + this.receiver + " to answer "
						+ this.messageType.name() + (notRun ? "; the request was not run" : "")));
				Thread.currentThread().interrupt();
			}
		}
		Object result = this.outcome;
		if (result instanceof Failure failure) {
			throw failure.error();
		}
		return (result instanceof NoValue) ? null : result;
	}

	private record NoValue() {

	}

	private record Failure(CajunException error) {

	}

}
