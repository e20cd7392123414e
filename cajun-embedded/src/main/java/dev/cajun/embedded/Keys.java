package dev.cajun.embedded;

import java.util.Arrays;
import java.util.Locale;

import dev.cajun.ActorId;
import dev.cajun.store.StoredReminder;

/**
 * The keys of the one table, compared as unsigned bytes.
 *
 * <pre>
 * M name                                what the store was created with; the last local epoch
 * S shard 0                             the shard's fence
 * S shard 1 type 0 key                  an actor to wake
 * S shard 2 due type 0 key 0 name       a reminder, in the order they are due
 * A type 0 key 0 0                      an actor's head: sequence, batch, small state
 * A type 0 key 0 1                      a state above {@link Head#INLINE_BYTES}, or a snapshot
 * A type 0 key 0 2 sender               the last number received
 * A type 0 key 0 3 idempotency key      an answer
 * A type 0 key 0 4 number               a tell not acknowledged
 * A type 0 key 0 5 name                 a reminder
 * A type 0 key 0 6 sequence             a journal record
 * </pre>
 *
 * An actor's rows are adjacent and its head is the first, so that loading is one scan and
 * listing the ids of a type is one seek each. Types and keys hold no zero byte, so no two
 * actors share a prefix.
 */
final class Keys {

	static final int HEAD = 0;

	static final int STATE = 1;

	static final int RECEIVED = 2;

	static final int REPLY = 3;

	static final int TELL = 4;

	static final int REMINDER = 5;

	static final int RECORD = 6;

	private static final int END = 7;

	private static final int SHARD_FENCE = 0;

	private static final int SHARD_WAKE = 1;

	private static final int SHARD_REMINDER = 2;

	private static final int SHARD_END = 3;

	/** A prefix as long as any actor's with an ASCII key of usual length. */
	private static final int USUAL = 64;

	private Keys() {
	}

	static byte[] meta(String name) {
		return RowWriter.key(USUAL).int8('M').lastText(name).toBytes();
	}

	static byte[] fence(int shard) {
		return shard(shard, SHARD_FENCE).toBytes();
	}

	static byte[] wakes(int shard) {
		return shard(shard, SHARD_WAKE).toBytes();
	}

	static byte[] wake(int shard, ActorId actor) {
		return shard(shard, SHARD_WAKE).text(actor.type()).lastText(actor.key()).toBytes();
	}

	static ActorId wakeOf(byte[] key) {
		RowReader reader = RowReader.key(key);
		reader.int8();
		reader.int32();
		reader.int8();
		return new ActorId(reader.text(), reader.lastText());
	}

	/** Where the reminders of a shard begin, and the wake set ends. */
	static byte[] reminders(int shard) {
		return shard(shard, SHARD_REMINDER).toBytes();
	}

	static byte[] remindersEnd(int shard) {
		return shard(shard, SHARD_END).toBytes();
	}

	static byte[] dueReminder(int shard, ActorId actor, String name, long dueMillis) {
		return shard(shard, SHARD_REMINDER).int64(dueMillis)
			.text(actor.type())
			.text(actor.key())
			.lastText(name)
			.toBytes();
	}

	/** The reminder of such a key, without its message. */
	static StoredReminder dueReminderOf(byte[] key) {
		RowReader reader = RowReader.key(key);
		reader.int8();
		reader.int32();
		reader.int8();
		long dueMillis = reader.int64();
		return new StoredReminder(new ActorId(reader.text(), reader.text()), reader.lastText(), dueMillis, new byte[0]);
	}

	private static RowWriter shard(int shard, int part) {
		return RowWriter.key(USUAL).int8('S').int32(shard).int8(part);
	}

	/** Where the rows of a type begin. */
	static byte[] type(String type) {
		return RowWriter.key(USUAL).int8('A').text(type).toBytes();
	}

	/** The keys of an actor begin with it. */
	static byte[] actor(ActorId actor) {
		return RowWriter.key(USUAL).int8('A').text(actor.type()).text(actor.key()).toBytes();
	}

	static ActorId actorOf(byte[] key) {
		RowReader reader = RowReader.key(key);
		reader.int8();
		return new ActorId(reader.text(), reader.text());
	}

	static byte[] head(byte[] actor) {
		return part(actor, HEAD, 0).toBytes();
	}

	static byte[] state(byte[] actor) {
		return part(actor, STATE, 0).toBytes();
	}

	static byte[] received(byte[] actor, String sender) {
		return part(actor, RECEIVED, sender.length()).lastText(sender).toBytes();
	}

	static byte[] reply(byte[] actor, String key) {
		return part(actor, REPLY, key.length()).lastText(key).toBytes();
	}

	static byte[] tell(byte[] actor, long number) {
		return part(actor, TELL, 8).int64(number).toBytes();
	}

	static byte[] reminder(byte[] actor, String name) {
		return part(actor, REMINDER, name.length()).lastText(name).toBytes();
	}

	/** Where the reminders of an actor begin. */
	static byte[] reminders(byte[] actor) {
		return part(actor, REMINDER, 0).toBytes();
	}

	static byte[] record(byte[] actor, long sequence) {
		return part(actor, RECORD, 8).int64(sequence).toBytes();
	}

	/** Where the journal of an actor begins, and its reminders end. */
	static byte[] records(byte[] actor) {
		return part(actor, RECORD, 0).toBytes();
	}

	/** Behind the last row of an actor. */
	static byte[] end(byte[] actor) {
		return part(actor, END, 0).toBytes();
	}

	/** Reads what distinguishes a part from others of its kind. */
	static RowReader suffix(byte[] actor, byte[] key) {
		RowReader reader = RowReader.key(key);
		for (int i = 0; i <= actor.length; i++) {
			reader.int8();
		}
		return reader;
	}

	static int part(byte[] actor, byte[] key) {
		return key[actor.length];
	}

	static boolean isOf(byte[] actor, byte[] key) {
		return key.length > actor.length && Arrays.equals(actor, 0, actor.length, key, 0, actor.length);
	}

	private static RowWriter part(byte[] actor, int part, int more) {
		return RowWriter.key(actor.length + 1 + more).lastBytes(actor).int8(part);
	}

	/** Names a row for whoever has to find out what happened to it. */
	static String describe(byte[] key) {
		try {
			RowReader reader = RowReader.key(key);
			return switch (reader.int8()) {
				case 'M' -> "'" + reader.lastText() + "'";
				case 'S' -> "shard " + reader.int32() + " "
						+ ((reader.int8() == SHARD_FENCE) ? "fence" : "index entry " + hex(key));
				case 'A' -> {
					ActorId id = new ActorId(reader.text(), reader.text());
					yield describe(reader.int8(), reader) + " of actor " + id;
				}
				default -> "row " + hex(key);
			};
		}
		catch (RuntimeException ex) {
			// The key itself is damaged
			return "row " + hex(key);
		}
	}

	private static String describe(int part, RowReader suffix) {
		return switch (part) {
			case HEAD -> "the head";
			case STATE -> "the state";
			case RECEIVED -> "the number received from " + suffix.lastText();
			case REPLY -> "an answer";
			case TELL -> "tell " + suffix.int64();
			case REMINDER -> "reminder '" + suffix.lastText() + "'";
			case RECORD -> "journal record " + suffix.int64();
			default -> String.format(Locale.ROOT, "part %d", part);
		};
	}

	private static String hex(byte[] key) {
		StringBuilder text = new StringBuilder();
		for (byte b : key) {
			text.append(String.format(Locale.ROOT, "%02x", b));
		}
		return text.toString();
	}

}
