package dev.cajun.routing;

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
 * Announces the stored reminders of the shards that this node owns when they fall due.
 * <p>
 * Of each shard a {@link Window} holds the earliest: all that are stored up to its
 * horizon, in the store's order. What lies behind is read when the window runs empty, and
 * dropped again when it grows too large. While a page is being read, changes are noted
 * and win over the page. A reminder is announced until its actor has dealt with it and
 * the store has it no more; one whose announcement failed, or whose actor takes long to
 * deal with it, leaves the window's count, so that it holds up no other. One timer waits
 * for the earliest of all.
 * <p>
 * Thread-safe: one lock, under which nothing waits.
 */
final class Reminders {

	private static final Logger logger = LoggerFactory.getLogger(Reminders.class);

	/** Reminders of one shard read at a time. */
	private static final int PAGE = 128;

	/** The most reminders of one shard held. */
	private static final int MOST_HELD = 4 * PAGE;

	/** An actor that has not dealt with a reminder after this takes long. */
	private static final long LONG_NANOS = 1_000_000_000L;

	private static final long FIRST_RETRY_MILLIS = 1_000;

	private static final long LONGEST_RETRY_MILLIS = 60_000;

	/** The timer looks at the wall clock at least so often, which may have been set. */
	private static final long LONGEST_WAIT_MILLIS = 60_000;

	private final ReentrantLock lock = new ReentrantLock();

	private final ActorStore store;

	private final Scheduler scheduler;

	private final Shards shards;

	private final BiConsumer<ActorId, ReminderDue> announce;

	private final Map<Integer, Window> windows = new HashMap<>();

	private final Map<Name, Entry> known = new HashMap<>();

	/** What waits to be announced, the next first. */
	private final TreeSet<Entry> waiting = new TreeSet<>();

	private @Nullable Cancellable timer;

	private long timerMillis = Long.MAX_VALUE;

	private volatile boolean stopped;

	Reminders(ActorStore store, Scheduler scheduler, Shards shards, BiConsumer<ActorId, ReminderDue> announce) {
		this.store = store;
		this.scheduler = scheduler;
		this.shards = shards;
		this.announce = announce;
	}

	/** Reads the earliest reminders of a shard that was claimed. */
	CompletionStage<Void> start(Fence fence) {
		Window window = new Window(fence);
		this.lock.lock();
		try {
			this.windows.put(fence.shard(), window);
			window.reading = true;
		}
		finally {
			this.lock.unlock();
		}
		return read(window, null);
	}

