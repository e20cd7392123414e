package dev.cajun.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import dev.cajun.ActorId;
import org.jspecify.annotations.Nullable;

/**
 * A view of an in-memory store that fails as told, and that watches how it is used: an
 * activation has at most one call under way, and no handler of it runs meanwhile.
 * <p>
 * A view can die, as a process does; what it had applied is found by the next view.
 */
public final class FaultyStore implements ActorStore {

	private final InMemoryActorStore memory;

	private final ReentrantLock lock = new ReentrantLock();

	private final Queue<Fault> commitFaults = new ConcurrentLinkedQueue<>();

	private final Queue<Fault> loadFaults = new ConcurrentLinkedQueue<>();

	private final Queue<Fault> confirmFaults = new ConcurrentLinkedQueue<>();

	private final Queue<Fault> snapshotFaults = new ConcurrentLinkedQueue<>();

	private final Map<ActorId, UnaryOperator<StoredActor>> tampered = new ConcurrentHashMap<>();

	private final List<Commit> commits = new CopyOnWriteArrayList<>();

	private final List<ActorId> loads = new CopyOnWriteArrayList<>();

	private final List<Map<ActorId, Long>> confirms = new CopyOnWriteArrayList<>();

	private final List<ActorId> snapshots = new CopyOnWriteArrayList<>();

	private final List<String> violations = new CopyOnWriteArrayList<>();

	private final Map<ActorId, Integer> busy = new HashMap<>();

	private final Map<ActorId, Thread> handling = new HashMap<>();

	private final List<Runnable> held = new ArrayList<>();

	private final AtomicInteger underWay = new AtomicInteger();

	private volatile Function<Commit, Fault> commitFault = (commit) -> Fault.NONE;

	private volatile Executor answers = Runnable::run;

	private final AtomicInteger recordPages = new AtomicInteger();

	private boolean frozen;

	private boolean dead;

	private int commitsToLive = Integer.MAX_VALUE;

	private boolean lastApplied;

	/** A view of a new store. */
	public FaultyStore() {
		this(new InMemoryActorStore());
	}

	private FaultyStore(InMemoryActorStore memory) {
		this.memory = memory;
	}

	// ---- what a test does

	/** The next commits fail so, one fault each. */
	public void failCommits(Fault... faults) {
		this.commitFaults.addAll(List.of(faults));
	}

	/** Decides about each commit. */
	public void failCommits(Function<Commit, Fault> fault) {
		this.commitFault = fault;
	}

	/** The next loads fail so. */
	public void failLoads(Fault... faults) {
		this.loadFaults.addAll(List.of(faults));
	}

	/** The next confirmations fail so. */
	public void failConfirms(Fault... faults) {
		this.confirmFaults.addAll(List.of(faults));
	}

	/** The next snapshots fail so. */
	public void failSnapshots(Fault... faults) {
		this.snapshotFaults.addAll(List.of(faults));
	}

	/** What a load of the actor gives is changed, until {@link #mend(ActorId)}. */
	public void tamper(ActorId actor, UnaryOperator<StoredActor> change) {
		this.tampered.put(actor, change);
	}

	/** A load of the actor gives a state with one bit flipped. */
	public void corruptState(ActorId actor) {
		tamper(actor,
				(stored) -> new StoredActor(stored.sequence(), stored.batch(), flipped(stored.state()),
						stored.stateSequence(), stored.records(), stored.received(), stored.replies(), stored.tells(),
						stored.reminders()));
	}

	/** A load of the actor gives a first journal record with one bit flipped. */
	public void corruptJournal(ActorId actor) {
		tamper(actor, (stored) -> {
			List<byte[]> records = new ArrayList<>(stored.records());
			records.set(0, flipped(records.get(0)));
			return new StoredActor(stored.sequence(), stored.batch(), stored.state(), stored.stateSequence(), records,
					stored.received(), stored.replies(), stored.tells(), stored.reminders());
		});
	}

