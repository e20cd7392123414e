package dev.cajun.embedded;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.cajun.ActorId;
import dev.cajun.store.Commit;
import dev.cajun.store.Fence;
import dev.cajun.store.LoadResult;
import dev.cajun.store.StoreResult;
import dev.cajun.store.StoredActor;
import dev.cajun.store.StoredReminder;
import dev.cajun.store.StoredReply;
import dev.cajun.store.StoredTell;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operations on one actor. Each reads all it needs before its first write: damage
 * that it finds then concerns nobody else of its transaction. Owner thread only.
 */
final class ActorTable {

	private static final Logger logger = LoggerFactory.getLogger(ActorTable.class);

	private final Database database;

	private final Fences fences;

	private final Heads heads;

	ActorTable(Database database, Fences fences, Heads heads) {
		this.database = database;
		this.fences = fences;
		this.heads = heads;
	}

	LoadResult load(Fence fence, ActorId actor) throws SQLException, DamagedException {
		StoreResult.Fenced refused = this.fences.refusal(fence);
		if (refused != null) {
			return new LoadResult.Fenced(refused.epoch(), refused.owner());
		}
		byte[] prefix = Keys.actor(actor);
		ActorReader reader = new ActorReader(prefix, actor);
		this.database.scan(Keys.head(prefix), Keys.end(prefix), reader);
		Head head = reader.head();
		if (head != null) {
			this.heads.stage(actor, head);
			return new LoadResult.Loaded(reader.toActor(head));
		}
		// Asked for alone it is missed only after a look at what is beside the gap
		if (this.database.get(Keys.head(prefix)) != null) {
			throw new DamagedException("the head is out of order");
		}
		this.heads.stage(actor, Head.NONE);
		return new LoadResult.Loaded(StoredActor.NEVER_WRITTEN);
	}

	List<byte[]> records(Fence fence, ActorId actor, long afterSequence) throws SQLException, DamagedException {
		if (this.fences.refusal(fence) != null) {
			return List.of();
		}
		byte[] prefix = Keys.actor(actor);
		Head head = head(actor, prefix);
		long after = Math.max(afterSequence, head.stateSequence());
		if (after >= head.sequence()) {
			return List.of();
		}
		JournalPage page = new JournalPage(prefix, after);
		this.database.scan(Keys.record(prefix, after + 1), Keys.end(prefix),
				(key, row) -> page.add(key, row.value().lastBytes()));
		page.checkEnd(head.sequence());
		return page.records();
	}

	/** What confirms a sequence, or {@code null} when the actor's head is damaged. */
	@Nullable StoreResult confirm(Fence fence, ActorId actor, long sequence) throws SQLException {
		try {
			StoreResult refused = refusal(fence, sequence, head(actor, Keys.actor(actor)));
			return (refused != null) ? refused : new StoreResult.Applied(sequence);
		}
		catch (DamagedException ex) {
			logger.debug("The sequence of actor {} cannot be confirmed: {}", actor, ex.getMessage());
			return null;
		}
	}

	StoreResult snapshot(Fence fence, ActorId actor, long sequence, byte[] state)
			throws SQLException, DamagedException {
		byte[] prefix = Keys.actor(actor);
		Head head = head(actor, prefix);
		StoreResult refused = refusal(fence, sequence, head);
		if (refused != null) {
			return refused;
		}
		this.database.put(Keys.state(prefix), RowWriter.value(state.length).lastBytes(state).toBytes());
		if (head.hasJournal()) {
			this.database.delete(Keys.records(prefix), Keys.end(prefix));
		}
		write(actor, prefix, new Head(head.row(), sequence, head.batch(), sequence, Head.Form.ROW, head.wake()), null);
		return new StoreResult.Applied(sequence);
	}

	StoreResult commit(Fence fence, Commit commit) throws SQLException, DamagedException {
		ActorId actor = commit.actor();
		byte[] prefix = Keys.actor(actor);
		Head head = head(actor, prefix);
		if (commit.batch().equals(head.batch())) {
			return new StoreResult.Duplicate(head.sequence());
		}
		StoreResult refused = refusal(fence, commit.expectedSequence(), head);
		if (refused != null) {
			return refused;
		}
		boolean stays = commit.state() == null && !commit.clear();
		byte[] state = (stays && head.form() == Head.Form.INLINE) ? inlineState(prefix) : commit.state();
		Map<String, Long> due = dueBefore(prefix, commit);

		boolean journaled = !commit.records().isEmpty();
		Head.Form form = form(head, state, stays, journaled);
		if (form == Head.Form.ROW && state != null) {
			this.database.put(Keys.state(prefix), RowWriter.value(state.length).lastBytes(state).toBytes());
		}
		else if (form != Head.Form.ROW && head.form() == Head.Form.ROW) {
			this.database.delete(Keys.state(prefix));
		}
		if (head.hasJournal() && (commit.clear() || !journaled)) {
			this.database.delete(Keys.records(prefix), Keys.end(prefix));
		}
		long sequence = head.sequence();
		for (byte[] record : commit.records()) {
			this.database.put(Keys.record(prefix, ++sequence),
					RowWriter.value(record.length).lastBytes(record).toBytes());
		}
		writeDelivery(prefix, commit);
		writeReminders(fence.shard(), prefix, commit, due);
		if (commit.wake() != head.wake()) {
			writeWake(fence.shard(), actor, commit.wake());
		}
		long stateSequence = journaled ? (commit.clear() ? head.sequence() : head.stateSequence())
				: commit.nextSequence();
		write(actor, prefix,
				new Head(head.row(), commit.nextSequence(), commit.batch(), stateSequence, form, commit.wake()),
				(form == Head.Form.INLINE) ? state : null);
		return new StoreResult.Applied(commit.nextSequence());
	}

