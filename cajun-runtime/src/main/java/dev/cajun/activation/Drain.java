package dev.cajun.activation;

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
 * One run of an activation over what its mailbox holds, and what its handlers asked for:
 * the context of each turn in it. Nothing here leaves or is stored before the activation
 * says so. A turn that throws takes back what it added.
 * <p>
 * Belongs to the thread that runs the handlers; after that to whoever finishes the drain.
 */
public final class Drain implements ActorContext<Object> {

	private static final ThreadLocal<@Nullable Drain> CURRENT = new ThreadLocal<>();

	final Activation activation;

	private final Host host;

	private final Thread thread = Thread.currentThread();

	private final boolean replaying;

	/** Effects in the order given; a turn that throws truncates to its mark. */
	private final ArrayList<Effect> effects = new ArrayList<>(4);

	/** Journal records of the turns that returned. */
	List<byte[]> records = new ArrayList<>(0);

	/** Numbers of guaranteed tells handled in this drain, by sender. */
	Map<String, Long> received = Map.of();

	/** Of those the ones that are stored. */
	Map<String, Long> receivedOnce = Map.of();

	/** The envelopes taken, in order, and how many and how large they are. */
	private @Nullable Envelope first;

	private @Nullable Envelope last;

	int taken;

	long takenBytes;

	/** Turns whose handler returned. */
	int handled;

	/** Whether a turn cleared the actor; what was recorded before it is void. */
	boolean cleared;

	/** Whether the state is another than at the last write. */
	boolean stateChanged;

	/** Whether any effect answers a request that wants the store's confirmation. */
	private boolean strong;

	// The turn under way.

	private @Nullable Envelope envelope;

	private @Nullable Object message;

	private String messageId = "";

	private int mark;

	private boolean answered;

	private boolean turnCleared;

	private boolean mdc;

	private @Nullable List<Object> events;

	/**
	 * When the turn began, for whoever wonders what the actor is doing; may be seen late.
	 */
	long turnSince;

	/** When the last handler returned. */
	long endedAt;

	/** Whether its envelopes were given back to the mailbox or released. */
	boolean released;

	Drain(Activation activation, boolean replaying) {
		this.activation = activation;
		this.host = activation.host();
		this.replaying = replaying;
	}

	/**
	 * The drain that runs on this thread.
	 * @return the drain, or {@code null} outside handlers
	 */
	public static @Nullable Drain current() {
		return CURRENT.get();
	}

	/**
	 * The actor that this drain is of.
	 * @return the activation
	 */
	public Activation activation() {
		return this.activation;
	}

	void enter() {
		CURRENT.set(this);
	}

	void exit() {
		CURRENT.remove();
		if (this.mdc) {
			MDC.remove("actor.type");
			MDC.remove("actor.key");
			MDC.remove("node");
			this.mdc = false;
		}
	}

	Thread thread() {
		return this.thread;
	}

	// ---- what the activation does with it

	void take(Envelope taken) {
		if (this.last == null) {
			this.first = taken;
		}
		else {
			this.last.next = taken;
		}
		this.last = taken;
		this.taken++;
		this.takenBytes += taken.size;
	}

	/** The envelopes taken, in order; the caller takes them over. */
	@Nullable Envelope envelopes() {
		return this.first;
	}

	/** The envelopes go back to the mailbox. */
	void untake(Envelope envelope) {
		this.taken--;
		this.takenBytes -= envelope.size;
	}

	void beginTurn(Envelope envelope, Object message) {
		this.envelope = envelope;
		this.message = message;
		this.mark = this.effects.size();
		this.answered = false;
		this.turnCleared = false;
		this.events = null;
	}

	void beginReplay(Object message, String messageId) {
		this.message = message;
		this.messageId = messageId;
		this.events = null;
	}

	/** Ends a turn whose handler returned. */
	void endTurn() {
		if (this.envelope instanceof Ask ask) {
			if (!this.answered) {
				ask.prepareFailure(new HandlerException(this.activation.id(), IllegalStateException.class.getName(),
						"handled without a reply: the handler of " + ask.messageType().name()
								+ " must call reply, fail or replyTo"));
				this.effects.add(ask);
			}
			this.strong |= !ask.isLocal();
		}
		else {
			this.strong = true;
		}
		this.handled++;
		leaveTurn();
	}

	/** Ends a turn whose handler threw: as if it had not been. */
	void rollBack() {
		while (this.effects.size() > this.mark) {
			this.effects.remove(this.effects.size() - 1);
		}
		this.turnCleared = false;
		leaveTurn();
	}

	private void leaveTurn() {
		this.envelope = null;
		this.message = null;
		this.events = null;
	}

	/** Whether the turn cleared the actor; asked once. */
	boolean takeCleared() {
		boolean taken = this.turnCleared;
		this.turnCleared = false;
		return taken;
	}

	List<Object> takeEvents() {
		List<Object> taken = this.events;
		this.events = null;
		return (taken == null) ? List.of() : taken;
	}

	/** Whether the turn under way set a reminder of this name. */
	boolean turnSet(String reminder) {
		for (int i = this.mark; i < this.effects.size(); i++) {
			if (this.effects.get(i) instanceof Effects.SetReminder set && set.reminder().name().equals(reminder)) {
				return true;
			}
		}
		return false;
	}

	void add(Effect effect) {
		this.effects.add(effect);
	}

	List<Effect> effects() {
		return this.effects;
	}

	void wantConfirmation() {
		this.strong = true;
	}

