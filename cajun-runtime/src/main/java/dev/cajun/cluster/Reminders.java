package dev.cajun.cluster;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;

import dev.cajun.ActorId;
import dev.cajun.activation.ReminderDue;
import dev.cajun.placement.Shards;
import dev.cajun.store.ActorStore;
import dev.cajun.store.Fence;
import dev.cajun.store.StoredReminder;
import dev.cajun.time.Scheduler;
import dev.cajun.time.Scheduler.Cancellable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Announces the stored reminders of the shards that this node owns when they fall due. Of
 * each shard the earliest are held in memory, the rest is read when those are done; one
 * timer waits for the earliest of all. A reminder is announced until its actor has dealt
 * with it and the store has it no more.
 * <p>
 * Thread-safe: one lock, under which nothing waits.
 */
final class Reminders {

	private static final Logger logger = LoggerFactory.getLogger(Reminders.class);

	/** Reminders of one shard held in memory, beside those set meanwhile. */
	private static final int PAGE = 128;

	/**
	 * How soon an announcement that failed, or a page that could not be read, is
	 * repeated.
	 */
	private static final long RETRY_MILLIS = 1_000;

	/** The timer looks at the wall clock at least so often, which may have been set. */
	private static final long LONGEST_WAIT_MILLIS = 60_000;

	private final ReentrantLock lock = new ReentrantLock();

	private final ActorStore store;

	private final Scheduler scheduler;

	private final Shards shards;

	private final BiConsumer<ActorId, ReminderDue> announce;

	private final TreeSet<Entry> waiting = new TreeSet<>();

	private final Map<Name, Entry> known = new HashMap<>();

	private final Map<Integer, Window> windows = new HashMap<>();

	private @Nullable Cancellable timer;

	private long timerMillis = Long.MAX_VALUE;

	private boolean stopped;

	Reminders(ActorStore store, Scheduler scheduler, Shards shards, BiConsumer<ActorId, ReminderDue> announce) {
		this.store = store;
		this.scheduler = scheduler;
		this.shards = shards;
		this.announce = announce;
	}

	/** Reads the earliest reminders of a shard that was claimed. */
	CompletionStage<Void> start(Fence fence) {
		this.lock.lock();
		try {
			this.windows.put(fence.shard(), new Window(fence));
		}
		finally {
			this.lock.unlock();
		}
		return read(fence.shard(), null);
	}

