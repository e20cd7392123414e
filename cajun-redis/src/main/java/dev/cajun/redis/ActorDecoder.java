package dev.cajun.redis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

import dev.cajun.ActorId;
import dev.cajun.Delivery;
import dev.cajun.store.BatchId;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoredActor;
import dev.cajun.store.StoredReminder;
import dev.cajun.store.StoredReply;
import dev.cajun.store.StoredTell;
import org.jspecify.annotations.Nullable;

/** Makes an actor of what the load script answers. */
final class ActorDecoder {

	static final int HEAD_BYTES = 33;

	private static final int FLAG_STATE = 4;

	private static final int FLAG_JOURNAL = 8;

	private final ActorId actor;

	private final Map<String, Long> received = new HashMap<>();

	private final List<PlacedReply> replies = new ArrayList<>();

	private final List<StoredTell> tells = new ArrayList<>();

	private final List<StoredReminder> reminders = new ArrayList<>();

	private byte @Nullable [] head;

	private byte @Nullable [] state;

	ActorDecoder(ActorId actor) {
		this.actor = actor;
	}

	/**
	 * Decodes.
	 * @param fields fields and values of the actor's hash
	 * @param records the first page of the journal
	 * @param length the length of the journal
	 */
	StoredActor decode(List<byte[]> fields, List<byte[]> records, long length) {
		if (fields.isEmpty()) {
			return StoredActor.NEVER_WRITTEN;
		}
		for (int i = 0; i < fields.size(); i += 2) {
			readable(fields.get(i), fields.get(i + 1));
		}
		byte[] found = this.head;
		if (found == null || found.length != HEAD_BYTES) {
			throw corrupt("its head is missing");
		}
		ByteReader reader = new ByteReader(found);
		BatchId batch = new BatchId(reader.int64(), reader.int64());
		long sequence = reader.int64();
		long stateSequence = reader.int64();
		int flags = reader.int8();
		if ((flags & FLAG_STATE) != 0 && this.state == null) {
			throw corrupt("its state is missing");
		}
		if (length != sequence - stateSequence || ((flags & FLAG_JOURNAL) != 0) != (length > 0)) {
			throw corrupt("its journal has " + length + " records behind sequence " + stateSequence
					+ ", and should reach " + sequence);
		}
		this.replies.sort(Comparator.comparingLong(PlacedReply::sequence).thenComparingInt(PlacedReply::place));
		this.tells.sort(Comparator.comparingLong(StoredTell::number));
		this.reminders.sort(Comparator.comparingLong(StoredReminder::dueMillis).thenComparing(StoredReminder::name));
		return new StoredActor(sequence, batch, this.state, stateSequence, records, Map.copyOf(this.received),
				this.replies.stream().map(PlacedReply::reply).toList(), List.copyOf(this.tells),
				List.copyOf(this.reminders));
	}

	private void readable(byte[] name, byte[] value) {
		try {
			field(name, value);
		}
		catch (IllegalArgumentException | IndexOutOfBoundsException ex) {
			throw corrupt("its field " + HexFormat.of().formatHex(name) + " cannot be read");
		}
	}

	private void field(byte[] name, byte[] value) {
		switch (name[0]) {
			case 'h' -> this.head = value;
			case 'v' -> this.state = value;
			case 'n' -> this.received.put(rest(name), Long.parseLong(new ByteReader(value).text()));
			case 'k' -> {
				ByteReader reader = new ByteReader(value);
				long sequence = reader.int64();
				int place = reader.int32();
				long atMillis = reader.int64();
				this.replies.add(new PlacedReply(sequence, place,
						new StoredReply(rest(name), reader.text(), atMillis, reader.rest())));
			}
			case 't' -> {
				ByteReader reader = new ByteReader(value);
				Delivery delivery = Delivery.valueOf(reader.text());
				this.tells.add(new StoredTell(Long.parseLong(rest(name)), new ActorId(reader.text(), reader.text()),
						delivery, reader.rest()));
			}
			case 'm' -> this.reminders.add(reminder(value));
			default -> throw corrupt("it has a field that is unknown: " + HexFormat.of().formatHex(name));
		}
	}

	private static String rest(byte[] name) {
		return new ByteReader(name, 1).text();
	}

	/**
	 * A reminder of the index.
	 * @throws IllegalArgumentException if it is none
	 * @throws IndexOutOfBoundsException if it is none
	 */
	static StoredReminder reminder(byte[] member) {
		ByteReader reader = new ByteReader(member);
		long dueMillis = reader.sorted();
		ActorId actor = new ActorId(reader.text(), reader.text());
		return new StoredReminder(actor, reader.text(), dueMillis, reader.rest());
	}

	private StoreException corrupt(String why) {
		return new StoreException(StoreException.Kind.CORRUPT, "What the Redis store holds of actor " + this.actor
				+ " is damaged: " + why + ". Nothing was changed; restore it from a backup", null);
	}

	/**
	 * An answer with its place among the others.
	 *
	 * @param sequence the sequence that the commit left which wrote it
	 * @param place its place in that
	 * @param reply the answer
	 */
	private record PlacedReply(long sequence, int place, StoredReply reply) {

	}

}
