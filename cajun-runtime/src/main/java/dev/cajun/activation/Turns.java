package dev.cajun.activation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.cajun.ActorId;
import dev.cajun.CajunException;
import dev.cajun.Delivery;
import dev.cajun.FailurePolicy;
import dev.cajun.IdempotencyKeyReusedException;
import dev.cajun.MailboxFullException;
import dev.cajun.OutcomeUnknownException;
import dev.cajun.store.StoredReminder;
import org.jspecify.annotations.Nullable;

/**
 * The turns of one drain: takes messages while they come quickly, runs the handler for
 * each against the state the previous one left, and decides what a failure means.
 */
final class Turns {

	/** Messages in one drain, and so in one write. */
	private static final int MAX_MESSAGES = 128;

	/** A drain with so many effects ends: one write holds a limited number of tells. */
	private static final int MAX_EFFECTS = 10_000;

	/**
	 * A drain that has run this long ends, so that finished replies are not held back.
	 */
	private static final long MAX_NANOS = 1_000_000L;

	private final Activation activation;

	private final ActorType type;

	private final Host host;

	private final Drain drain;

	private final Turn turn;

	/** A volatile actor writes nothing, so its effects wait for nothing. */
	private final boolean leavesAtOnce;

	private After after = After.NOTHING;

	/** The time at which the message in hand was taken. */
	private long now;

	Turns(Activation activation, Drain drain) {
		this.activation = activation;
		this.type = activation.type();
		this.host = activation.host();
		this.drain = drain;
		this.turn = drain.turn();
		this.leavesAtOnce = !this.type.isPersistent();
	}

	After run() {
		Drain drain = this.drain;
		drain.turn().enterThread();
		long start = this.host.scheduler().nanoTime();
		long now = start;
		try {
			boolean more = true;
			int most = this.activation.slow ? 1 : MAX_MESSAGES;
			while (more && drain.taken < most && now - start < MAX_NANOS && drain.effects().size() < MAX_EFFECTS
					&& !this.activation.isLeaving(now)) {
				Envelope envelope = this.activation.poll(drain.taken);
				if (envelope == null) {
					break;
				}
				this.now = now;
				Outcome outcome = handleOrTake(envelope);
				now = this.host.scheduler().nanoTime();
				this.activation.slow = now - this.now >= MAX_NANOS;
				if (outcome == Outcome.POSTPONED || outcome == Outcome.AGAIN) {
					this.activation.putBack(envelope);
					break;
				}
				drain.take(envelope);
				more = outcome == Outcome.DONE;
				if (this.leavesAtOnce) {
					if (this.after == After.STOP) {
						this.activation.stop();
					}
					drain.leave();
				}
			}
		}
		finally {
			drain.turn().leaveThread();
			drain.endedAt = now;
		}
		if (drain.taken > 0) {
			this.activation.recent().add(now, drain.taken, now - start);
		}
		if (drain.handled > 0) {
			this.type.statistics().handled.add(drain.handled);
			this.type.statistics().handlerNanos.add(now - start);
			this.host.handled(this.type, this.activation.id(), drain.handled);
		}
		return this.after;
	}

	/**
	 * Whatever happens, the envelope is not lost: the drain has it, or it is put back.
	 */
	private Outcome handleOrTake(Envelope envelope) {
		try {
			return handle(envelope);
		}
		catch (Throwable ex) {
			this.drain.take(envelope);
			throw ex;
		}
		finally {
			// An interrupt that a handler left behind is for neither the next nor the
			// write.
			boolean unused = Thread.interrupted();
		}
	}

	private Outcome handle(Envelope envelope) {
		return switch (envelope) {
			case Tell tell -> turn(tell, message(tell));
			case Ask ask -> ask(ask);
			case NumberedTell tell -> numbered(tell);
			case TimerFired fired -> timer(fired);
			case ReminderDue due -> reminder(due);
			case Control control -> {
				control.run(this.activation);
				yield Outcome.DONE;
			}
		};
	}

	private static Object message(Envelope envelope) {
		Object message = envelope.message;
		if (message == null) {
			throw new IllegalStateException("An envelope without a message");
		}
		return message;
	}

	private Outcome ask(Ask ask) {
		if (!ask.begin()) {
			this.type.statistics().expired.increment();
			ask.drop();
			return Outcome.DONE;
		}
		String key = ask.key();
		if (key != null && this.drain.answerTo(key) != null) {
			// What this drain answers is no answer before it is stored.
			return Outcome.POSTPONED;
		}
		return (key != null && answerAgain(ask, key)) ? Outcome.DONE : turn(ask, message(ask));
	}

