package dev.cajun.spring.test;

import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;

import dev.cajun.metadata.InMemoryMetadata;
import dev.cajun.store.ActorStore;
import dev.cajun.store.InMemoryActorStore;
import dev.cajun.store.StoreMeta;
import dev.cajun.time.SystemClock;
import dev.cajun.transport.InMemoryNetwork;
import org.jspecify.annotations.Nullable;

/**
 * What the nodes of an {@link ActorCluster} share: the metadata store, the store of
 * actors and the network, all in memory and in real time.
 */
final class TestServers implements AutoCloseable {

	private final SystemClock clock = new SystemClock();

	private final InMemoryMetadata metadata = new InMemoryMetadata(this.clock);

	private final InMemoryNetwork network = new InMemoryNetwork(this.clock, new Random());

	private final InMemoryActorStore store = new InMemoryActorStore();

	private final ReentrantLock lock = new ReentrantLock();

	private @Nullable CompletionStage<StoreMeta> opened;

	InMemoryMetadata metadata() {
		return this.metadata;
	}

	InMemoryNetwork network() {
		return this.network;
	}

	ActorStore store() {
		return this.store;
	}

	/** Opens the store for the first process, and tells the others what it was. */
	CompletionStage<StoreMeta> openStore(StoreMeta wanted) {
		this.lock.lock();
		try {
			CompletionStage<StoreMeta> found = this.opened;
			if (found == null) {
				found = this.store.open(wanted);
				this.opened = found;
			}
			return found;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void close() {
		this.store.close();
		this.clock.close();
	}

}
