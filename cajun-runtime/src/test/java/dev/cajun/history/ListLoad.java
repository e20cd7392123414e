package dev.cajun.history;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

import dev.cajun.ActorRef;
import dev.cajun.AskOptions;
import dev.cajun.AskTimeoutException;
import dev.cajun.CajunException;
import dev.cajun.OutcomeUnknownException;
import dev.cajun.StoreUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * Callers on virtual threads that append to list actors and read them, one call at a time
 * each, and write down what they see, until they are stopped. Every fourth call is a
 * read.
 */
public final class ListLoad implements AutoCloseable {

	/** A caller that was refused does not ask again at once. */
	private static final long PAUSE_NANOS = 2_000_000;

	private final History history = new History();

	private final Function<String, ActorRef<ListActor.Message>> actors;

	private final List<String> keys = new ArrayList<>();

	private final AskOptions options;

	private final List<Thread> callers = new ArrayList<>();

	private final LongAdder acknowledged = new LongAdder();

	private final LongAdder failed = new LongAdder();

	private final LongAdder unknown = new LongAdder();

	private final AtomicReference<@Nullable CajunException> lastError = new AtomicReference<>();

	private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();

	private volatile boolean stopped;

	private ListLoad(Function<String, ActorRef<ListActor.Message>> actors, int count, Duration timeout) {
		this.actors = actors;
		this.options = AskOptions.defaults().withTimeout(timeout);
		for (int i = 0; i < count; i++) {
			this.keys.add("list-" + i);
		}
	}

	/**
	 * Starts callers that share their actors.
	 * @param actors finds an actor; asked before each call
	 * @param count the number of actors
	 * @param callers the number of callers
	 * @param timeout of each call
	 * @return the load
	 */
	public static ListLoad shared(Function<String, ActorRef<ListActor.Message>> actors, int count, int callers,
			Duration timeout) {
		ListLoad load = new ListLoad(actors, count, timeout);
		for (int caller = 0; caller < callers; caller++) {
			load.start(caller, load.keys);
		}
		return load;
	}

	/**
	 * Starts one caller for each actor, so that each append is a commit of its own.
	 * @param actors finds an actor; asked before each call
	 * @param count the number of actors and callers
	 * @param timeout of each call
	 * @return the load
	 */
	public static ListLoad oneCallerEach(Function<String, ActorRef<ListActor.Message>> actors, int count,
			Duration timeout) {
		ListLoad load = new ListLoad(actors, count, timeout);
		for (int caller = 0; caller < count; caller++) {
			load.start(caller, List.of(load.keys.get(caller)));
		}
		return load;
	}

	private void start(int caller, List<String> keys) {
		this.callers.add(Thread.ofVirtual().name("caller-" + caller).start(() -> {
			SplittableRandom random = new SplittableRandom(caller);
			try {
				for (int number = 0; !this.stopped; number++) {
					String key = keys.get(random.nextInt(keys.size()));
					if (random.nextInt(4) == 0) {
						read(key);
					}
					else {
						append(key, "<" + caller + "-" + number + ">");
					}
				}
			}
			catch (Throwable ex) {
				this.broken.compareAndSet(null, ex);
			}
		}));
	}

	private void append(String key, String id) {
		Operation operation = this.history.append(key, id);
		try {
			operation.appended(this.actors.apply(key).call(new ListActor.Append(id), this.options));
			this.acknowledged.increment();
		}
		catch (CajunException ex) {
			ended(operation, ex);
		}
	}

	private void read(String key) {
		Operation operation = this.history.read(key);
		try {
			operation.saw(this.actors.apply(key).call(new ListActor.Read(), this.options).ids());
		}
		catch (CajunException ex) {
			ended(operation, ex);
		}
	}

	private void ended(Operation operation, CajunException error) {
		this.lastError.set(error);
		if (error instanceof AskTimeoutException || error instanceof OutcomeUnknownException) {
			operation.unknown();
			this.unknown.increment();
		}
		else {
			operation.failed();
			this.failed.increment();
			LockSupport.parkNanos(PAUSE_NANOS);
		}
	}

	/**
	 * Appends acknowledged so far.
	 * @return how many
	 */
	public long acknowledged() {
		return this.acknowledged.sum();
	}

	/**
	 * Calls so far that were told that nothing was done.
	 * @return how many
	 */
	public long failed() {
		return this.failed.sum();
	}

	/**
	 * Calls so far whose outcome is unknown.
	 * @return how many
	 */
	public long unknown() {
		return this.unknown.sum();
	}

	/**
	 * The last of what calls failed with.
	 * @return the exception, or {@code null} when none did
	 */
	public @Nullable CajunException lastError() {
		return this.lastError.get();
	}

	@Override
	public void close() {
		stop();
	}

	/** Lets every caller finish its call. */
	public void stop() {
		this.stopped = true;
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
		for (Thread caller : this.callers) {
			try {
				if (!caller.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())))) {
					throw new IllegalStateException(caller.getName() + " does not come back from its call");
				}
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}
		Throwable broken = this.broken.get();
		if (broken != null) {
			throw new IllegalStateException("A caller broke", broken);
		}
	}

	/**
	 * Stops the callers and reads every list, as soon as the store can be read.
	 * @return the list of each actor
	 */
	public Map<String, List<String>> lists() {
		stop();
		Map<String, List<String>> lists = new TreeMap<>();
		for (String key : this.keys) {
			lists.put(key, list(key));
		}
		return lists;
	}

	private List<String> list(String key) {
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
		while (true) {
			try {
				return this.actors.apply(key).call(new ListActor.Read(), this.options).ids();
			}
			catch (StoreUnavailableException | AskTimeoutException ex) {
				if (System.nanoTime() - end > 0) {
					throw ex;
				}
				LockSupport.parkNanos(PAUSE_NANOS);
			}
		}
	}

	/**
	 * Stops the callers and compares what they saw with what the actors hold.
	 * @return what does not fit
	 */
	public Verdict check() {
		return check(lists());
	}

	/**
	 * Stops the callers and compares what they saw.
	 * @param lists the list of each actor
	 * @return what does not fit
	 */
	public Verdict check(Map<String, List<String>> lists) {
		stop();
		return this.history.check(lists);
	}

}
