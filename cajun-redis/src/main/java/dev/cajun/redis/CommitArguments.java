package dev.cajun.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import dev.cajun.ActorId;
import dev.cajun.store.Commit;
import dev.cajun.store.StoredReminder;
import dev.cajun.store.StoredReply;
import dev.cajun.store.StoredTell;

/** Makes the arguments of the commit script. Payloads are passed on, never copied. */
final class CommitArguments {

	private static final byte[] NO = { '0' };

	private static final byte[] YES = { '1' };

	private static final byte[] STATE = { 'v' };

	private static final int KEYS = 6;

	private CommitArguments() {
	}

	static byte[][] of(Shard shard, byte[] fence, Keys.OfActor keys, Commit commit) {
		byte[] newState = commit.state();
		boolean stateAlone = newState != null && isPlain(commit);
		List<byte[]> more = stateAlone ? List.of() : new ArrayList<>();
		byte[] counts = stateAlone ? NO : rest(commit, more);
		byte[][] parts = new byte[KEYS + (stateAlone ? 5 : 6 + more.size())][];
		parts[0] = shard.fence;
		parts[1] = keys.state();
		parts[2] = keys.journal();
		parts[3] = shard.wake;
		parts[4] = shard.reminders;
		parts[5] = shard.ids;
		parts[6] = fence;
		parts[7] = head(commit);
		parts[8] = new ByteWriter(8).int64(commit.expectedSequence()).toBytes();
		parts[9] = keys.id();
		if (newState != null && stateAlone) {
			parts[10] = newState;
			return parts;
		}
		parts[10] = commit.clear() ? YES : NO;
		parts[11] = counts;
		for (int i = 0; i < more.size(); i++) {
			parts[12 + i] = more.get(i);
		}
		return parts;
	}

	private static boolean isPlain(Commit commit) {
		return !commit.clear() && commit.records().isEmpty() && commit.received().isEmpty()
				&& commit.forgotten().isEmpty() && commit.replies().isEmpty() && commit.expiredReplies().isEmpty()
				&& commit.tells().isEmpty() && commit.acknowledgedTells().isEmpty() && commit.reminders().isEmpty()
				&& commit.cancelledReminders().isEmpty();
	}

	/**
	 * The place of the sequence that the state stands for is filled for a state alone.
	 */
	private static byte[] head(Commit commit) {
		return new ByteWriter(33).int64(commit.batch().incarnation())
			.int64(commit.batch().counter())
			.int64(commit.nextSequence())
			.int64(commit.nextSequence())
			.int8(commit.wake() ? 1 : 0)
			.toBytes();
	}

	private static byte[] rest(Commit commit, List<byte[]> parts) {
		byte[] newState = commit.state();
		if (newState != null) {
			parts.add(STATE);
			parts.add(newState);
		}
		commit.received().forEach((sender, number) -> {
			parts.add(field('n', sender));
			parts.add(decimal(number));
		});
		int place = 0;
		for (StoredReply reply : commit.replies()) {
			parts.add(field('k', reply.key()));
			parts.add(reply(reply, commit.nextSequence(), place++));
		}
		for (StoredTell tell : commit.tells()) {
			parts.add(tell(tell.number()));
			parts.add(value(tell));
		}
		int sets = parts.size() / 2;
		commit.forgotten().forEach((sender) -> parts.add(field('n', sender)));
		commit.expiredReplies().forEach((key) -> parts.add(field('k', key)));
		commit.acknowledgedTells().forEach((number) -> parts.add(tell(number)));
		int dels = parts.size() - 2 * sets;
		parts.addAll(commit.records());
		commit.cancelledReminders().forEach((name) -> parts.add(ByteWriter.of(name)));
		for (StoredReminder reminder : commit.reminders()) {
			parts.add(ByteWriter.of(reminder.name()));
			parts.add(member(reminder));
		}
		String counts = sets + " " + dels + " " + commit.records().size() + " " + commit.cancelledReminders().size()
				+ " " + commit.reminders().size();
		return counts.getBytes(StandardCharsets.US_ASCII);
	}

	private static byte[] field(char part, String name) {
		return new ByteWriter(1 + name.length()).int8(part).text(name).toBytes();
	}

	private static byte[] decimal(long number) {
		return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
	}

	private static byte[] tell(long number) {
		return field('t', Long.toString(number));
	}

	/** Its place among all answers of the actor comes first. */
	private static byte[] reply(StoredReply reply, long sequence, int place) {
		return new ByteWriter(40 + reply.fingerprint().length() + reply.reply().length).int64(sequence)
			.int32(place)
			.int64(reply.atMillis())
			.textEnd(reply.fingerprint())
			.bytes(reply.reply())
			.toBytes();
	}

	private static byte[] value(StoredTell tell) {
		return new ByteWriter(80 + tell.message().length).textEnd(tell.delivery().name())
			.textEnd(tell.receiver().type())
			.textEnd(tell.receiver().key())
			.bytes(tell.message())
			.toBytes();
	}

	private static byte[] member(StoredReminder reminder) {
		return place(reminder.dueMillis(), reminder.actor(), reminder.name(), reminder.message().length).int8(0)
			.bytes(reminder.message())
			.toBytes();
	}

	/** What sorts a reminder among those of its shard. */
	private static ByteWriter place(long dueMillis, ActorId actor, String name, int more) {
		return new ByteWriter(16 + actor.type().length() + actor.key().length() + name.length() + more)
			.sorted(dueMillis)
			.textEnd(actor.type())
			.textEnd(actor.key())
			.text(name);
	}

	/** A bound behind a reminder, whatever its message is, and before the next. */
	static byte[] behind(StoredReminder reminder) {
		return ByteWriter.behind(place(reminder.dueMillis(), reminder.actor(), reminder.name(), 1).int8(1).toBytes());
	}

}
