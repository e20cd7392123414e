package dev.cajun.spring.test;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import dev.cajun.metadata.MetadataException;
import dev.cajun.store.StoreException;

/**
 * The process that a node of an {@link ActorCluster} pretends to be: everything it does
 * passes here, and is held back while the process is paused, is refused while it is cut
 * off from a server, and comes to nothing once it was killed.
 * <p>
 * Thread-safe.
 */
final class TestProcess implements Executor {

	/** What a process reaches besides other nodes. */
	enum Server {

		METADATA, STORE;

		RuntimeException unreachable() {
			return switch (this) {
				case METADATA -> new MetadataException(MetadataException.Kind.NOT_APPLIED,
						"The test has cut this node off from the metadata store", null);
				case STORE -> new StoreException(StoreException.Kind.NOT_APPLIED,
						"The test has cut this node off from the store of actors", null);
			};
		}

	}

	private final Executor threads = new TrackingExecutor();

	private final ReentrantLock lock = new ReentrantLock();

	private final Deque<Runnable> held = new ArrayDeque<>();

	private final Set<Server> cut = EnumSet.noneOf(Server.class);

	/** Told of each server that is cut off or reached again. */
	private final List<Runnable> listeners = new ArrayList<>();

	private boolean paused;

	private volatile boolean killed;

	/** Runs a task of the node on a virtual thread. */
	@Override
	public void execute(Runnable task) {
		go(() -> this.threads.execute(task));
	}

	/** Does something for the process: now, when it goes on, or never. */
	void go(Runnable step) {
		this.lock.lock();
		try {
			if (this.killed) {
				return;
			}
			if (this.paused) {
				this.held.add(step);
				return;
			}
		}
		finally {
			this.lock.unlock();
		}
		step.run();
	}

	/** Asks a server something. */
	<T> CompletionStage<T> ask(Server server, Supplier<CompletionStage<T>> question) {
		CompletableFuture<T> answer = new CompletableFuture<>();
		go(() -> {
			if (!reaches(server)) {
				answer.completeExceptionally(server.unreachable());
				return;
			}
			CompletionStage<Boolean> unused = question.get()
				.handle((value, failure) -> (failure != null) ? answer.completeExceptionally(failure)
						: answer.complete(value));
		});
		return answer;
	}

	boolean reaches(Server server) {
		this.lock.lock();
		try {
			return !this.cut.contains(server);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Registers what is to be done when a server is cut off, or reached again.
	 */
	void onChange(Runnable listener) {
		this.lock.lock();
		try {
			this.listeners.add(listener);
		}
		finally {
			this.lock.unlock();
		}
	}

	void cut(Server server) {
		change(() -> this.cut.add(server));
	}

	void heal() {
		change(() -> {
			boolean changed = !this.cut.isEmpty();
			this.cut.clear();
			return changed;
		});
	}

	private void change(Supplier<Boolean> change) {
		List<Runnable> told;
		this.lock.lock();
		try {
			told = change.get() ? List.copyOf(this.listeners) : List.of();
		}
		finally {
			this.lock.unlock();
		}
		told.forEach(this::go);
	}

	void pause() {
		this.lock.lock();
		try {
			this.paused = true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Whatever was held back happens first, in its order. */
	void resume() {
		while (true) {
			Runnable next;
			this.lock.lock();
			try {
				next = this.held.poll();
				if (next == null) {
					this.paused = false;
					return;
				}
			}
			finally {
				this.lock.unlock();
			}
			next.run();
		}
	}

	void kill() {
		this.lock.lock();
		try {
			this.killed = true;
			this.held.clear();
		}
		finally {
			this.lock.unlock();
		}
	}

	boolean isKilled() {
		return this.killed;
	}

}