	/**
	 * A journaled actor keeps its state apart, as its commits do not bring it again.
	 * @param stays whether the commit leaves the state alone
	 */
	private static Head.Form form(Head head, byte @Nullable [] state, boolean stays, boolean journaled) {
		if (state == null) {
			return stays ? head.form() : Head.Form.NONE;
		}
		return (journaled || state.length > Head.INLINE_BYTES) ? Head.Form.ROW : Head.Form.INLINE;
	}

	private void writeDelivery(byte[] prefix, Commit commit) throws SQLException {
		for (String sender : commit.forgotten()) {
			this.database.delete(Keys.received(prefix, sender));
		}
		for (Map.Entry<String, Long> received : commit.received().entrySet()) {
			this.database.put(Keys.received(prefix, received.getKey()),
					RowWriter.value(8).int64(received.getValue()).toBytes());
		}
		for (String key : commit.expiredReplies()) {
			this.database.delete(Keys.reply(prefix, key));
		}
		int index = 0;
		for (StoredReply reply : commit.replies()) {
			this.database.put(Keys.reply(prefix, reply.key()),
					RowWriter.value(64 + reply.reply().length)
						.int64(reply.atMillis())
						.int64(commit.nextSequence())
						.int32(index++)
						.text(reply.fingerprint())
						.lastBytes(reply.reply())
						.toBytes());
		}
		for (long number : commit.acknowledgedTells()) {
			this.database.delete(Keys.tell(prefix, number));
		}
		for (StoredTell tell : commit.tells()) {
			this.database.put(Keys.tell(prefix, tell.number()),
					RowWriter.value(64 + tell.message().length)
						.text(tell.receiver().type())
						.text(tell.receiver().key())
						.text(tell.delivery().name())
						.lastBytes(tell.message())
						.toBytes());
		}
	}

	/** When the reminders that the commit changes were due; they are indexed by that. */
	private Map<String, Long> dueBefore(byte[] prefix, Commit commit) throws SQLException, DamagedException {
		if (!commit.clear() && commit.reminders().isEmpty() && commit.cancelledReminders().isEmpty()) {
			return Map.of();
		}
		Map<String, Long> due = new HashMap<>();
		if (commit.clear()) {
			this.database.scan(Keys.reminders(prefix), Keys.records(prefix), (key, row) -> {
				due.put(Keys.suffix(prefix, key).lastText(), row.value().int64());
				return true;
			});
			return due;
		}
		List<String> names = new ArrayList<>(commit.cancelledReminders());
		for (StoredReminder reminder : commit.reminders()) {
			names.add(reminder.name());
		}
		for (String name : names) {
			Database.Row found = this.database.get(Keys.reminder(prefix, name));
			if (found != null) {
				due.put(name, found.value().int64());
			}
		}
		return due;
	}

	private void writeReminders(int shard, byte[] prefix, Commit commit, Map<String, Long> due) throws SQLException {
		ActorId actor = commit.actor();
		for (Map.Entry<String, Long> before : due.entrySet()) {
			this.database.delete(Keys.dueReminder(shard, actor, before.getKey(), before.getValue()));
			this.database.delete(Keys.reminder(prefix, before.getKey()));
		}
		for (StoredReminder reminder : commit.reminders()) {
			this.database.put(Keys.dueReminder(shard, actor, reminder.name(), reminder.dueMillis()),
					RowWriter.value(0).toBytes());
			this.database.put(Keys.reminder(prefix, reminder.name()),
					RowWriter.value(8 + reminder.message().length)
						.int64(reminder.dueMillis())
						.lastBytes(reminder.message())
						.toBytes());
		}
	}

	private void writeWake(int shard, ActorId actor, boolean wake) throws SQLException {
		byte[] key = Keys.wake(shard, actor);
		if (wake) {
			this.database.put(key, RowWriter.value(0).toBytes());
		}
		else {
			this.database.delete(key);
		}
	}

	private void write(ActorId actor, byte[] prefix, Head head, byte @Nullable [] inline) throws SQLException {
		long row = this.database.put(head.row(), Keys.head(prefix), head.encode(inline));
		this.heads.stage(actor, (row == head.row()) ? head : head.inRow(row));
	}

	private @Nullable StoreResult refusal(Fence fence, long expected, Head head) {
		StoreResult refused = this.fences.refusal(fence);
		if (refused != null) {
			return refused;
		}
		return (head.sequence() == expected) ? null : new StoreResult.SequenceMismatch(head.sequence());
	}

	private Head head(ActorId actor, byte[] prefix) throws SQLException, DamagedException {
		Head head = this.heads.current(actor);
		if (head == null) {
			Database.Row found = this.database.get(Keys.head(prefix));
			head = (found == null) ? Head.NONE : Head.decode(found.row(), found.value());
			this.heads.stage(actor, head);
		}
		return head;
	}

	private byte[] inlineState(byte[] prefix) throws SQLException, DamagedException {
		Database.Row found = this.database.get(Keys.head(prefix));
		if (found == null) {
			throw new DamagedException("the head is missing");
		}
		Head.decode(found.row(), found.value());
		return found.value().lastBytes();
	}

}