	void stop() {
		this.lock.lock();
		try {
			this.stopped = true;
			if (this.timer != null) {
				this.timer.cancel();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private CompletionStage<Void> read(int shard, @Nullable StoredReminder after) {
		Window window = this.windows.get(shard);
		if (window == null) {
			return CompletableFuture.completedFuture(null);
		}
		return this.store.reminders(window.fence, after, PAGE).handle((page, error) -> {
			if (error != null) {
				logger.warn("The reminders of shard {} cannot be read; tried again in {} ms", shard, RETRY_MILLIS,
						error);
				this.scheduler.schedule(RETRY_MILLIS * 1_000_000L, () -> read(shard, after));
				return null;
			}
			this.lock.lock();
			try {
				window.horizon = (page.size() < PAGE) ? null : page.get(page.size() - 1);
				window.complete = page.size() < PAGE;
				for (StoredReminder reminder : page) {
					add(window, reminder);
				}
				arm();
			}
			finally {
				this.lock.unlock();
			}
			return null;
		});
	}

	private void add(Window window, StoredReminder reminder) {
		Name name = new Name(reminder.actor(), reminder.name());
		Entry before = this.known.get(name);
		if (before != null && before.reminderMillis == reminder.dueMillis()) {
			return;
		}
		forget(name);
		Entry entry = new Entry(reminder.dueMillis(), reminder.dueMillis(), name, window.fence.shard());
		this.known.put(name, entry);
		this.waiting.add(entry);
		window.held++;
	}

	private void forget(Name name) {
		Entry entry = this.known.remove(name);
		if (entry != null) {
			this.waiting.remove(entry);
			Window window = this.windows.get(entry.shard);
			if (window != null) {
				window.held--;
			}
		}
	}

	/** A reminder is stored; what lies behind the horizon is read in its time. */
	void set(StoredReminder reminder) {
		this.lock.lock();
		try {
			Window window = this.windows.get(this.shards.of(reminder.actor()));
			if (window == null) {
				return;
			}
			forget(new Name(reminder.actor(), reminder.name()));
			if (window.complete || window.holds(reminder)) {
				add(window, reminder);
				arm();
			}
			else {
				readOnIfEmpty(window);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** A reminder is not stored any more. */
	void removed(ActorId actor, String name) {
		this.lock.lock();
		try {
			forget(new Name(actor, name));
			Window window = this.windows.get(this.shards.of(actor));
			if (window != null) {
				readOnIfEmpty(window);
			}
			arm();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void readOnIfEmpty(Window window) {
		StoredReminder horizon = window.horizon;
		if (window.held == 0 && !window.complete && horizon != null) {
			window.horizon = null;
			read(window.fence.shard(), horizon);
		}
	}

	private void arm() {
		long next = this.waiting.isEmpty() ? Long.MAX_VALUE : this.waiting.first().dueMillis;
		if (this.stopped || next == this.timerMillis) {
			return;
		}
		if (this.timer != null) {
			this.timer.cancel();
			this.timer = null;
		}
		this.timerMillis = next;
		if (next != Long.MAX_VALUE) {
			long delay = Math.min(LONGEST_WAIT_MILLIS, next - this.scheduler.now().toEpochMilli());
			this.timer = this.scheduler.schedule(Math.max(0, delay) * 1_000_000L, this::announceDue);
		}
	}

	private void announceDue() {
		List<Entry> due = new ArrayList<>();
		this.lock.lock();
		try {
			this.timer = null;
			this.timerMillis = Long.MAX_VALUE;
			Instant now = this.scheduler.now();
			while (!this.stopped && !this.waiting.isEmpty() && this.waiting.first().dueMillis <= now.toEpochMilli()) {
				due.add(this.waiting.pollFirst());
			}
			arm();
		}
		finally {
			this.lock.unlock();
		}
		for (Entry entry : due) {
			this.announce.accept(entry.name.actor,
					new ReminderDue(entry.name.name, entry.reminderMillis, (settled) -> announced(entry, settled)));
		}
	}

	@SuppressWarnings("ReferenceEquality") // the very announcement, not one that looks
											// the same
	private void announced(Entry entry, boolean settled) {
		this.lock.lock();
		try {
			if (this.known.get(entry.name) != entry) {
				return;
			}
			if (settled) {
				forget(entry.name);
				Window window = this.windows.get(entry.shard);
				if (window != null) {
					readOnIfEmpty(window);
				}
				return;
			}
			Entry again = new Entry(this.scheduler.now().toEpochMilli() + RETRY_MILLIS, entry.reminderMillis,
					entry.name, entry.shard);
			this.known.put(entry.name, again);
			this.waiting.add(again);
			arm();
		}
		finally {
			this.lock.unlock();
		}
	}

	private record Name(ActorId actor, String name) {

	}

	/** A reminder to announce at {@code dueMillis}; entries are distinct objects. */
	private record Entry(long dueMillis, long reminderMillis, Name name, int shard) implements Comparable<Entry> {

		private static final Comparator<Entry> ORDER = Comparator.comparingLong(Entry::dueMillis)
			.thenComparing((entry) -> entry.name.actor)
			.thenComparing((entry) -> entry.name.name);

		@Override
		public int compareTo(Entry other) {
			return ORDER.compare(this, other);
		}

	}

	private static final class Window {

		private final Fence fence;

		/** The last reminder read, while there are more behind it. */
		private @Nullable StoredReminder horizon;

		private boolean complete;

		/** Reminders known and not settled. */
		private int held;

		Window(Fence fence) {
			this.fence = fence;
		}

		boolean holds(StoredReminder reminder) {
			StoredReminder last = this.horizon;
			return last != null && reminder.dueMillis() < last.dueMillis();
		}

	}

}
