package dev.cajun.activation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import dev.cajun.ActorId;
import dev.cajun.AskTimeoutException;
import dev.cajun.AskTimeoutException.Outcome;
import dev.cajun.CajunException;
import dev.cajun.HandlerException;
import dev.cajun.IdempotencyKeyReusedException;
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

	/** Who asked, if in another process; then there is neither future nor waiter. */
	private final @Nullable Caller caller;

	/** How the request is on its way to another node, while it is. */
	private volatile @Nullable Transit transit;

	private volatile int progress;

	/** Whether an attempt may have been run of which nobody can tell. */
	private volatile boolean doubtful;

	private volatile @Nullable Object outcome;

	private @Nullable Cancellable timer;

	/** What leaves once the drain's write is durable. */
	private @Nullable Object prepared;

	/** Identifies this request in this process; 0 before it is needed. */
	private long number;

	private MessageObserver.@Nullable Asking asking;

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
		this.caller = null;
		this.startNanos = host.scheduler().nanoTime();
	}

	/**
	 * Makes a request that came from another process.
	 * @param host this node
	 * @param type the receiver's type
	 * @param receiver who is asked
	 * @param messageType the request's type
	 * @param request the request
	 * @param options how it is asked, with the time that is left
	 * @param caller who asked
	 */
	public Ask(Host host, ActorType type, ActorId receiver, MessageType messageType, Object request, AskTerms options,
			Caller caller) {
		super(request, options.size());
		this.host = host;
		this.type = type;
		this.receiver = receiver;
		this.messageType = messageType;
		this.timeoutNanos = options.timeoutNanos();
		this.local = options.local();
		this.key = options.key();
		this.fingerprint = options.fingerprint();
		this.future = null;
		this.waiter = null;
		this.caller = caller;
		this.startNanos = host.scheduler().nanoTime();
		from(caller);
	}

	/**
	 * Says that somebody watches the request.
	 * @param watched told of the answer by whoever waits for it
	 */
	public void watched(MessageObserver.Asking watched) {
		this.asking = watched;
		traced(watched.trace());
	}

	/**
	 * Who watches the request.
	 * @return the watcher, or {@code null} when nobody does
	 */
	public MessageObserver.@Nullable Asking asking() {
		return this.asking;
	}

	/** Starts the timeout; called once, before the request is offered. */
	public void start() {
		this.timer = this.host.scheduler().schedule(this.timeoutNanos, this::expire);
	}

	/**
	 * Who is asked.
	 * @return the actor
	 */
	public ActorId receiver() {
		return this.receiver;
	}

	/**
	 * The request's type.
	 * @return its type
	 */
	public MessageType messageType() {
		return this.messageType;
	}

	/**
	 * Whether a read-only answer may leave without asking the store.
	 * @return whether it may be stale
	 */
	public boolean isLocal() {
		return this.local;
	}

	/**
	 * The idempotency key.
	 * @return the key, or {@code null}
	 */
	public @Nullable String key() {
		return this.key;
	}

	/**
	 * What identifies the request's content, to go with its key.
	 * @return the fingerprint; empty without a key
	 */
	public String fingerprint() {
		return (this.fingerprint == null) ? "" : this.fingerprint;
	}

	/**
	 * How long the caller still waits.
	 * @return nanoseconds; zero or less when the time is up
	 */
	public long timeLeftNanos() {
		return this.timeoutNanos - (this.host.scheduler().nanoTime() - this.startNanos);
	}

	/**
	 * How long ago the first attempt was made.
	 * @return nanoseconds
	 */
	public long ageNanos() {
		long here = this.host.scheduler().nanoTime() - this.startNanos;
		return (this.caller == null) ? here : here + this.caller.ageNanos();
	}

	/**
	 * Notes how the request is on its way to another node.
	 * @param transit the way, or {@code null} when it is back
	 * @return whether it is still wanted; a timeout that says otherwise did not see the
	 * transit
	 */
	public boolean travel(@Nullable Transit transit) {
		this.transit = transit;
		return this.outcome == null && this.progress != GONE;
	}

	/**
	 * An attempt was lost that may have been run. From now on nobody says that the
	 * request was not.
	 */
	public void doubt() {
		this.doubtful = true;
	}

	/**
	 * Whether the handler may run it, for the first time or again; after that it is too
	 * late to say that it was not.
	 */
	boolean begin() {
		if (isExpired()) {
			PROGRESS.compareAndSet(this, QUEUED, GONE);
		}
		return PROGRESS.compareAndSet(this, QUEUED, RUNNING) || this.progress == RUNNING;
	}

	/**
	 * Whether there is no answer yet.
	 * @return true until it is answered, failed or timed out
	 */
	public boolean isOpen() {
		return this.outcome == null && !isExpired();
	}

	/**
	 * Whether a handler may still run it.
	 * @return false once it is answered, taken back or too late
	 */
	public boolean isWanted() {
		return isOpen() && this.progress != GONE;
	}

	/** A caller elsewhere has a clock of its own for the timeout. */
	private boolean isExpired() {
		return this.caller != null && timeLeftNanos() <= 0;
	}

	/** Where a late answer goes. */
	<R> ReplyTo<R> replyTo() {
		if (this.caller != null) {
			this.caller.forget();
			return new ReplyTo<>(this.caller.process(), this.caller.number(), this.messageType.name(), this.key);
		}
		this.host.lateReplies().keep(number(), this);
		this.kept = true;
		if (this.outcome != null) {
			this.host.lateReplies().forget(number());
		}
		return new ReplyTo<>(this.host.lateReplies().process(), number(), this.messageType.name(), this.key);
	}

	/**
	 * Identifies this request in the process that made it.
	 * @return its number, made when it is first asked for
	 */
	public long number() {
		if (this.caller != null) {
			return this.caller.number();
		}
		if (this.number == 0) {
			this.number = this.host.lateReplies().nextNumber();
		}
		return this.number;
	}

	@Override
	String makeId(Host host) {
		if (this.key != null) {
			return KEY_ID + this.key;
		}
		String process = (this.caller == null) ? host.lateReplies().process() : this.caller.process();
		return ASK_ID + process + ":" + number();
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
		settle(new Failure(this.doubtful ? inDoubt(error) : error));
	}

	/**
	 * That the last attempt failed says nothing of the one that may have been run, unless
	 * it is the handler that failed, or the actor that knows the key.
	 */
	private CajunException inDoubt(CajunException error) {
		boolean known = error instanceof HandlerException || error instanceof IdempotencyKeyReusedException
				|| error instanceof AskTimeoutException || error instanceof OutcomeUnknownException;
		return known ? error
				: new OutcomeUnknownException("The outcome for actor " + this.receiver
						+ " is unknown: an earlier attempt may have been run. Of the last: " + error.getMessage(),
						error);
	}

	@Override
	void refuse(Activation receiver, Refusal refusal) {
		fail(refusal.toException());
	}

	/**
	 * Takes the request back; a handler that has begun goes on.
	 * @return whether no handler has seen it and none will
	 */
	public boolean cancel() {
		return PROGRESS.compareAndSet(this, QUEUED, GONE) && this.transit == null && !this.doubtful;
	}

	/** Nobody waits for an answer any more. */
	void drop() {
		if (this.caller != null) {
			this.caller.forget();
		}
	}

	@Override
	void handBack(Activation receiver) {
		if (this.doubtful && this.caller != null && isOpen()) {
			// Whoever asked asks again, and knows then
			fail(new OutcomeUnknownException("The outcome for actor " + this.receiver
					+ " is unknown: the write was sent, its answer was lost, and the actor has moved on"));
		}
		else if (isOpen()) {
			PROGRESS.compareAndSet(this, RUNNING, QUEUED);
			super.handBack(receiver);
		}
		else {
			drop();
		}
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
		if (this.caller != null) {
			answerCaller(this.caller, result);
			return;
		}
		Transit transit = this.transit;
		if (transit != null) {
			transit.settled();
		}
		count(result);
		if (this.waiter != null) {
			LockSupport.unpark(this.waiter);
		}
		else {
			this.host.execute(() -> completeFuture(result));
		}
	}

	private void answerCaller(Caller caller, Object result) {
		if (result instanceof Failure failure) {
			caller.failed(this, failure.error());
		}
		else {
			caller.answered(this, (result instanceof NoValue) ? null : result);
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

	void timeOut() {
		boolean notRun = PROGRESS.compareAndSet(this, QUEUED, GONE);
		if (this.outcome != null) {
			return;
		}
		Transit transit = this.transit;
		if (transit == null) {
			fail(timeout(notRun, this.host.activity(this.receiver)));
		}
		else {
			transit.inquire((found) -> fail(timeout(found.notRun(), found.activity())));
		}
	}

	private AskTimeoutException timeout(boolean lastNotRun, @Nullable Activity activity) {
		boolean notRun = lastNotRun && !this.doubtful;
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
				boolean notRun = cancel();
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

	/** Who asked, in another process. */
	public interface Caller extends Origin {

		/**
		 * The process.
		 * @return its identity
		 */
		String process();

		/**
		 * The request, in that process.
		 * @return its number
		 */
		long number();

		/**
		 * How old the first attempt was when this one arrived.
		 * @return nanoseconds
		 */
		long ageNanos();

		/** The request has its answer. */
		void answered(Ask ask, @Nullable Object value);

		/** The request has failed. */
		void failed(Ask ask, CajunException error);

		/** There will be no answer, or not through this request. */
		void forget();

	}

	/** How a request is on its way to another node. */
	public interface Transit {

		/** The request is settled: nothing has to be known of it any more. */
		void settled();

		/**
		 * Asks the other node what has become of the request, and takes it back if no
		 * handler has seen it.
		 * @param answer is given what was found, once, within a short time
		 */
		void inquire(Consumer<Whereabouts> answer);

	}

	/**
	 * What has become of a request on another node.
	 *
	 * @param notRun whether no handler has seen it and none will
	 * @param activity what the actor is doing, if that is known
	 */
	public record Whereabouts(boolean notRun, @Nullable Activity activity) {

	}

	private record NoValue() {

	}

	private record Failure(CajunException error) {

	}

}