	/** The actor was cleared: nothing recorded so far counts. */
	void dropRecorded() {
		this.cleared = true;
		this.stateChanged = false;
		this.records.clear();
		this.effects.add(new Effects.Cleared());
	}

	boolean wantsConfirmation() {
		return this.strong && !this.effects.isEmpty();
	}

	boolean holdsAnswerTo(String key) {
		for (Effect effect : this.effects) {
			if (effect instanceof Effects.KeepAnswer kept && kept.key().equals(key)) {
				return true;
			}
		}
		return false;
	}

	/** The message of the turn under way, for whoever wonders. */
	@Nullable Object message() {
		return this.message;
	}

	void event(Object event) {
		if (this.events == null) {
			this.events = new ArrayList<>(2);
		}
		this.events.add(event);
	}

	// ---- what refs do on the handler's thread

	/** Whether effects are suppressed because the message is handled again. */
	boolean suppressed() {
		return this.replaying;
	}

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
			this.effects.add((drain) -> this.host.tell(receiver, message, size));
			return CompletableFuture.completedFuture(null);
		}
		if (!this.activation.type().isPersistent()) {
			this.effects.add((drain) -> this.host.tellGuaranteed(receiver, message, size, delivery));
			return CompletableFuture.completedFuture(null);
		}
		byte[] bytes = this.host.codec().encode(message, "", this.activation.epoch());
		Effects.GuaranteedTell tell = new Effects.GuaranteedTell(receiver, message, size, delivery, bytes);
		this.effects.add(tell);
		return tell.stored();
	}

	// ---- ActorContext

	private Object turn() {
		Object current = this.message;
		if (current == null || !Thread.currentThread().equals(this.thread)) {
			throw new IllegalStateException("The context of actor " + this.activation.id()
					+ " was used outside its handler; keep a ReplyTo or an ActorRef instead");
		}
		return current;
	}

	@SuppressWarnings("ReferenceEquality") // the very message of this turn
	private @Nullable Ask request(Request<?> request) {
		if (turn() != request) {
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
		turn();
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
		this.effects.add(ask);
	}

	private void keepAnswer(String key, String fingerprint, String requestType, @Nullable Object value,
			@Nullable HandlerException error) {
		byte[] encoded = (error == null)
				? this.host.codec().encodeReply(requestType, value, "", this.activation.epoch())
				: this.host.codec().encodeError(error.errorType(), error.errorMessage());
		this.effects.add(new Effects.KeepAnswer(key, fingerprint, this.host.scheduler().now().toEpochMilli(), encoded,
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
		turn();
		if (this.replaying) {
			return;
		}
		String fingerprint = (to.key() == null) ? null : awaitedFingerprint(to.key());
		if (to.key() != null && fingerprint != null) {
			keepAnswer(to.key(), fingerprint, to.requestType(), value, error);
		}
		this.effects.add((drain) -> this.host.lateReply(to, value, error));
	}

	/** The fingerprint of the request whose answer to this key is still to come. */
	private @Nullable String awaitedFingerprint(String key) {
		for (int i = this.effects.size() - 1; i >= 0; i--) {
			if (this.effects.get(i) instanceof Effects.KeepAnswer kept && kept.key().equals(key)) {
				return (kept.reply() == null) ? kept.fingerprint() : null;
			}
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
			this.effects.add(new Effects.KeepAnswer(ask.key(), ask.fingerprint(),
					this.host.scheduler().now().toEpochMilli(), null, null, null));
		}
		return ask.replyTo();
	}

	@Override
	public <R> void ask(ActorRef<?> ref, Request<R> request, AskOptions options,
			BiFunction<@Nullable R, @Nullable Throwable, ?> toMessage) {
		turn();
		if (!this.replaying) {
			await(ref.ask(request, options), toMessage);
		}
	}

	@Override
	public <T> void await(CompletionStage<T> stage, BiFunction<@Nullable T, @Nullable Throwable, ?> toMessage) {
		turn();
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
		turn();
		this.activation.type().messageType(this.activation.id(), message);
		if (!this.replaying) {
			long nanos = Durations.nanos(delay);
			this.effects.add((drain) -> this.activation.timers().set(name, nanos, message));
		}
	}

	@Override
	public void remind(String name, Duration delay, Object message) {
		remind(name, this.host.scheduler().now().plus(delay), message);
	}

	@Override
	public void remind(String name, Instant at, Object message) {
		turn();
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
			this.effects
				.add(new Effects.SetReminder(new StoredReminder(this.activation.id(), name, at.toEpochMilli(), bytes)));
		}
	}

	@Override
	public void cancel(String name) {
		turn();
		if (!this.replaying) {
			this.effects.add(new Effects.Cancel(name));
		}
	}

	@Override
	public void publish(Object event) {
		turn();
		if (!this.replaying) {
			this.effects.add((drain) -> this.host.publish(event));
		}
	}

	@Override
	public void clear() {
		turn();
		this.turnCleared = true;
	}

	@Override
	public void passivate() {
		turn();
		if (!this.replaying) {
			this.effects.add((drain) -> this.activation.passivateWhenEmpty());
		}
	}

	@Override
	public boolean isReplaying() {
		return this.replaying;
	}

	@Override
	public Logger logger() {
		turn();
		if (!this.mdc) {
			this.mdc = true;
			MDC.put("actor.type", this.activation.id().type());
			MDC.put("actor.key", this.activation.id().key());
			MDC.put("node", this.host.node());
		}
		return this.activation.type().logger();
	}

}
