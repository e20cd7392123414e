package dev.cajun.activation;

import java.util.List;
import java.util.function.Predicate;

import dev.cajun.ActorQuarantinedException;
import dev.cajun.StaleOwnerException;
import dev.cajun.StoreUnavailableException;
import dev.cajun.serialization.DecodedRecord;
import dev.cajun.serialization.SerializationException;
import dev.cajun.store.Fence;
import dev.cajun.store.LoadResult;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoreResult;
import dev.cajun.store.StoredActor;
import dev.cajun.store.StoredTell;
import org.jspecify.annotations.Nullable;

/**
 * Brings an actor's state back: the stored state or snapshot, then the journal page by
 * page. What cannot be read or applied quarantines the actor; it never becomes the
 * initial state and is never skipped.
 */
final class Recovery {

	private final Activation activation;

	private final ActorType type;

	private final Host host;

	private final Fence fence;

	private final long startNanos;

	private Object state = this;

	private long applied;

	private Ledger ledger = new Ledger();

	Recovery(Activation activation, Fence fence) {
		this.activation = activation;
		this.type = activation.type();
		this.host = activation.host();
		this.fence = fence;
		this.startNanos = this.host.scheduler().nanoTime();
	}

	boolean start() {
		return this.activation.when(this.host.store().load(this.fence, this.activation.id()), this::loaded);
	}

	private boolean loaded(@Nullable LoadResult result, @Nullable Throwable error) {
		if (error != null || result == null) {
			return failed(error);
		}
		this.host.storeRead(null);
		return switch (result) {
			case LoadResult.Fenced fenced -> fenced(fenced);
			case LoadResult.Loaded loaded -> restore(loaded.actor());
		};
	}

	/** What waits in the mailbox goes to the owner, if there may be one. */
	private boolean fenced(LoadResult.Fenced fenced) {
		if (!this.fence.equals(this.host.fence(this.activation.id()))) {
			// Claimed anew meanwhile: the next step loads under that claim.
			return true;
		}
		return this.host.fenced(this.fence, fenced.epoch(), fenced.owner()) || this.activation.end(new Refusal(
				"Actor " + this.activation.id() + " belongs to " + fenced.owner() + " (epoch " + fenced.epoch()
						+ "), not to " + this.fence.owner() + " (epoch " + this.fence.epoch() + ")",
				StaleOwnerException::new));
	}

	private boolean restore(StoredActor stored) {
		this.ledger = Ledger.of(stored);
		if (stored.state() == null) {
			try {
				this.state = this.activation.freshState();
			}
			catch (RuntimeException ex) {
				this.activation.note(ex);
				return this.activation.end(Refusal.of(this.activation.handlerException(ex)));
			}
		}
		try {
			if (stored.state() != null) {
				this.state = checked(valueOf(stored.state()), this.type::isState, "state");
			}
			if (this.type.isMutableState()) {
				this.ledger.stateBytes = encode(this.state);
			}
		}
		catch (Exception ex) {
			return unreadable("state", ex);
		}
		this.applied = stored.stateSequence();
		for (StoredTell tell : stored.tells()) {
			this.ledger.outbox.computeIfAbsent(tell.receiver(), this.activation::newWindow)
				.restore(new Outbound.Pending(tell.number(), tell.delivery(), tell.message().length,
						() -> valueOf(tell.message()), null));
		}
		return apply(stored.records());
	}

	private DecodedRecord decode(byte[] record) {
		return this.host.codec().decode(record);
	}

	private Object valueOf(byte[] record) {
		Object value = decode(record).value();
		if (value == null) {
			throw new IllegalStateException("it holds no value");
		}
		return value;
	}

	/** Bytes may name any declared type, and this may be another actor's. */
	private Object checked(Object value, Predicate<Object> fits, String what) {
		if (!fits.test(value)) {
			throw new IllegalStateException("it holds " + value.getClass().getName() + ", which is no " + what
					+ " of actor type '" + this.type.name() + "'");
		}
		return value;
	}

	private byte[] encode(Object state) {
		return this.host.codec().encodeState(this.type.name(), state, "", this.fence.epoch());
	}