	/** What is stored of the actor is given as it is again. */
	public void mend(ActorId actor) {
		this.tampered.remove(actor);
	}

	private static byte @Nullable [] flipped(byte @Nullable [] bytes) {
		if (bytes == null) {
			return null;
		}
		byte[] flipped = bytes.clone();
		flipped[flipped.length / 2] ^= 4;
		return flipped;
	}

	/** From now on calls are answered on this executor. */
	public FaultyStore answerOn(Executor executor) {
		this.answers = executor;
		return this;
	}

	/** Calls are held back, in order, until {@link #thaw()}. */
	public void freeze() {
		this.lock.lock();
		try {
			this.frozen = true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Calls held back are carried out. */
	public void thaw() {
		List<Runnable> released;
		this.lock.lock();
		try {
			this.frozen = false;
			released = List.copyOf(this.held);
			this.held.clear();
		}
		finally {
			this.lock.unlock();
		}
		released.forEach(Runnable::run);
	}

	/** How many calls are held back. */
	public int held() {
		this.lock.lock();
		try {
			return this.held.size();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Calls that were not answered yet. */
	public int underWay() {
		return this.underWay.get();
	}

	/**
	 * The view dies with a commit.
	 * @param commits which one from now, from 1
	 * @param applied whether that one is still applied
	 */
	public void dieAtCommit(int commits, boolean applied) {
		this.lock.lock();
		try {
			this.commitsToLive = commits;
			this.lastApplied = applied;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Whether the view has died. */
	public boolean isDead() {
		this.lock.lock();
		try {
			return this.dead;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Ends this view: nothing it is asked from now on is done.
	 * @return the next view of the same data
	 */
	public FaultyStore die() {
		this.lock.lock();
		try {
			this.dead = true;
			this.frozen = false;
			this.held.clear();
			this.memory.close();
		}
		finally {
			this.lock.unlock();
		}
		return new FaultyStore(this.memory);
	}

	/** Every commit asked for, repetitions included. */
	public List<Commit> commits() {
		return this.commits;
	}

	/** The commits asked for of one actor. */
	public List<Commit> commits(ActorId actor) {
		return this.commits.stream().filter((commit) -> commit.actor().equals(actor)).toList();
	}

	/** Every load asked for. */
	public List<ActorId> loads() {
		return this.loads;
	}

	/** Every confirmation asked for. */
	public List<Map<ActorId, Long>> confirms() {
		return this.confirms;
	}

	/** Every snapshot asked for. */
	public List<ActorId> snapshots() {
		return this.snapshots;
	}

	/** How many further pages of journals were read. */
	public int recordPages() {
		return this.recordPages.get();
	}

	/** What was done that must not be. */
	public List<String> violations() {
		return this.violations;
	}

	/** A handler of the actor begins to run. */
	public void handlerBegins(ActorId actor) {
		this.lock.lock();
		try {
			if (this.busy.getOrDefault(actor, 0) > 0) {
				this.violations.add("a handler of " + actor + " began during a call of the store");
			}
			if (this.handling.put(actor, Thread.currentThread()) != null) {
				this.violations.add("two handlers of " + actor + " at a time");
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** A handler of the actor returns or throws. */
	public void handlerEnds(ActorId actor) {
		this.lock.lock();
		try {
			this.handling.remove(actor);
		}
		finally {
			this.lock.unlock();
		}
	}

	// ---- the store

	private <T> CompletionStage<T> call(Collection<ActorId> actors, Supplier<CompletionStage<T>> operation) {
		return callEvenDead(actors, () -> this.dead ? failed(StoreException.Kind.CLOSED) : operation.get());
	}

	private <T> CompletionStage<T> callEvenDead(Collection<ActorId> actors, Supplier<CompletionStage<T>> operation) {
		CompletableFuture<T> answer = new CompletableFuture<>();
		this.underWay.incrementAndGet();
		this.lock.lock();
		try {
			for (ActorId actor : actors) {
				if (this.busy.merge(actor, 1, Integer::sum) > 1) {
					this.violations.add("two calls of the store for " + actor + " at a time");
				}
				if (this.handling.containsKey(actor)) {
					this.violations.add("a call of the store for " + actor + " while its handler runs");
				}
			}
			Runnable run = () -> carryOut(actors, operation, answer);
			if (this.frozen) {
				this.held.add(run);
				return answer;
			}
			run.run();
		}
		finally {
			this.lock.unlock();
		}
		return answer;
	}

	private <T> void carryOut(Collection<ActorId> actors, Supplier<CompletionStage<T>> operation,
			CompletableFuture<T> answer) {
		CompletionStage<T> result;
		this.lock.lock();
		try {
			result = operation.get();
		}
		finally {
			this.lock.unlock();
		}
		this.answers.execute(() -> {
			this.lock.lock();
			try {
				actors.forEach((actor) -> this.busy.merge(actor, -1, Integer::sum));
			}
			finally {
				this.lock.unlock();
			}
			result.whenComplete((value, error) -> {
				if (error != null) {
					answer.completeExceptionally(error);
				}
				else {
					answer.complete(value);
				}
				this.underWay.decrementAndGet();
			});
		});
	}

	private static <T> CompletionStage<T> failed(StoreException.Kind kind) {
		return CompletableFuture
			.failedFuture(new StoreException(kind, "The store failed as it was told: " + kind, null));
	}

	private static Fault next(Queue<Fault> faults) {
		Fault next = faults.poll();
		return (next == null) ? Fault.NONE : next;
	}

	@Override
	public CompletionStage<StoreMeta> open(StoreMeta wanted) {
		return call(List.of(), () -> this.memory.open(wanted));
	}

	@Override
	public CompletionStage<Long> nextLocalEpoch() {
		return call(List.of(), this.memory::nextLocalEpoch);
	}

	@Override
	public CompletionStage<ClaimResult> claim(Fence fence, boolean claimedBefore) {
		return call(List.of(), () -> this.memory.claim(fence, claimedBefore));
	}

	@Override
	public CompletionStage<StoreResult> release(Fence fence) {
		// What is dead gives nothing up; there is no need to say so in the log.
		return callEvenDead(List.of(), () -> this.dead ? CompletableFuture.completedFuture(new StoreResult.Applied(0))
				: this.memory.release(fence));
	}

	@Override
	public CompletionStage<LoadResult> load(Fence fence, ActorId actor) {
		this.loads.add(actor);
		Fault fault = next(this.loadFaults);
		return call(List.of(actor), () -> switch (fault) {
			case NONE -> this.memory.load(fence, actor).thenApply(tampered(actor));
			case FENCED -> CompletableFuture.completedFuture(new LoadResult.Fenced(fence.epoch() + 1, "other#1"));
			case CORRUPT -> failed(StoreException.Kind.CORRUPT);
			case UNKNOWN_APPLIED, UNKNOWN -> failed(StoreException.Kind.UNKNOWN);
			default -> failed(StoreException.Kind.NOT_APPLIED);
		});
	}

	private Function<LoadResult, LoadResult> tampered(ActorId actor) {
		UnaryOperator<StoredActor> change = this.tampered.getOrDefault(actor, UnaryOperator.identity());
		return (result) -> (result instanceof LoadResult.Loaded loaded)
				? new LoadResult.Loaded(change.apply(loaded.actor())) : result;
	}

	@Override
	public CompletionStage<List<byte[]>> records(Fence fence, ActorId actor, long afterSequence) {
		this.recordPages.incrementAndGet();
		return call(List.of(actor), () -> this.memory.records(fence, actor, afterSequence));
	}

	@Override
	public CompletionStage<StoreResult> commit(Fence fence, Commit commit) {
		this.commits.add(commit);
		Fault queued = next(this.commitFaults);
		Fault fault = (queued != Fault.NONE) ? queued : this.commitFault.apply(commit);
		return call(List.of(commit.actor()), () -> {
			if (--this.commitsToLive <= 0) {
				if (this.lastApplied) {
					this.memory.commit(fence, commit);
				}
				this.dead = true;
				return failed(StoreException.Kind.CLOSED);
			}
			return switch (fault) {
				case NONE -> this.memory.commit(fence, commit);
				case UNKNOWN_APPLIED ->
					this.memory.commit(fence, commit).thenCompose((result) -> failed(StoreException.Kind.UNKNOWN));
				case UNKNOWN -> failed(StoreException.Kind.UNKNOWN);
				case NOT_APPLIED -> failed(StoreException.Kind.NOT_APPLIED);
				case CORRUPT -> failed(StoreException.Kind.CORRUPT);
				case FENCED -> CompletableFuture.completedFuture(new StoreResult.Fenced(fence.epoch() + 1, "other#1"));
				case SEQUENCE_MISMATCH ->
					CompletableFuture.completedFuture(new StoreResult.SequenceMismatch(commit.nextSequence()));
			};
		});
	}

	@Override
	public CompletionStage<Map<ActorId, StoreResult>> confirm(Fence fence, Map<ActorId, Long> sequences) {
		Map<ActorId, Long> asked = Map.copyOf(sequences);
		this.confirms.add(asked);
		Fault fault = next(this.confirmFaults);
		return call(asked.keySet(), () -> switch (fault) {
			case NONE -> this.memory.confirm(fence, asked);
			case FENCED ->
				CompletableFuture.completedFuture(all(asked, new StoreResult.Fenced(fence.epoch() + 1, "other#1")));
			case SEQUENCE_MISMATCH ->
				CompletableFuture.completedFuture(all(asked, new StoreResult.SequenceMismatch(99)));
			case UNKNOWN_APPLIED, UNKNOWN -> failed(StoreException.Kind.UNKNOWN);
			case CORRUPT -> failed(StoreException.Kind.CORRUPT);
			case NOT_APPLIED -> failed(StoreException.Kind.NOT_APPLIED);
		});
	}

	private static Map<ActorId, StoreResult> all(Map<ActorId, Long> asked, StoreResult result) {
		Map<ActorId, StoreResult> results = new HashMap<>();
		asked.keySet().forEach((actor) -> results.put(actor, result));
		return results;
	}

	@Override
	public CompletionStage<StoreResult> snapshot(Fence fence, ActorId actor, long sequence, byte[] state) {
		this.snapshots.add(actor);
		Fault fault = next(this.snapshotFaults);
		return call(List.of(actor), () -> (fault == Fault.NONE) ? this.memory.snapshot(fence, actor, sequence, state)
				: failed(StoreException.Kind.NOT_APPLIED));
	}

	@Override
	public CompletionStage<Set<ActorId>> wakeSet(Fence fence) {
		return call(List.of(), () -> this.memory.wakeSet(fence));
	}

	@Override
	public CompletionStage<List<StoredReminder>> reminders(Fence fence, @Nullable StoredReminder after, int limit) {
		return call(List.of(), () -> this.memory.reminders(fence, after, limit));
	}

	@Override
	public CompletionStage<StoredIds> scan(String type, @Nullable String cursor, int limit) {
		return call(List.of(), () -> this.memory.scan(type, cursor, limit));
	}

	@Override
	public String description() {
		return "faulty memory";
	}

	@Override
	public void close() {
		this.lock.lock();
		try {
			if (!this.dead) {
				this.dead = true;
				this.memory.close();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** How a call fails. */
	public enum Fault {

		/** It works. */
		NONE,

		/** It is done, and the answer is lost. */
		UNKNOWN_APPLIED,

		/** It is not done, and nobody knows. */
		UNKNOWN,

		/** It is not done. */
		NOT_APPLIED,

		/** What is stored is damaged. */
		CORRUPT,

		/** The shard has another owner. */
		FENCED,

		/** The actor is at another sequence. */
		SEQUENCE_MISMATCH

	}

}
