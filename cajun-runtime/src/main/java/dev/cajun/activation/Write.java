package dev.cajun.activation;

import dev.cajun.ActorId;
import dev.cajun.OutcomeUnknownException;
import dev.cajun.StaleOwnerException;
import dev.cajun.StoreUnavailableException;
import dev.cajun.store.Commit;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoreResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of one drain to the store, and of its effects out after that. A drain that
 * wrote something is committed; one that only answers is confirmed; one of a volatile
 * actor needs neither. Each step runs with the activation's right to run.
 * <p>
 * What the store's answer means: applied, the effects leave. Refused on the first
 * sending, nothing was written, and everything is handled again on the state as it is
 * now. No answer, the same batch is sent until there is one, because only the batch id
 * tells whether it was applied. Refused on a later sending, the outcome stays unknown,
 * and only messages with a number or a key may be handled again.
 */
final class Write {

	private static final Logger logger = LoggerFactory.getLogger(Write.class);

	private static final long FIRST_RESEND_NANOS = 20_000_000L;

	private static final long LONGEST_RESEND_NANOS = 2_000_000_000L;

	private final Activation activation;

	private final ActorType type;

	private final Host host;

	private final Drain drain;

	private final Turns.After after;

	/** How often the commit was sent again. */
	private int resent;

	Write(Activation activation, Drain drain, Turns.After after) {
		this.activation = activation;
		this.type = activation.type();
		this.host = activation.host();
		this.drain = drain;
		this.after = after;
	}

	boolean run() {
		if (!this.type.isPersistent()) {
			return leave();
		}
		Commit commit;
		try {
			commit = commit();
		}
		catch (RuntimeException ex) {
			return unwritable(ex);
		}
		if (commit != null) {
			return send(commit);
		}
		if (this.drain.wantsConfirmation()) {
			return this.activation.when(
					this.host.confirmations()
						.confirm(this.activation.fence(), this.activation.id(), this.activation.ledger().sequence),
					this::confirmed);
		}
		return leave();
	}

	/**
	 * The state that the drain ended with cannot be encoded, and any of its messages may
	 * have made it so. They are handled again with a look at each state, which makes it
	 * the failure of one message.
	 */
	private boolean unwritable(RuntimeException error) {
		this.activation.note(error);
		if (this.activation.checksStates) {
			return this.activation.abandon(this.drain, Refusal.of(this.activation.handlerException(error)));
		}
		this.activation.checksStates = true;
		return this.activation.handleAgain(this.drain, this.drain.untake((envelope) -> true));
	}

	private @Nullable Commit commit() {
		Ledger ledger = this.activation.ledger();
		byte[] encoded = null;
		if (this.drain.stateChanged && !this.type.isJournaled()) {
			encoded = this.type.isMutableState() ? ledger.stateBytes
					: this.activation.encodeState(this.activation.state());
		}
		return Effects.commit(this.drain, ledger, encoded, this.activation.isPassivating());
	}

	private boolean send(Commit commit) {
		return this.activation.when(this.host.store().commit(this.activation.fence(), commit),
				(result, error) -> (error != null) ? failed(commit, error) : answered(commit, result));
	}

	private boolean answered(Commit commit, @Nullable StoreResult result) {
		this.host.storeWrote(null);
		if (!(result instanceof StoreResult.Applied) && !(result instanceof StoreResult.Duplicate)) {
			return refused(result, this.resent > 0);
		}
		TypeStatistics statistics = this.type.statistics();
		statistics.commits.increment();
		statistics.commitNanos.add(this.host.scheduler().nanoTime() - this.drain.endedAt);
		this.activation.storeAgreed();
		this.activation.ledger().committed(commit);
		return leave();
	}

	private boolean failed(Commit commit, Throwable error) {
		this.host.storeWrote(error);
		this.activation.note(error);
		StoreException.Kind kind = (error instanceof StoreException known) ? known.kind() : StoreException.Kind.UNKNOWN;
		boolean unknown = kind == StoreException.Kind.UNKNOWN
				|| (this.resent > 0 && kind == StoreException.Kind.NOT_APPLIED);
		if (unknown) {
			if (this.resent == 0) {
				this.type.statistics().unknown.increment();
			}
			long delay = Math.min(LONGEST_RESEND_NANOS, FIRST_RESEND_NANOS << Math.min(this.resent, 10));
			this.resent++;
			return this.activation.later(delay, () -> send(commit));
		}
		this.type.statistics().commitsFailed.increment();
		if (this.resent > 0) {
			return outcomeUnknown("The store failed: " + error);
		}
		if (kind == StoreException.Kind.CORRUPT) {
			this.activation.quarantine("its stored data is damaged (" + error + ")");
			this.drain.refuse(Recovery.quarantined(this.activation, error.toString()));
			return this.activation.releaseTaken(this.drain);
		}
		return this.activation.abandon(this.drain, storeRefusal(error));
	}

