package dev.cajun.embedded;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.cajun.ActorId;
import dev.cajun.store.ClaimResult;
import dev.cajun.store.Fence;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoreMeta;
import dev.cajun.store.StoreResult;
import dev.cajun.store.StoredIds;
import dev.cajun.store.StoredReminder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operations on a shard or on the whole store. Damage of an index concerns one actor
 * that is then not woken by itself; it is logged, and the others go on. Owner thread
 * only.
 */
final class ShardTable {

	private static final Logger logger = LoggerFactory.getLogger(ShardTable.class);

	private static final String META = "meta";

	private static final String EPOCH = "epoch";

	/** Ids looked at for one page: each costs seeks on the thread that commits too. */
	private static final int PAGE_IDS = 1000;

	private final Database database;

	private final Fences fences;

	private final String place;

	private int shards;

	ShardTable(Database database, Fences fences, String place) {
		this.database = database;
		this.fences = fences;
		this.place = place;
	}

	/** Reads what the store was created with. */
	StoreMeta readMeta() throws SQLException, DamagedException {
		Database.Row row = this.database.get(Keys.meta(META));
		if (row == null) {
			throw new DamagedException("what it was created with is missing");
		}
		int formatVersion = row.value().int32();
		if (formatVersion > StoreMeta.FORMAT_VERSION) {
			throw new StoreException(StoreException.Kind.FOREIGN,
					"The embedded store in " + this.place + " was written in format " + formatVersion
							+ " by a newer version, this one knows " + StoreMeta.FORMAT_VERSION
							+ ": use the newer version again",
					null);
		}
		this.shards = row.value().int32();
		String storeId = row.value().text();
		return new StoreMeta(storeId, row.value().lastText(), this.shards, formatVersion);
	}

	/** Reads what the store was created with, or writes it if the store is new. */
	StoreMeta readOrWriteMeta(StoreMeta wanted) throws SQLException, DamagedException {
		if (this.database.hasRows()) {
			return readMeta();
		}
		this.database.put(Keys.meta(META),
				RowWriter.value(64)
					.int32(wanted.formatVersion())
					.int32(wanted.shards())
					.text(wanted.storeId())
					.lastText(wanted.cluster())
					.toBytes());
		this.shards = wanted.shards();
		return wanted;
	}

	/**
	 * Reads all fences. One that is damaged becomes the highest of all without an owner:
	 * a claim under an epoch of {@link #nextLocalEpoch} raises it.
	 */
	void readFences() throws SQLException {
		Map<Integer, Fence> stored = new HashMap<>();
		List<Integer> damaged = new ArrayList<>();
		long highest = 0;
		for (int shard = 0; shard < this.shards; shard++) {
			try {
				Database.Row row = this.database.get(Keys.fence(shard));
				if (row != null) {
					Fence fence = new Fence(shard, row.value().int64(), row.value().lastText());
					stored.put(shard, fence);
					highest = Math.max(highest, fence.epoch());
				}
			}
			catch (DamagedException ex) {
				damaged.add(shard);
				logger.debug("The fence of shard {} is damaged", shard, ex);
			}
		}
		highest = Math.max(highest, storedEpoch());
		if (!damaged.isEmpty()) {
			logger.error("The fences of shards {} in {} are damaged and count as the highest, which is {}", damaged,
					this.place, highest);
		}
		for (int shard : damaged) {
			stored.put(shard, new Fence(shard, highest, ""));
		}
		this.fences.reset(stored);
	}

	private long storedEpoch() throws SQLException {
		try {
			Database.Row row = this.database.get(Keys.meta(EPOCH));
			return (row != null) ? row.value().int64() : 0;
		}
		catch (DamagedException ex) {
			logger.error("The last epoch is damaged; that of the fences counts: {}", ex.getMessage());
			return 0;
		}
	}

	long nextLocalEpoch() throws SQLException {
		long epoch = Math.max(storedEpoch(), this.fences.highestEpoch()) + 1;
		this.database.put(Keys.meta(EPOCH), RowWriter.value(8).int64(epoch).toBytes());
		return epoch;
	}

	ClaimResult claim(Fence fence, boolean claimedBefore) throws SQLException {
		if (fence.shard() < 0 || fence.shard() >= this.shards) {
			throw new StoreException(StoreException.Kind.NOT_APPLIED,
					"Shard " + fence.shard() + " cannot be claimed: the embedded store in " + this.place
							+ " was created with " + this.shards + " shards",
					null);
		}
		Fence found = this.fences.current(fence.shard());
		if (found == null) {
			if (claimedBefore) {
				return new ClaimResult.Lost();
			}
			found = new Fence(fence.shard(), 0, "");
		}
		else if (fence.epoch() < found.epoch()
				|| (fence.epoch() == found.epoch() && !fence.owner().equals(found.owner()))) {
			return new ClaimResult.Refused(found.epoch(), found.owner());
		}
		if (!fence.equals(found)) {
			write(fence);
		}
		return new ClaimResult.Claimed(found.epoch(), found.owner());
	}