	/** Whether the key is known, and the request therefore not handled. */
	private boolean answerAgain(Ask ask, String key) {
		Ledger ledger = this.activation.ledger();
		ledger.expireAnswers(this.host);
		Ledger.Answer known = ledger.answers.get(key);
		if (known == null) {
			if (ask.ageNanos() / 1_000_000 > this.host.dedupMaxAgeMillis()) {
				ask.fail(new OutcomeUnknownException(
						"The first attempt of " + ask.messageType().name() + " to actor " + this.activation.id()
								+ " is older than answers are remembered (cajun.delivery.dedup.max-age); "
								+ "whether it was handled is not known"));
				return true;
			}
			if (ledger.answers.size() >= this.host.dedupMaxEntries()) {
				ask.fail(new MailboxFullException("Actor " + this.activation.id() + " remembers "
						+ ledger.answers.size() + " answers to idempotency keys, and may not remember more; "
						+ "send the request again later"));
				return true;
			}
			return false;
		}
		this.type.statistics().duplicates.increment();
		if (!known.stored.fingerprint().equals(ask.fingerprint())) {
			ask.prepareFailure(new IdempotencyKeyReusedException("Actor " + this.activation.id()
					+ " knows the idempotency key '" + key + "' from another request than this "
					+ ask.messageType().name() + "; use a new key for a new operation"));
		}
		else if (known.isGiven()) {
			try {
				known.prepare(ask, this.host, this.activation.id());
			}
			catch (CajunException ex) {
				ask.prepareFailure(ex);
			}
		}
		else {
			ledger.await(known, ask);
			return true;
		}
		this.drain.add(ask);
		this.drain.wantConfirmation();
		return true;
	}

	private Outcome numbered(NumberedTell tell) {
		Long here = this.drain.received.get(tell.sender());
		long last = (here != null) ? here : this.activation.lastReceived(tell.sender());
		if (tell.number() <= last) {
			this.type.statistics().duplicates.increment();
			this.drain.received(tell.sender(), last);
			this.drain.add(new Effects.Handled(tell));
			this.drain.wantConfirmation();
			return Outcome.DONE;
		}
		if (tell.previous() > last) {
			tell.refused(new Refusal("tell " + tell.previous() + " before it has not arrived", CajunException::new));
			return Outcome.DONE;
		}
		return turn(tell, message(tell));
	}

	private Outcome timer(TimerFired fired) {
		if (this.drain.touchesTimer(fired.name())) {
			// Whether it still counts is known once the drain is written.
			return Outcome.POSTPONED;
		}
		return fired.isValid(this.activation.timers()) ? turn(fired, message(fired)) : Outcome.DONE;
	}

	private Outcome reminder(ReminderDue due) {
		if (this.drain.touchesReminder(due.name())) {
			// Whether it is still set is known once the drain is written.
			return Outcome.POSTPONED;
		}
		StoredReminder stored = this.activation.ledger().reminders.get(due.name());
		if (stored == null || stored.dueMillis() != due.dueMillis()) {
			due.done(true);
			return Outcome.DONE;
		}
		Object message;
		try {
			message = this.host.codec().decode(stored.message()).value();
			if (message == null || !this.type.isMessage(message)) {
				throw new IllegalStateException("it holds no message of actor type '" + this.type.name() + "'");
			}
		}
		catch (RuntimeException ex) {
			this.activation.note(ex);
			this.type.logger()
				.error("Reminder '{}' of actor {} cannot be read; it is kept and tried again", due.name(),
						this.activation.id(), ex);
			due.done(false);
			return Outcome.DONE;
		}
		return turn(due, message);
	}

	private Outcome turn(Envelope envelope, Object message) {
		this.turn.begin(envelope, message, this.now);
		try {
			Object before = this.activation.state();
			Object after = inContext(envelope, before, message);
			if (after == null) {
				throw new NullPointerException("the handler returned null; return the state itself for no change");
			}
			accept(envelope, message, before, after);
		}
		catch (Throwable ex) {
			return failed(envelope, message, ex);
		}
		settle(envelope);
		this.activation.attempts = 0;
		this.turn.end();
		return Outcome.DONE;
	}

	/** A message from another node brings its sender's context. */
	@SuppressWarnings("try") // the scope is there to be closed
	private @Nullable Object inContext(Envelope envelope, Object state, Object message) throws Exception {
		Origin origin = envelope.origin();
		if (origin == null || origin.context().isEmpty()) {
			return observed(envelope, state, message);
		}
		try (MessageContext.Scope scope = this.host.context().open(origin.context())) {
			return observed(envelope, state, message);
		}
	}

