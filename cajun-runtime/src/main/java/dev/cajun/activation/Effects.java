package dev.cajun.activation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.cajun.ActorId;
import dev.cajun.CajunException;
import dev.cajun.Delivery;
import dev.cajun.store.Commit;
import dev.cajun.store.StoredReminder;
import dev.cajun.store.StoredReply;
import dev.cajun.store.StoredTell;
import org.jspecify.annotations.Nullable;

/** The effects that are stored with the drain's write, and the write that holds them. */
final class Effects {

	/** A guaranteed tell's number leaves this many bits for its place in a commit. */
	private static final int INDEX_BITS = 16;

	private Effects() {
	}

	/**
	 * Builds the one write of a drain.
	 * @param state the encoded new state, or {@code null} when it stays
	 * @param last whether the activation is about to end, and tidies up
	 * @return the write, or {@code null} when there is nothing to store
	 */
	static @Nullable Commit commit(Drain drain, Ledger ledger, byte @Nullable [] state, boolean last) {
		Host host = drain.activation().host();
		// Most writes are a state and nothing else: they make no collections
		Map<String, StoredReply> replies = Map.of();
		Map<String, StoredReminder> reminders = Map.of();
		List<String> cancelled = List.of();
		List<GuaranteedTell> guaranteed = List.of();
		for (Effect effect : drain.effects()) {
			switch (effect) {
				case KeepAnswer kept -> {
					replies = replies.isEmpty() ? new LinkedHashMap<>() : replies;
					replies.put(kept.key(), kept.toStored());
				}
				case SetReminder set -> {
					reminders = reminders.isEmpty() ? new LinkedHashMap<>() : reminders;
					reminders.put(set.reminder().name(), set.reminder());
				}
				case Cancel cancel -> {
					boolean set = reminders.containsKey(cancel.name());
					if (set) {
						reminders.remove(cancel.name());
					}
					if (!set || ledger.reminders.containsKey(cancel.name())) {
						cancelled = with(cancelled, cancel.name());
					}
				}
				case ReminderHandled due -> {
					if (due.removed()) {
						cancelled = with(cancelled, due.reminder().name());
					}
				}
				case Cleared cleared -> reminders = Map.of();
				case GuaranteedTell tell -> guaranteed = with(guaranteed, tell);
				default -> {
				}
			}
		}
		if (!cancelled.isEmpty()) {
			Set<String> kept = reminders.keySet();
			cancelled.removeIf((name) -> !ledger.reminders.containsKey(name) || kept.contains(name));
		}
		boolean nothing = state == null && !drain.cleared && drain.records.isEmpty() && drain.receivedOnce.isEmpty()
				&& replies.isEmpty() && reminders.isEmpty() && cancelled.isEmpty() && guaranteed.isEmpty()
				&& ledger.acknowledged.isEmpty();
		// Few writes have anything to forget: only they look at the clock
		long settledBefore = ledger.hasSettled() ? host.scheduler().nanoTime() - host.forgetAfterNanos() : 0;
		if (nothing && !(last && ledger.isAnythingSettled(settledBefore))) {
			return null;
		}
		List<byte[]> records = drain.records;
		if (records.isEmpty() && drain.activation().type().isJournaled() && !drain.cleared) {
			records = List.of(new byte[0]);
		}
		long sequence = ledger.sequence + Math.max(1, records.size());
		List<StoredTell> tells = number(guaranteed, sequence);
		return new Commit(drain.activation().id(), ledger.sequence, host.nextBatch(), drain.cleared, state, records,
				drain.receivedOnce, ledger.forgetSettled(settledBefore, drain.received.keySet()),
				copy(replies.values()), ledger.expiredAnswers(host, replies.keySet()), tells, copy(ledger.acknowledged),
				copy(reminders.values()), cancelled, !tells.isEmpty() || ledger.hasTellsToSend());
	}

	private static <T> List<T> copy(Collection<T> values) {
		return values.isEmpty() ? List.of() : List.copyOf(values);
	}

	private static <T> List<T> with(List<T> list, T element) {
		List<T> longer = list.isEmpty() ? new ArrayList<>() : list;
		longer.add(element);
		return longer;
	}

	private static List<StoredTell> number(List<GuaranteedTell> guaranteed, long sequence) {
		if (guaranteed.isEmpty()) {
			return List.of();
		}
		if (guaranteed.size() >= 1 << INDEX_BITS) {
			throw new IllegalStateException("One write holds at most " + ((1 << INDEX_BITS) - 1)
					+ " guaranteed tells, there were " + guaranteed.size());
		}
		List<StoredTell> tells = new ArrayList<>(guaranteed.size());
		for (GuaranteedTell tell : guaranteed) {
			tell.number = (sequence << INDEX_BITS) | tells.size();
			tells.add(new StoredTell(tell.number, tell.receiver, tell.delivery, tell.bytes));
		}
		return tells;
	}

