package dev.cajun.activation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.cajun.ActorId;
import dev.cajun.HandlerException;
import dev.cajun.OutcomeUnknownException;
import dev.cajun.serialization.DecodedRecord;
import dev.cajun.store.Commit;
import dev.cajun.store.StoredActor;
import dev.cajun.store.StoredReminder;
import dev.cajun.store.StoredReply;
import org.jspecify.annotations.Nullable;

/**
 * What an activation keeps beside its state: how far its writes are, what it received and
 * answered, what it still has to deliver. A mirror of the store, changed only when the
 * store has the change too; for a volatile actor it is all there is. Consumer only.
 */
final class Ledger {

	/** The sequence that the last write left. */
	long sequence;

	/** The sequence that the stored state or snapshot stands for. */
	long snapshotSequence;

	/** The encoded state of an actor with a mutable state type. */
	byte @Nullable [] stateBytes;

	/** The last number received, by sender. */
	final Map<String, Long> received = new HashMap<>(4);

	/** Senders whose number is needed no more. */
	private final Map<String, Settled> settled = new HashMap<>(0);

	/** Answers by idempotency key, oldest first. */
	final LinkedHashMap<String, Answer> answers = new LinkedHashMap<>(0);

	/** Answers still to come that more than the first request may wait for. */
	private final Set<Answer> awaited = new HashSet<>(0);

	/** Keys that the store may forget. */
	private final List<String> expired = new ArrayList<>(0);

	/** Tells not acknowledged, by receiver. */
	final Map<ActorId, Outbound> outbox = new HashMap<>(0);

	/**
	 * Receivers whose last tell was acknowledged since the last write, and its number.
	 */
	private final Map<ActorId, Long> quiet = new HashMap<>(0);

	/** Reminders by name. */
	final Map<String, StoredReminder> reminders = new HashMap<>(0);

	/** Numbers of tells acknowledged since the last write. */
	final List<Long> acknowledged = new ArrayList<>(0);

	static Ledger of(StoredActor stored) {
		Ledger ledger = new Ledger();
		ledger.sequence = stored.sequence();
		ledger.snapshotSequence = stored.stateSequence();
		ledger.received.putAll(stored.received());
		for (StoredReply reply : stored.replies()) {
			ledger.answers.put(reply.key(), new Answer(reply));
		}
		for (StoredReminder reminder : stored.reminders()) {
			ledger.reminders.put(reminder.name(), reminder);
		}
		return ledger;
	}

	void committed(Commit commit) {
		this.sequence = commit.nextSequence();
		if (commit.records().isEmpty()) {
			this.snapshotSequence = this.sequence;
		}
		this.acknowledged.clear();
		this.expired.clear();
	}

	boolean hasTellsToSend() {
		return !this.outbox.isEmpty();
	}

	/** The receiver handled a tell, and so all before it; the next write says so. */
	void acknowledged(ActorId receiver, long number) {
		Outbound window = this.outbox.get(receiver);
		if (window == null) {
			return;
		}
		for (Outbound.Pending tell : window.handled(number)) {
			this.acknowledged.add(tell.number());
		}
		if (window.isEmpty()) {
			this.outbox.remove(receiver);
			this.quiet.put(receiver, number);
		}
	}

	/**
	 * Receivers that every tell was acknowledged by since the last call, with the last
	 * number.
	 */
	Map<ActorId, Long> takeQuiet() {
		if (this.quiet.isEmpty()) {
			return Map.of();
		}
		Map<ActorId, Long> taken = new HashMap<>(this.quiet);
		taken.keySet().removeAll(this.outbox.keySet());
		this.quiet.clear();
		return taken;
	}

	/** Drops answers that are older than allowed; the next write names them. */
	void expireAnswers(Host host) {
		if (this.answers.isEmpty()) {
			return;
		}
		long oldestMillis = host.scheduler().now().toEpochMilli() - host.dedupMaxAgeMillis();
		for (Iterator<Answer> oldest = this.answers.values().iterator(); oldest.hasNext();) {
			Answer answer = oldest.next();
			if (answer.stored.atMillis() >= oldestMillis) {
				return;
			}
			if (answer.isGiven() || !answer.isAwaited()) {
				this.expired.add(answer.stored.key());
				oldest.remove();
			}
		}
	}