	private @Nullable Object observed(Envelope envelope, Object state, Object message) throws Exception {
		MessageObserver observer = this.host.observer();
		if (observer == null) {
			return this.type.behavior().handle(state, message, this.turn);
		}
		ActorId actor = this.activation.id();
		try (MessageObserver.Handling handling = observer.handle(actor, this.type.messageType(actor, message).name(),
				envelope.trace())) {
			try {
				return this.type.behavior().handle(state, message, this.turn);
			}
			catch (Throwable ex) {
				handling.failed(ex);
				throw ex;
			}
		}
	}

	@SuppressWarnings("ReferenceEquality") // the contract: the same reference is no
											// change
	private void accept(Envelope envelope, Object message, Object before, Object after) {
		if (this.turn.takeCleared()) {
			this.activation.setState(this.activation.freshState());
			this.drain.dropRecorded();
			return;
		}
		boolean changed = after != before;
		byte[] bytes = null;
		if (this.type.isMutableState()) {
			bytes = this.activation.encodeState(after);
			changed = !Arrays.equals(bytes, this.activation.ledger().stateBytes);
		}
		else if (changed && this.activation.checksStates && !this.type.isJournaled()) {
			byte[] unused = this.activation.encodeState(after);
		}
		if (this.type.isJournaled()) {
			this.drain.records.addAll(records(envelope, message, changed));
		}
		if (changed) {
			this.drain.stateChanged = true;
			if (bytes != null) {
				this.activation.ledger().stateBytes = bytes;
			}
		}
		this.activation.setState(after);
	}

	private List<byte[]> records(Envelope envelope, Object message, boolean changed) {
		if (this.type.journalsMessages()) {
			return changed
					? List.of(this.host.codec().encode(message, envelope.messageId(this.host), this.activation.epoch()))
					: List.of();
		}
		List<Object> events = this.turn.events();
		if (events.isEmpty()) {
			return List.of();
		}
		List<byte[]> records = new ArrayList<>(events.size());
		for (Object event : events) {
			records.add(this.host.codec().encode(event, envelope.messageId(this.host), this.activation.epoch()));
		}
		return records;
	}

	/** What a message that was handled, or finally failed, leaves behind. */
	private void settle(Envelope envelope) {
		if (envelope instanceof NumberedTell tell) {
			this.drain.received(tell.sender(), tell.number());
			if (tell.delivery() == Delivery.EXACTLY_ONCE && this.type.isPersistent()) {
				this.drain.receivedOnce(tell.sender(), tell.number());
			}
			this.drain.add(new Effects.Handled(tell));
		}
		else if (envelope instanceof ReminderDue due) {
			this.drain.add(new Effects.ReminderHandled(due, !this.turn.setsReminder(due.name())));
		}
	}

	private Outcome failed(Envelope envelope, Object message, Throwable error) {
		this.turn.rollBack();
		this.activation.note(error);
		this.activation.restoreMutableState();
		FailurePolicy policy = this.type.settings().onFailure();
		if (policy == FailurePolicy.RETRY && ++this.activation.attempts < this.type.settings().retry().maxAttempts()) {
			this.type.logger()
				.debug("Actor {} failed to handle {}, attempt {}", this.activation.id(), this.type.messageName(message),
						this.activation.attempts, error);
			this.after = After.RETRY;
			return Outcome.AGAIN;
		}
		this.activation.attempts = 0;
		this.type.statistics().failed.increment();
		if (envelope instanceof Ask ask) {
			this.type.logger()
				.debug("Actor {} failed to handle {}", this.activation.id(), this.type.messageName(message), error);
			ask.prepareFailure(this.activation.handlerException(error));
			this.drain.add(ask);
			this.drain.wantConfirmation();
		}
		else {
			this.type.logger()
				.warn("Actor {} failed to handle {}; the message is dropped", this.activation.id(),
						this.type.messageName(message), error);
			Delivery delivery = (envelope instanceof NumberedTell tell) ? tell.delivery() : Delivery.AT_MOST_ONCE;
			this.drain.add((drain) -> this.activation.undelivered(message, delivery, "the handler failed: " + error));
			this.drain.wantConfirmation();
		}
		settle(envelope);
		this.after = switch (policy) {
			case RESUME, RETRY -> After.NOTHING;
			case RESTART -> After.RESTART;
			case STOP -> After.STOP;
		};
		return Outcome.FAILED;
	}

	/** What became of one message. */
	private enum Outcome {

		/** Go on with the next. */
		DONE,

		/** It failed for good; what ran before it is written now. */
		FAILED,

		/** It failed and is handled again. */
		AGAIN,

		/** It has to wait for what this drain writes. */
		POSTPONED

	}

	/** What to do once the drain is written. */
	enum After {

		NOTHING, RETRY, RESTART, STOP

	}

}