	/** The shard is this node's no more. */
	void end(int shard) {
		this.lock.lock();
		try {
			Window window = this.windows.remove(shard);
			if (window != null) {
				for (Entry entry : List.copyOf(this.known.values())) {
					if (entry.window.equals(window)) {
						forget(entry.name);
					}
				}
				arm();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	@SuppressWarnings("ReferenceEquality") // the very window
	private boolean isCurrent(Window window) {
		return this.windows.get(window.fence.shard()) == window;
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

	/** Reads the page behind a reminder; the window is marked as reading. */
	private CompletionStage<Void> read(Window window, @Nullable StoredReminder after) {
		return page(window, after).handle((found, error) -> {
			if (error == null) {
				took(window, after, found);
			}
			else if (!this.stopped && isStillCurrent(window)) {
				logger.warn("The reminders of shard {} cannot be read; tried again in {} ms", window.fence.shard(),
						FIRST_RETRY_MILLIS, error);
				this.scheduler.schedule(FIRST_RETRY_MILLIS * 1_000_000L, () -> read(window, after));
			}
			return null;
		});
	}

	private boolean isStillCurrent(Window window) {
		this.lock.lock();
		try {
			return isCurrent(window);
		}
		finally {
			this.lock.unlock();
		}
	}

	private CompletionStage<List<StoredReminder>> page(Window window, @Nullable StoredReminder after) {
		try {
			return this.store.reminders(window.fence, after, PAGE);
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private void took(Window window, @Nullable StoredReminder after, List<StoredReminder> page) {
		this.lock.lock();
		try {
			if (!isCurrent(window)) {
				return;
			}
			window.reading = false;
			window.complete = page.size() < PAGE;
			window.horizon = page.isEmpty() ? after : page.get(page.size() - 1);
			for (StoredReminder reminder : page) {
				if (!window.changed.containsKey(new Name(reminder.actor(), reminder.name()))) {
					hold(window, reminder);
				}
			}
			List<Change> changes = List.copyOf(window.changed.values());
			window.changed.clear();
			for (Change change : changes) {
				if (change.reminder != null) {
					holdIfCovered(window, change.reminder);
				}
			}
			readOnIfEmpty(window);
			arm();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** A reminder is stored; what lies behind the horizon is read in its time. */
	void set(StoredReminder reminder) {
		changed(new Name(reminder.actor(), reminder.name()), new Change(reminder));
	}

	/** A reminder is not stored any more. */
	void removed(ActorId actor, String reminder) {
		changed(new Name(actor, reminder), new Change(null));
	}

	private void changed(Name name, Change change) {
		this.lock.lock();
		try {
			Window window = this.windows.get(this.shards.of(name.actor));
			if (window == null) {
				return;
			}
			forget(name);
			if (window.reading) {
				window.changed.put(name, change);
			}
			else if (change.reminder != null) {
				holdIfCovered(window, change.reminder);
			}
			readOnIfEmpty(window);
			arm();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void holdIfCovered(Window window, StoredReminder reminder) {
		if (window.covers(reminder)) {
			hold(window, reminder);
			if (window.held.size() > MOST_HELD) {
				shrink(window);
			}
		}
	}

	private void hold(Window window, StoredReminder reminder) {
		Name name = new Name(reminder.actor(), reminder.name());
		forget(name);
		Entry entry = new Entry(reminder, name, window, reminder.dueMillis(), 0);
		this.known.put(name, entry);
		this.waiting.add(entry);
		window.held.add(reminder);
	}

	private void forget(Name name) {
		Entry entry = this.known.remove(name);
		if (entry != null) {
			this.waiting.remove(entry);
			entry.window.held.remove(entry.reminder);
		}
	}

	/** Drops the latest of a window; they are read again in their time. */
	private void shrink(Window window) {
		while (window.held.size() > MOST_HELD / 2) {
			StoredReminder latest = window.held.last();
			forget(new Name(latest.actor(), latest.name()));
		}
		window.complete = false;
		window.horizon = window.held.last();
	}

	private void readOnIfEmpty(Window window) {
		if (window.held.isEmpty() && !window.complete && !window.reading && !this.stopped) {
			window.reading = true;
			read(window, window.horizon);
		}
	}

	private void arm() {
		long next = this.waiting.isEmpty() ? Long.MAX_VALUE : this.waiting.first().atMillis;
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
			long now = this.scheduler.now().toEpochMilli();
			while (!this.stopped && !this.waiting.isEmpty() && this.waiting.first().atMillis <= now) {
				due.add(this.waiting.removeFirst());
			}
			arm();
		}
		finally {
			this.lock.unlock();
		}
		if (!due.isEmpty()) {
			this.scheduler.schedule(LONG_NANOS, () -> passBy(due));
		}
		for (Entry entry : due) {
			this.announce.accept(entry.name.actor, new ReminderDue(entry.name.reminder, entry.reminder.dueMillis(),
					(settled) -> announced(entry, settled)));
		}
	}

	/** Those not settled yet hold up what lies behind them no longer. */
	@SuppressWarnings("ReferenceEquality") // the very announcement
	private void passBy(List<Entry> announced) {
		this.lock.lock();
		try {
			for (Entry entry : announced) {
				if (this.known.get(entry.name) == entry && entry.window.held.remove(entry.reminder)) {
					readOnIfEmpty(entry.window);
				}
			}
			arm();
		}
		finally {
			this.lock.unlock();
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
			}
			else {
				entry.window.held.remove(entry.reminder);
				Entry again = entry.later(this.scheduler.now().toEpochMilli());
				this.known.put(entry.name, again);
				this.waiting.add(again);
			}
			readOnIfEmpty(entry.window);
			arm();
		}
		finally {
			this.lock.unlock();
		}
	}

	private record Name(ActorId actor, String reminder) {

	}

	/** A reminder set, or removed, while its window was being read. */
	private record Change(@Nullable StoredReminder reminder) {

	}

	/**
	 * A reminder that is announced at a time: its own, or later when that failed before.
	 */
	private record Entry(StoredReminder reminder, Name name, Window window, long atMillis,
			int failures) implements Comparable<Entry> {

		private static final Comparator<Entry> ORDER = Comparator.comparingLong(Entry::atMillis)
			.thenComparing(Entry::reminder, Window.ORDER);

		Entry later(long nowMillis) {
			long delay = Math.min(LONGEST_RETRY_MILLIS, FIRST_RETRY_MILLIS << Math.min(this.failures, 10));
			return new Entry(this.reminder, this.name, this.window, nowMillis + delay, this.failures + 1);
		}

		@Override
		public int compareTo(Entry other) {
			return ORDER.compare(this, other);
		}

	}

	/** The earliest reminders of one shard. */
	private static final class Window {

		/** The order in which a store gives them. */
		private static final Comparator<StoredReminder> ORDER = Comparator.comparingLong(StoredReminder::dueMillis)
			.thenComparing(StoredReminder::actor)
			.thenComparing(StoredReminder::name);

		private final Fence fence;

		/** Those to announce, and those announced that may be settled any moment. */
		private final TreeSet<StoredReminder> held = new TreeSet<>(ORDER);

		/** What changed since the page under way was asked for. */
		private final Map<Name, Change> changed = new HashMap<>();

		/** Everything stored up to here is held; {@code null} before the first page. */
		private @Nullable StoredReminder horizon;

		/** Whether nothing is stored behind the horizon. */
		private boolean complete;

		private boolean reading;

		Window(Fence fence) {
			this.fence = fence;
		}

		boolean covers(StoredReminder reminder) {
			return this.complete || (this.horizon != null && ORDER.compare(reminder, this.horizon) <= 0);
		}

	}

}
