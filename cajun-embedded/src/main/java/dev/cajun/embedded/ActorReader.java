package dev.cajun.embedded;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.cajun.ActorId;
import dev.cajun.Delivery;
import dev.cajun.store.StoredActor;
import dev.cajun.store.StoredReminder;
import dev.cajun.store.StoredReply;
import dev.cajun.store.StoredTell;
import org.jspecify.annotations.Nullable;

/** Takes the rows of one actor, the head first, and makes the actor of them. */
final class ActorReader implements Database.Visitor {

	private static final Comparator<OrderedReply> OLDEST_FIRST = Comparator
		.comparingLong((OrderedReply ordered) -> ordered.reply.atMillis())
		.thenComparingLong(OrderedReply::sequence)
		.thenComparingInt(OrderedReply::index);

	private final byte[] actor;

	private final ActorId id;

	private final Map<String, Long> received = new HashMap<>();

	private final List<OrderedReply> replies = new ArrayList<>();

	private final List<StoredTell> tells = new ArrayList<>();

	private final List<StoredReminder> reminders = new ArrayList<>();

	private @Nullable Head head;

	private byte @Nullable [] state;

	private JournalPage page;

	ActorReader(byte[] actor, ActorId id) {
		this.actor = actor;
		this.id = id;
		this.page = new JournalPage(actor, 0);
	}

	@Override
	public boolean visit(byte[] key, Database.Row row) throws DamagedException {
		RowReader value = row.value();
		RowReader suffix = Keys.suffix(this.actor, key);
		int part = Keys.part(this.actor, key);
		if (this.head == null && part != Keys.HEAD) {
			throw new DamagedException("the head is missing");
		}
		switch (part) {
			case Keys.HEAD -> readHead(row);
			case Keys.STATE -> this.state = value.lastBytes();
			case Keys.RECEIVED -> this.received.put(suffix.lastText(), value.int64());
			case Keys.REPLY -> {
				long atMillis = value.int64();
				this.replies.add(new OrderedReply(value.int64(), value.int32(),
						new StoredReply(suffix.lastText(), value.text(), atMillis, value.lastBytes())));
			}
			case Keys.TELL -> this.tells.add(new StoredTell(suffix.int64(), new ActorId(value.text(), value.text()),
					Delivery.valueOf(value.text()), value.lastBytes()));
			case Keys.REMINDER ->
				this.reminders.add(new StoredReminder(this.id, suffix.lastText(), value.int64(), value.lastBytes()));
			case Keys.RECORD -> {
				return this.page.add(key, value.lastBytes());
			}
			default -> throw new DamagedException("part " + part + " is unknown");
		}
		return true;
	}

	private void readHead(Database.Row row) {
		Head found = Head.decode(row.row(), row.value());
		if (found.form() == Head.Form.INLINE) {
			this.state = row.value().lastBytes();
		}
		this.page = new JournalPage(this.actor, found.stateSequence());
		this.head = found;
	}

	@Nullable Head head() {
		return this.head;
	}

	StoredActor toActor(Head found) throws DamagedException {
		if (found.form() != Head.Form.NONE && this.state == null) {
			throw new DamagedException("the state is missing");
		}
		this.page.checkEnd(found.sequence());
		this.replies.sort(OLDEST_FIRST);
		return new StoredActor(found.sequence(), found.batch(), this.state, found.stateSequence(),
				List.copyOf(this.page.records()), Map.copyOf(this.received),
				this.replies.stream().map(OrderedReply::reply).toList(), List.copyOf(this.tells),
				List.copyOf(this.reminders));
	}

	/**
	 * An answer with the place it was written at.
	 *
	 * @param sequence the commit that wrote it
	 * @param index its place in that
	 * @param reply the answer
	 */
	private record OrderedReply(long sequence, int index, StoredReply reply) {

	}

}