	StoreResult release(Fence fence) throws SQLException {
		StoreResult refused = this.fences.refusal(fence);
		if (refused != null) {
			return refused;
		}
		write(new Fence(fence.shard(), fence.epoch(), ""));
		return new StoreResult.Applied(0);
	}

	private void write(Fence fence) throws SQLException {
		this.database.put(Keys.fence(fence.shard()),
				RowWriter.value(64).int64(fence.epoch()).lastText(fence.owner()).toBytes());
		this.fences.stage(fence);
	}

	Set<ActorId> wakeSet(Fence fence) throws SQLException, DamagedException {
		if (this.fences.refusal(fence) != null) {
			return Set.of();
		}
		Set<ActorId> actors = new HashSet<>();
		this.database.scanIntact(Keys.wakes(fence.shard()), Keys.reminders(fence.shard()), (key, row) -> {
			actors.add(Keys.wakeOf(key));
			return true;
		}, (key) -> logDamage(key, "tells to send"));
		return Set.copyOf(actors);
	}

	List<StoredReminder> reminders(Fence fence, @Nullable StoredReminder after, int limit)
			throws SQLException, DamagedException {
		if (this.fences.refusal(fence) != null || limit <= 0) {
			return List.of();
		}
		int shard = fence.shard();
		byte[] from = (after == null) ? Keys.reminders(shard)
				: RowWriter.key(64)
					.lastBytes(Keys.dueReminder(shard, after.actor(), after.name(), after.dueMillis()))
					.int8(0)
					.toBytes();
		List<StoredReminder> due = new ArrayList<>();
		this.database.scanIntact(from, Keys.remindersEnd(shard), (key, row) -> {
			due.add(Keys.dueReminderOf(key));
			return due.size() < limit;
		}, (key) -> logDamage(key, "a reminder"));
		List<StoredReminder> reminders = new ArrayList<>(due.size());
		for (StoredReminder reminder : due) {
			reminders.add(withMessage(reminder));
		}
		return reminders;
	}

	/**
	 * The message is with the actor. Where it is damaged, the actor finds out when due.
	 */
	private StoredReminder withMessage(StoredReminder reminder) throws SQLException {
		try {
			Database.Row row = this.database.get(Keys.reminder(Keys.actor(reminder.actor()), reminder.name()));
			if (row != null) {
				row.value().int64();
				return new StoredReminder(reminder.actor(), reminder.name(), reminder.dueMillis(),
						row.value().lastBytes());
			}
		}
		catch (DamagedException ex) {
			logger.error("Reminder '{}' of actor {} is damaged: {}", reminder.name(), reminder.actor(),
					ex.getMessage());
		}
		return reminder;
	}

	private static void logDamage(byte[] key, String what) {
		logger.error("Damaged: {}. It meant that an actor has {}; that actor is not activated by itself",
				Keys.describe(key), what);
	}

	StoredIds scan(String type, @Nullable ActorId after, int limit) throws SQLException {
		List<ActorId> ids = new ArrayList<>();
		byte[] typePrefix = Keys.type(type);
		byte[] from = (after == null) ? typePrefix : Keys.end(Keys.actor(after));
		for (int seeks = 1;; seeks++) {
			byte[] key = this.database.firstKey(from);
			if (key == null || !Keys.isOf(typePrefix, key)) {
				return new StoredIds(List.copyOf(ids), null);
			}
			ActorId id = Keys.actorOf(key);
			if (isStored(id)) {
				ids.add(id);
			}
			if (ids.size() >= limit || seeks == PAGE_IDS) {
				return new StoredIds(List.copyOf(ids), id.key());
			}
			from = Keys.end(Keys.actor(id));
		}
	}

	/**
	 * Whether it has a state or a journal; where that cannot be read it has something.
	 */
	private boolean isStored(ActorId id) throws SQLException {
		try {
			Database.Row row = this.database.get(Keys.head(Keys.actor(id)));
			if (row == null) {
				return false;
			}
			Head head = Head.decode(row.row(), row.value());
			return head.form() != Head.Form.NONE || head.hasJournal();
		}
		catch (DamagedException ex) {
			return true;
		}
	}

}
