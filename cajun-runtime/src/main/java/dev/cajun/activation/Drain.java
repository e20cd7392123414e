package dev.cajun.activation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import dev.cajun.OutcomeUnknownException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of an activation over what its mailbox holds: the envelopes taken, and what
 * their turns want stored and sent. Nothing here leaves or is stored before the
 * activation says so.
 * <p>
 * Belongs to whoever holds the activation's right to run; {@code turn} may be looked at
 * by anybody, for diagnosis.
 */
final class Drain {

	private static final Logger logger = LoggerFactory.getLogger(Drain.class);

	private final Activation activation;

	private final Turn turn;

	/** Effects in the order given; a turn that throws takes its own back. */
	private final ArrayList<Effect> effects = new ArrayList<>(4);

	/** Journal records of the turns that returned. */
	final List<byte[]> records = new ArrayList<>(0);

	/**
	 * The last number received of each sender of a guaranteed tell that this drain met.
	 */
	Map<String, Long> received = Map.of();

	/** Of those the ones that are stored. */
	Map<String, Long> receivedOnce = Map.of();

	private @Nullable Envelope first;

	private @Nullable Envelope last;

	/** Envelopes taken, and their estimated bytes. */
	int taken;

	long takenBytes;

	/** Turns whose handler returned. */
	int handled;

	/** Whether a turn cleared the actor; what was recorded before it is void. */
	boolean cleared;

	/** Whether the state is another than at the last write. */
	boolean stateChanged;

	private boolean confirmationWanted;

	/** When the last handler returned. */
	long endedAt;

	/** Whether its envelopes were given back to the mailbox or released. */
	boolean released;

	Drain(Activation activation) {
		this.activation = activation;
		this.turn = new Turn(activation, this, false);
	}

	Activation activation() {
		return this.activation;
	}

	Turn turn() {
		return this.turn;
	}

	void take(Envelope envelope) {
		if (this.last == null) {
			this.first = envelope;
		}
		else {
			this.last.next = envelope;
		}
		this.last = envelope;
		this.taken++;
		this.takenBytes += envelope.size;
	}

	/**
	 * Takes envelopes out again, to be put back into the mailbox: a chain in their order.
	 */
	@Nullable Envelope untake(Predicate<Envelope> which) {
		Envelope remaining = this.first;
		this.first = null;
		this.last = null;
		this.taken = 0;
		this.takenBytes = 0;
		Envelope firstOut = null;
		Envelope lastOut = null;
		while (remaining != null) {
			Envelope envelope = remaining;
			remaining = envelope.next;
			envelope.next = null;
			if (!which.test(envelope)) {
				take(envelope);
			}
			else if (lastOut == null) {
				firstOut = envelope;
				lastOut = envelope;
			}
			else {
				lastOut.next = envelope;
				lastOut = envelope;
			}
		}
		return firstOut;
	}

	/** Tells everybody whose message was taken that it was not handled. */
	void refuse(Refusal why) {
		for (Envelope envelope = this.first; envelope != null; envelope = envelope.next) {
			envelope.refuse(this.activation, why);
		}
	}

	void add(Effect effect) {
		this.effects.add(effect);
	}

	List<Effect> effects() {
		return this.effects;
	}

	void removeEffectsFrom(int mark) {
		this.effects.subList(mark, this.effects.size()).clear();
	}

	/**
	 * The effects are based on a state that the store must confirm, unless it is written.
	 */
	void wantConfirmation() {
		this.confirmationWanted = true;
	}

	void received(String sender, long number) {
		if (this.received.isEmpty()) {
			this.received = new HashMap<>(4);
		}
		this.received.put(sender, number);
	}

	void receivedOnce(String sender, long number) {
		if (this.receivedOnce.isEmpty()) {
			this.receivedOnce = new HashMap<>(4);
		}
		this.receivedOnce.put(sender, number);
	}

	boolean wantsConfirmation() {
		return this.confirmationWanted && !this.effects.isEmpty();
	}

	/** The actor was cleared: nothing recorded so far counts. */
	void dropRecorded() {
		this.cleared = true;
		this.stateChanged = false;
		this.records.clear();
		this.effects.add(new Effects.Cleared());
	}

	/** Lets every effect go, in order. */
	void leave() {
		if (this.activation.isSilenced()) {
			dropEffects();
			return;
		}
		if (!this.received.isEmpty()) {
			this.activation.ledger().received.putAll(this.received);
		}
		for (int i = 0; i < this.effects.size(); i++) {
			try {
				this.effects.get(i).leave(this);
			}
			catch (RuntimeException ex) {
				logger.warn("An effect of actor {} failed", this.activation.id(), ex);
			}
		}
		this.effects.clear();
	}

	/** Another activation of the actor may be at work: nothing of this one counts. */
	private void dropEffects() {
		for (Effect effect : this.effects) {
			if (effect instanceof Ask ask) {
				ask.fail(new OutcomeUnknownException("Actor " + this.activation.id()
						+ " handled the request while its node could not prove that it still owned the actor"));
			}
		}
		this.effects.clear();
	}

	/** Whether a timer is set or cancelled once this drain is written. */
	boolean touchesTimer(String name) {
		for (Effect effect : this.effects) {
			if ((effect instanceof Effects.SetTimer set && set.name().equals(name))
					|| (effect instanceof Effects.Cancel cancel && cancel.name().equals(name))) {
				return true;
			}
		}
		return false;
	}

	/** Whether the write of this drain changes a reminder. */
	boolean touchesReminder(String name) {
		for (Effect effect : this.effects) {
			boolean touches = switch (effect) {
				case Effects.SetReminder set -> set.reminder().name().equals(name);
				case Effects.Cancel cancel -> cancel.name().equals(name);
				case Effects.ReminderHandled handled -> handled.reminder().name().equals(name);
				case Effects.Cleared cleared -> true;
				default -> false;
			};
			if (touches) {
				return true;
			}
		}
		return false;
	}

	/**
	 * The answer to a key that this drain is about to store, the last if there are more.
	 */
	Effects.@Nullable KeepAnswer answerTo(String key) {
		for (int i = this.effects.size() - 1; i >= 0; i--) {
			if (this.effects.get(i) instanceof Effects.KeepAnswer kept && kept.key().equals(key)) {
				return kept;
			}
		}
		return null;
	}

}