	/**
	 * The answer to a request with an idempotency key, or, without a reply, the fact that
	 * it is being handled.
	 */
	record KeepAnswer(String key, String fingerprint, long atMillis, byte @Nullable [] reply, @Nullable Object value,
			@Nullable CajunException error) implements Effect {

		StoredReply toStored() {
			return new StoredReply(this.key, this.fingerprint, this.atMillis,
					(this.reply == null) ? new byte[0] : this.reply);
		}

		@Override
		public void leave(Drain drain) {
			Map<String, Ledger.Answer> answers = drain.activation().ledger().answers;
			Ledger.Answer before = answers.remove(this.key);
			answers.put(this.key, new Ledger.Answer(toStored()));
			if (before != null) {
				for (Ask ask : before.waiting) {
					if (this.error != null) {
						ask.fail(this.error);
					}
					else {
						ask.complete(this.value);
					}
				}
			}
		}

	}

	/** A tell that is part of the write. */
	static final class GuaranteedTell implements Effect {

		private final ActorId receiver;

		private final Object message;

		private final int size;

		private final Delivery delivery;

		private final byte[] bytes;

		private final CompletableFuture<Void> stored = new AfterTurn();

		private long number;

		GuaranteedTell(ActorId receiver, Object message, int size, Delivery delivery, byte[] bytes) {
			this.receiver = receiver;
			this.message = message;
			this.size = size;
			this.delivery = delivery;
			this.bytes = bytes;
		}

		CompletableFuture<Void> stored() {
			return this.stored;
		}

		@Override
		public void leave(Drain drain) {
			Activation activation = drain.activation();
			activation.window(this.receiver)
				.add(new Outbound.Pending(this.number, this.delivery, this.size, () -> this.message, null));
			if (this.stored.getNumberOfDependents() > 0) {
				activation.host().execute(() -> this.stored.complete(null));
			}
			else {
				this.stored.complete(null);
			}
		}

	}

	/**
	 * Completes after the handler's write, and so never while the handler waits for it.
	 */
	private static final class AfterTurn extends CompletableFuture<Void> {

		private final @Nullable Turn turn = Turn.current();

		@SuppressWarnings("ReferenceEquality") // the very turn
		private void check() {
			if (this.turn != null && this.turn == Turn.current() && !isDone()) {
				throw new IllegalStateException("A guaranteed tell of actor " + this.turn.activation().id()
						+ " leaves with the handler's write; to wait for it in the handler is to wait for ever");
			}
		}

		@Override
		public <U> CompletableFuture<U> newIncompleteFuture() {
			return new CompletableFuture<>();
		}

		@Override
		public Void get() throws InterruptedException, ExecutionException {
			check();
			return super.get();
		}

		@Override
		public Void get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
			check();
			return super.get(timeout, unit);
		}

		@Override
		public Void join() {
			check();
			return super.join();
		}

	}

	/** A volatile timer that begins. */
	record SetTimer(String name, long delayNanos, Object message) implements Effect {

		@Override
		public void leave(Drain drain) {
			drain.activation().timers().set(this.name, this.delayNanos, this.message);
		}

	}

	/** A reminder that is set with the write. */
	record SetReminder(StoredReminder reminder) implements Effect {

		@Override
		public void leave(Drain drain) {
			Activation activation = drain.activation();
			activation.ledger().reminders.put(this.reminder.name(), this.reminder);
			activation.host().reminderSet(this.reminder);
		}

	}

	/** A reminder that is removed with the write, or a volatile timer that ends. */
	record Cancel(String name) implements Effect {

		@Override
		public void leave(Drain drain) {
			Activation activation = drain.activation();
			activation.timers().cancel(this.name);
			if (activation.ledger().reminders.remove(this.name) != null) {
				activation.host().reminderRemoved(activation.id(), this.name);
			}
		}

	}

	/** The actor's reminders end with everything else that is stored. */
	record Cleared() implements Effect {

		@Override
		public void leave(Drain drain) {
			Activation activation = drain.activation();
			for (String name : List.copyOf(activation.ledger().reminders.keySet())) {
				activation.ledger().reminders.remove(name);
				activation.host().reminderRemoved(activation.id(), name);
			}
		}

	}

	/** A guaranteed tell was handled. */
	record Handled(NumberedTell tell) implements Effect {

		@Override
		public void leave(Drain drain) {
			this.tell.handled();
		}

	}

	/** A reminder was handled and, unless the handler set it anew, is removed. */
	record ReminderHandled(ReminderDue reminder, boolean removed) implements Effect {

		@Override
		public void leave(Drain drain) {
			Activation activation = drain.activation();
			String name = this.reminder.name();
			StoredReminder stored = activation.ledger().reminders.get(name);
			if (this.removed && stored != null && stored.dueMillis() == this.reminder.dueMillis()) {
				activation.ledger().reminders.remove(name);
				activation.host().reminderRemoved(activation.id(), name);
			}
			this.reminder.done(true);
		}

	}

}