	/**
	 * What the store may forget with the next write, apart from what that write brings.
	 */
	List<String> expiredAnswers(Host host, Set<String> brought) {
		expireAnswers(host);
		return this.expired.isEmpty() ? List.of()
				: this.expired.stream().filter((key) -> !brought.contains(key)).toList();
	}

	/** A request waits for the answer that its key will get. */
	void await(Answer answer, Ask ask) {
		answer.waiting.add(ask);
		this.awaited.add(answer);
	}

	/**
	 * Whether a request waits for an answer still to come, and only this ledger knows.
	 */
	boolean hasWaiting() {
		this.awaited.removeIf((answer) -> !answer.isAwaited());
		return !this.awaited.isEmpty();
	}

	/**
	 * The state is dropped: requests that wait for an answer will get it from nobody
	 * here.
	 */
	void failWaiting(ActorId actor) {
		for (Answer answer : this.awaited) {
			for (Ask ask : answer.waiting) {
				ask.fail(new OutcomeUnknownException("Actor " + actor
						+ " dropped its state while it handled a request with this idempotency key; ask again"));
			}
		}
	}

	/** The actor leaves this node: whoever waits may ask its next activation. */
	List<Ask> takeWaiting() {
		List<Ask> taken = new ArrayList<>();
		for (Answer answer : this.awaited) {
			taken.addAll(answer.waiting);
			answer.waiting.clear();
		}
		this.awaited.clear();
		return taken;
	}

	/**
	 * A sender has no tell up to a number to send again; this may have been overtaken by
	 * a later tell of it.
	 */
	void settled(String sender, long number, long nanoTime) {
		this.settled.put(sender, new Settled(number, nanoTime));
	}

	/** Whether any sender has settled that is not forgotten yet. */
	boolean hasSettled() {
		return !this.settled.isEmpty();
	}

	/** Whether a sender may be forgotten that has settled until then. */
	boolean isAnythingSettled(long settledBefore) {
		return this.settled.values().stream().anyMatch((settled) -> settled.since() - settledBefore <= 0);
	}

	/**
	 * Senders that may be forgotten by now, removed here. One of which a tell came with
	 * or after the last that it has settled is not: that tell may come again.
	 * @param settledBefore the latest time at which they may have settled
	 * @param except senders of which this drain has met a tell
	 */
	List<String> forgetSettled(long settledBefore, Set<String> except) {
		if (this.settled.isEmpty()) {
			return List.of();
		}
		List<String> forgotten = new ArrayList<>();
		for (Iterator<Map.Entry<String, Settled>> entries = this.settled.entrySet().iterator(); entries.hasNext();) {
			Map.Entry<String, Settled> entry = entries.next();
			String sender = entry.getKey();
			Settled settled = entry.getValue();
			if (settled.since() - settledBefore > 0 || except.contains(sender)) {
				continue;
			}
			entries.remove();
			if (this.received.getOrDefault(sender, 0L) <= settled.number()) {
				this.received.remove(sender);
				forgotten.add(sender);
			}
		}
		return forgotten;
	}

	/**
	 * What a sender has settled.
	 *
	 * @param number of its tells the last that it may not send again
	 * @param since when it said so, in nanoseconds of the scheduler
	 */
	private record Settled(long number, long since) {

	}

	/** The first answer to a key, or the fact that it is still to come. */
	static final class Answer {

		final StoredReply stored;

		/** Requests with the key that came before the answer did. */
		final Set<Ask> waiting = new HashSet<>(0);

		Answer(StoredReply stored) {
			this.stored = stored;
		}

		boolean isGiven() {
			return this.stored.reply().length > 0;
		}

		/** Whether anybody still waits for an answer that was not given. */
		boolean isAwaited() {
			this.waiting.removeIf((ask) -> !ask.isOpen());
			return !this.waiting.isEmpty();
		}

		/** Makes the request leave with this answer, a refusal included. */
		void prepare(Ask ask, Host host, ActorId actor) {
			DecodedRecord record = host.codec().decode(this.stored.reply());
			if (record.error()) {
				ask.prepareFailure(new HandlerException(actor, record.typeName(),
						(record.value() == null) ? "" : record.value().toString()));
			}
			else {
				ask.prepare(record.value());
			}
		}

	}

}