	private boolean apply(List<byte[]> records) {
		Turn turn = Turn.replay(this.activation);
		turn.enterThread();
		try {
			for (byte[] record : records) {
				if (record.length > 0) {
					apply(turn, record);
				}
				this.applied++;
			}
		}
		catch (Throwable ex) {
			return unreadable("journal record " + (this.applied + 1), ex);
		}
		finally {
			turn.leaveThread();
		}
		if (this.applied >= this.ledger.sequence) {
			boolean folded = this.type.isJournaled() || this.applied == this.ledger.snapshotSequence;
			return folded ? done() : foldJournal();
		}
		return this.activation.when(this.host.store().records(this.fence, this.activation.id(), this.applied),
				(page, error) -> {
					if (error != null || page == null) {
						return failed(error);
					}
					if (page.isEmpty()) {
						return unreadable("journal record " + (this.applied + 1), new IllegalStateException(
								"it is missing; the journal should reach " + this.ledger.sequence));
					}
					return apply(page);
				});
	}

	/** The type was journaled once and is not any more: its journal becomes the state. */
	private boolean foldJournal() {
		long sequence = this.ledger.sequence;
		return this.activation.when(
				this.host.store().snapshot(this.fence, this.activation.id(), sequence, encode(this.state)),
				(result, error) -> {
					if (!(result instanceof StoreResult.Applied)) {
						return failed((error != null) ? error : new IllegalStateException(String.valueOf(result)));
					}
					this.ledger.snapshotSequence = sequence;
					return done();
				});
	}

	private void apply(Turn turn, byte[] bytes) throws Exception {
		DecodedRecord record = decode(bytes);
		if (record.value() == null) {
			throw new IllegalStateException("it holds no value");
		}
		Object value = checked(record.value(), this.type::isRecorded, "journal record");
		turn.beginReplay(value, record.messageId());
		Object next = this.type.behavior().recover(this.state, value, turn);
		if (next == null) {
			throw new NullPointerException("the handler returned null when it handled " + record.typeName() + " again");
		}
		if (this.type.journalsMessages()) {
			checkSameOutcome(turn, next, record.typeName());
		}
		this.state = next;
		if (this.type.isMutableState()) {
			this.ledger.stateBytes = encode(this.state);
		}
	}

	/** Only a message that changed the state, and did not clear it, is in the journal. */
	@SuppressWarnings("ReferenceEquality") // the contract: the same reference is no
											// change
	private void checkSameOutcome(Turn turn, Object next, String messageType) {
		if (turn.takeCleared() || (next == this.state && !this.type.isMutableState())) {
			throw new IllegalStateException("the handler did something else when it handled " + messageType
					+ " again; handlers of journaled messages must be deterministic");
		}
	}

	private boolean done() {
		TypeStatistics statistics = this.type.statistics();
		statistics.loads.increment();
		statistics.loadNanos.add(this.host.scheduler().nanoTime() - this.startNanos);
		return this.activation.loaded(this.state, this.ledger);
	}

	private boolean failed(@Nullable Throwable error) {
		this.host.storeRead(error);
		if (error instanceof StoreException known && known.kind() == StoreException.Kind.CORRUPT) {
			return unreadable("stored data", error);
		}
		return this.activation.end(new Refusal(
				"Actor " + this.activation.id() + " cannot be loaded from " + this.host.store().description() + ": "
						+ error + ". The message was not handled; send it again later",
				StoreUnavailableException::new));
	}

	private boolean unreadable(String what, Throwable error) {
		String why = (error instanceof SerializationException known) ? known.kind() + ": " + known.getMessage()
				: error.toString();
		return this.activation.quarantine("its " + what + " cannot be read (" + why
				+ "). Nothing was changed; mend the data or the code, " + "then release the actor");
	}

	/** The exception class of a quarantine, for whoever sends to it. */
	static Refusal quarantined(Activation activation, String reason) {
		return new Refusal("Actor " + activation.id() + " is quarantined: " + reason, ActorQuarantinedException::new);
	}

}