	private boolean confirmed(@Nullable StoreResult result, @Nullable Throwable error) {
		if (error != null) {
			this.host.storeWrote(error);
			this.activation.note(error);
			return this.activation.abandon(this.drain, storeRefusal(error));
		}
		if (!(result instanceof StoreResult.Applied)) {
			return refused(result, false);
		}
		this.activation.storeAgreed();
		return leave();
	}

	/** The store answered that the actor is not, or not as, we think. */
	private boolean refused(@Nullable StoreResult found, boolean outcomeUnknown) {
		this.type.statistics().fenced.increment();
		String why = "The store refused a write of actor " + this.activation.id() + " by " + this.host.node() + ": "
				+ found;
		this.activation.note(why);
		if (found instanceof StoreResult.Fenced fenced
				&& this.host.fenced(this.activation.fence(), fenced.epoch(), fenced.owner())) {
			logger.debug("{}; its messages go to the owner", why);
			return outcomeUnknown ? outcomeUnknown(why)
					: this.activation.handleAgain(this.drain, this.drain.untake((envelope) -> true));
		}
		if (!this.activation.mayReload()) {
			logger.warn("{}; its messages fail", why);
			return this.activation.abandon(this.drain,
					outcomeUnknown ? unknown(why) : new Refusal(why, StaleOwnerException::new));
		}
		logger.warn("{}; its state is loaded again", why);
		if (!outcomeUnknown) {
			return this.activation.handleAgain(this.drain, this.drain.untake((envelope) -> true));
		}
		return outcomeUnknown(why);
	}

	private boolean outcomeUnknown(String why) {
		Envelope again = this.drain.untake(Write::isRecognised);
		this.drain.refuse(unknown(why));
		return this.activation.handleAgain(this.drain, again);
	}

	/** Whether it may come again, although it may have been stored. */
	private static boolean isRecognised(Envelope envelope) {
		if (envelope instanceof Ask ask && ask.key() != null) {
			ask.doubt();
			return true;
		}
		return envelope instanceof NumberedTell;
	}

	/** The write may have stored tells, which the next activation then has to send. */
	private Refusal unknown(String why) {
		this.activation.mayOweTells();
		return new Refusal(
				"The outcome for actor " + this.activation.id()
						+ " is unknown: the write was sent, its answer was lost, and the actor has moved on. " + why,
				OutcomeUnknownException::new);
	}

	private boolean leave() {
		if (this.after == Turns.After.STOP) {
			this.activation.stop();
		}
		this.drain.leave();
		if (this.type.isPersistent()) {
			settleAcknowledged(this.activation.ledger());
		}
		return snapshotIfDue();
	}

	/**
	 * Receivers whose every tell is acknowledged, and that durably, need our number no
	 * more.
	 */
	private void settleAcknowledged(Ledger ledger) {
		if (!ledger.acknowledged.isEmpty()) {
			return;
		}
		ledger.takeQuiet()
			.forEach((receiver, number) -> this.host.settled(receiver, this.activation.id().toString(), number));
	}

	private boolean snapshotIfDue() {
		if (!this.type.isJournaled() || this.after == Turns.After.RESTART) {
			return this.activation.settle(this.drain, this.after);
		}
		Ledger ledger = this.activation.ledger();
		long unsaved = ledger.sequence - ledger.snapshotSequence;
		boolean due = unsaved >= this.type.settings().snapshotEvery()
				|| (this.activation.isPassivating() && unsaved > 0);
		return due ? this.activation.writeSnapshot((written) -> this.activation.settle(this.drain, this.after))
				: this.activation.settle(this.drain, this.after);
	}

	private Refusal storeRefusal(Throwable error) {
		return new Refusal(
				"Actor " + this.activation.id() + " could not write to " + this.host.store().description() + ": "
						+ error + ". Nothing was changed; send the message again later",
				StoreUnavailableException::new);
	}

}
