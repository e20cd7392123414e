package dev.cajun.activation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.AskOptions;
import dev.cajun.Delivery;
import dev.cajun.HandlerException;
import dev.cajun.ReplyTo;
import dev.cajun.Request;
import dev.cajun.store.StoredReminder;
import dev.cajun.time.Durations;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.MDC;

/**
 * The turns of one drain as their handlers see them, one after the other. What a handler
 * asks for is added to the drain; when it throws, that is taken back.
 * <p>
 * Belongs to the thread that runs the handlers.
 */
public final class Turn implements ActorContext<Object> {

	private static final ThreadLocal<@Nullable Turn> CURRENT = new ThreadLocal<>();

	private static final VarHandle MESSAGE;

	static {
		try {
			MESSAGE = MethodHandles.lookup().findVarHandle(Turn.class, "message", Object.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Activation activation;

	private final Host host;

	private final Drain drain;

	private final Thread thread = Thread.currentThread();

	private final boolean replaying;

	private @Nullable Envelope envelope;

	/** Others look at it, with acquire. */
	private @Nullable Object message;

	private String messageId = "";

	/** The effects of the drain before this turn. */
	private int mark;

	private boolean answered;

	private boolean cleared;

	private boolean mdc;

	private List<Object> events = List.of();

	/** When the turn began: seen by whoever sees its message. */
	private long since;

	Turn(Activation activation, Drain drain, boolean replaying) {
		this.activation = activation;
		this.host = activation.host();
		this.drain = drain;
		this.replaying = replaying;
	}

	/** A turn that recovers state; it adds to no drain. */
	static Turn replay(Activation activation) {
		return new Turn(activation, new Drain(activation), true);
	}

	/**
	 * The turn that runs on this thread.
	 * @return the turn, or {@code null} outside handlers
	 */
	public static @Nullable Turn current() {
		return CURRENT.get();
	}

	/**
	 * The actor whose turn it is.
	 * @return the activation
	 */
	public Activation activation() {
		return this.activation;
	}

	void enterThread() {
		CURRENT.set(this);
	}

	void leaveThread() {
		CURRENT.remove();
		if (this.mdc) {
			MDC.remove("actor.type");
			MDC.remove("actor.key");
			MDC.remove("node");
			this.mdc = false;
		}
	}

	void begin(Envelope envelope, Object message, long now) {
		this.since = now;
		this.envelope = envelope;
		MESSAGE.setRelease(this, message);
		this.mark = this.drain.effects().size();
		this.answered = false;
		this.cleared = false;
		this.events = List.of();
	}

	void beginReplay(Object message, String messageId) {
		this.message = message;
		this.messageId = messageId;
		this.events = List.of();
	}

	/** The handler returned. */
	void end() {
		if (this.envelope instanceof Ask ask) {
			if (!this.answered) {
				answer(ask, null,
						new HandlerException(this.activation.id(), IllegalStateException.class.getName(),
								"handled without a reply: the handler of " + ask.messageType().name()
										+ " must call reply, fail or replyTo"));
			}
			if (!ask.isLocal()) {
				this.drain.wantConfirmation();
			}
		}
		else {
			this.drain.wantConfirmation();
		}
		this.drain.handled++;
		this.envelope = null;
		this.message = null;
	}

	/** The handler threw: the turn is as if it had not been. */
	void rollBack() {
		this.drain.removeEffectsFrom(this.mark);
		this.envelope = null;
		this.message = null;
		this.events = List.of();
		this.cleared = false;
	}

	/** Whether the turn cleared the actor; asked once. */
	boolean takeCleared() {
		boolean taken = this.cleared;
		this.cleared = false;
		return taken;
	}

	void event(Object event) {
		if (this.events.isEmpty()) {
			this.events = new ArrayList<>(2);
		}
		this.events.add(event);
	}

	List<Object> events() {
		return this.events;
	}

	/** Whether this turn set a reminder of this name. */
	boolean setsReminder(String name) {
		List<Effect> effects = this.drain.effects();
		for (int i = this.mark; i < effects.size(); i++) {
			if (effects.get(i) instanceof Effects.SetReminder set && set.reminder().name().equals(name)) {
				return true;
			}
		}
		return false;
	}

	/** The message of the turn under way, for whoever wonders. */
	@Nullable Object message() {
		return MESSAGE.getAcquire(this);
	}

	long since() {
		return this.since;
	}

	Thread thread() {
		return this.thread;
	}

	// ---- what refs do on the handler's thread

	/**
	 * A tell by a ref that is used on the handler's thread.
	 * @param receiver who it is for
	 * @param message the message
	 * @param size its estimated size
	 * @param delivery the guarantee
	 * @return completes as {@link ActorRef#tell(Object, Delivery)} says
	 */
	public CompletionStage<Void> tell(ActorId receiver, Object message, int size, Delivery delivery) {
		if (this.replaying) {
			return CompletableFuture.completedFuture(null);
		}
		if (delivery == Delivery.AT_MOST_ONCE) {
			Map<String, String> trace = this.host.trace(receiver, message);
			this.drain.add((drain) -> this.host.tell(receiver, message, size, trace));
			return CompletableFuture.completedFuture(null);
		}
		if (!this.activation.type().isPersistent()) {
			CompletableFuture<Void> done = new CompletableFuture<>();
			this.drain.add((drain) -> this.host.tellGuaranteed(receiver, message, size, delivery, done));
			return done;
		}
		byte[] bytes = this.host.codec().encode(message, "", this.activation.epoch());
		Effects.GuaranteedTell tell = new Effects.GuaranteedTell(receiver, message, size, delivery, bytes);
		this.drain.add(tell);
		return tell.stored();
	}

	// ---- ActorContext

	private Object checkTurn() {
		Object current = this.message;
		if (current == null || !Thread.currentThread().equals(this.thread)) {
			throw new IllegalStateException("The context of actor " + this.activation.id()
					+ " was used outside its handler; keep a ReplyTo or an ActorRef instead");
		}
		return current;
	}

	@SuppressWarnings("ReferenceEquality") // the very message of this turn
	private @Nullable Ask request(Request<?> request) {
		if (checkTurn() != request) {
			throw new IllegalArgumentException(
					"Actor " + this.activation.id() + " answered " + request.getClass().getSimpleName()
							+ ", which is not the message of this turn; use replyTo(request) to answer later");
		}
		if (this.replaying) {
			return null;
		}
		if (this.answered) {
			throw new IllegalStateException(
					"Actor " + this.activation.id() + " answered " + request.getClass().getSimpleName() + " twice");
		}
		this.answered = true;
		return (this.envelope instanceof Ask ask) ? ask : null;
	}

	@Override
	@SuppressWarnings("unchecked")
	public ActorRef<Object> self() {
		return (ActorRef<Object>) this.host.ref(this.activation.id());
	}

	@Override
	public String messageId() {
		checkTurn();
		return (this.envelope == null) ? this.messageId : this.envelope.messageId(this.host);
	}

	@Override
	public <R> void reply(Request<R> request, R value) {
		answer(request(request), value, null);
	}

	@Override
	public void reply(Request<Void> request) {
		answer(request(request), null, null);
	}

	@Override
	public void fail(Request<?> request, Throwable error) {
		answer(request(request), null, failure(error));
	}

	private void answer(@Nullable Ask ask, @Nullable Object value, @Nullable HandlerException error) {
		if (ask == null) {
			return;
		}
		if (ask.key() != null) {
			keepAnswer(ask.key(), ask.fingerprint(), ask.messageType().name(), value, error);
		}
		if (error != null) {
			ask.prepareFailure(error);
		}
		else {
			ask.prepare(value);
		}
		this.drain.add(ask);
	}

	private void keepAnswer(String key, String fingerprint, String requestType, @Nullable Object value,
			@Nullable HandlerException error) {
		byte[] encoded = (error == null)
				? this.host.codec().encodeReply(requestType, value, "", this.activation.epoch())
				: this.host.codec().encodeError(error.errorType(), error.errorMessage());
		this.drain.add(new Effects.KeepAnswer(key, fingerprint, this.host.scheduler().now().toEpochMilli(), encoded,
				value, error));
	}

	@Override
	public <R> void reply(ReplyTo<R> to, R value) {
		answerLate(to, value, null);
	}

	@Override
	public void fail(ReplyTo<?> to, Throwable error) {
		answerLate(to, null, failure(error));
	}

	private void answerLate(ReplyTo<?> to, @Nullable Object value, @Nullable HandlerException error) {
		checkTurn();
		if (this.replaying) {
			return;
		}
		String fingerprint = (to.key() == null) ? null : awaitedFingerprint(to.key());
		if (to.key() != null && fingerprint != null) {
			keepAnswer(to.key(), fingerprint, to.requestType(), value, error);
		}
		this.drain.add((drain) -> this.host.answerLate(to, value, error));
	}

	/** The fingerprint of the request whose answer to this key is still to come. */
	private @Nullable String awaitedFingerprint(String key) {
		Effects.KeepAnswer here = this.drain.answerTo(key);
		if (here != null) {
			return (here.reply() == null) ? here.fingerprint() : null;
		}
		Ledger.Answer kept = this.activation.ledger().answers.get(key);
		return (kept != null && !kept.isGiven()) ? kept.stored.fingerprint() : null;
	}

	private HandlerException failure(Throwable error) {
		return this.activation.handlerException(error);
	}

	@Override
	public <R> ReplyTo<R> replyTo(Request<R> request) {
		Ask ask = request(request);
		if (this.replaying) {
			return Ask.replayedReplyTo(this.messageId, this.activation.type().messageName(request));
		}
		if (ask == null) {
			return new ReplyTo<>("", 0, this.activation.type().messageName(request), null);
		}
		if (ask.key() != null) {
			this.drain.add(new Effects.KeepAnswer(ask.key(), ask.fingerprint(),
					this.host.scheduler().now().toEpochMilli(), null, null, null));
		}
		return ask.replyTo();
	}

	@Override
	public <R> void ask(ActorRef<?> ref, Request<R> request, AskOptions options,
			BiFunction<@Nullable R, @Nullable Throwable, ?> toMessage) {
		checkTurn();
		if (!this.replaying) {
			await(ref.ask(request, options), toMessage);
		}
	}

	@Override
	public <T> void await(CompletionStage<T> stage, BiFunction<@Nullable T, @Nullable Throwable, ?> toMessage) {
		checkTurn();
		if (this.replaying) {
			return;
		}
		ActorId self = this.activation.id();
		stage.whenComplete((value, error) -> {
			try {
				Object message = toMessage.apply(value, error);
				this.activation.type().messageType(self, message);
				this.host.deliver(self, new Tell(message, 0));
			}
			catch (RuntimeException ex) {
				this.activation.type()
					.logger()
					.error("Actor {} lost the outcome of a question: no message was made of it", self, ex);
			}
		});
	}

	@Override
	public void schedule(String name, Duration delay, Object message) {
		checkTurn();
		this.activation.type().messageType(this.activation.id(), message);
		if (!this.replaying) {
			this.drain.add(new Effects.SetTimer(name, Durations.nanos(delay), message));
		}
	}

	@Override
	public void remind(String name, Duration delay, Object message) {
		remind(name, this.host.scheduler().now().plus(delay), message);
	}

	@Override
	public void remind(String name, Instant at, Object message) {
		checkTurn();
		this.activation.type().messageType(this.activation.id(), message);
		if (!this.activation.type().isPersistent()) {
			throw new UnsupportedOperationException("Actor type '" + this.activation.type().name()
					+ "' stores nothing, so it can have no reminders; use schedule");
		}
		if (name.isEmpty() || name.length() > 256) {
			throw new IllegalArgumentException("A reminder's name has 1 to 256 characters, was '" + name + "'");
		}
		if (!this.replaying) {
			byte[] bytes = this.host.codec().encode(message, "", this.activation.epoch());
			this.drain
				.add(new Effects.SetReminder(new StoredReminder(this.activation.id(), name, at.toEpochMilli(), bytes)));
		}
	}

	@Override
	public void cancel(String name) {
		checkTurn();
		if (!this.replaying) {
			this.drain.add(new Effects.Cancel(name));
		}
	}

	@Override
	public void publish(Object event) {
		checkTurn();
		if (!this.replaying) {
			this.drain.add((drain) -> this.host.publish(event));
		}
	}

	@Override
	public void clear() {
		checkTurn();
		this.cleared = true;
	}

	@Override
	public void passivate() {
		checkTurn();
		if (!this.replaying) {
			this.drain.add((drain) -> this.activation.passivateWhenEmpty());
		}
	}

	@Override
	public boolean isReplaying() {
		return this.replaying;
	}

	@Override
	public Logger logger() {
		checkTurn();
		if (!this.mdc) {
			this.mdc = true;
			MDC.put("actor.type", this.activation.id().type());
			MDC.put("actor.key", this.activation.id().key());
			MDC.put("node", this.host.node());
		}
		return this.activation.type().logger();
	}

}
