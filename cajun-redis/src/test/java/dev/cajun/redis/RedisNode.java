package dev.cajun.redis;

import java.time.Duration;
import java.util.Objects;

import dev.cajun.ActorRef;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.TypeStatistics;
import dev.cajun.history.ListActor;
import dev.cajun.node.CajunNode;
import dev.cajun.node.NodeSettings;
import dev.cajun.store.StoreException;
import io.lettuce.core.RedisURI;
import org.awaitility.Awaitility;

/**
 * A node in real time whose list actors live in a Redis, with few shards and short
 * timeouts.
 */
final class RedisNode implements AutoCloseable {

	static final int SHARDS = 8;

	static final String CLUSTER = "faults";

	static final Duration COMMAND_TIMEOUT = Duration.ofMillis(500);

	/** How long a killed node's place is kept. */
	static final Duration PLACE_TTL = Duration.ofSeconds(2);

	/** Commands under way at most, over all connections. */
	static final int MAX_QUEUED = 2000;

	private final RedisActorStore store;

	private final CajunNode node;

	private RedisNode(RedisActorStore store, int shards, ActorDefinition actors) {
		this.store = store;
		this.node = CajunNode.builder()
			.settings(NodeSettings.defaults()
				.withCluster(CLUSTER)
				.withName("test")
				.withShards(shards)
				.withDrainTimeout(Duration.ofSeconds(2)))
			.store(store)
			.actor(actors)
			.build();
	}

	/** Starts a node on the Redis at a port of this machine. */
	static RedisNode start(int port, ActorDefinition actors) {
		return start(store(port), SHARDS, actors);
	}

	/**
	 * Starts a node as soon as the place of one that could not give it up has run out.
	 */
	static RedisNode startOnceFree(int port, ActorDefinition actors) {
		return Awaitility.await().atMost(PLACE_TTL.multipliedBy(5)).until(() -> {
			try {
				return start(port, actors);
			}
			catch (StoreException ex) {
				if (ex.kind() != StoreException.Kind.LOCKED) {
					throw ex;
				}
				return null;
			}
		}, Objects::nonNull);
	}

	static RedisNode start(RedisActorStore store, int shards, ActorDefinition actors) {
		RedisNode started = new RedisNode(store, shards, actors);
		started.node.start();
		return started;
	}

	/** A store that is not open, on the Redis at a port of this machine. */
	static RedisActorStore store(int port) {
		return store(RedisStoreSettings.standalone(RedisURI.create("127.0.0.1", port), CLUSTER));
	}

	static RedisActorStore store(RedisStoreSettings settings) {
		return new RedisActorStore(settings.withCommandTimeout(COMMAND_TIMEOUT)
			.withQueueSize(MAX_QUEUED / settings.connections())
			.withPlaceTtl(PLACE_TTL));
	}

	CajunNode node() {
		return this.node;
	}

	RedisActorStore store() {
		return this.store;
	}

	ActorRef<ListActor.Message> list(String key) {
		return this.node.system().actors(ListActor.TYPE, ListActor.Message.class).get(key);
	}

	TypeStatistics statistics() {
		return this.node.statistics().get(ListActor.TYPE);
	}

	@Override
	public void close() {
		this.node.close();
	}

}
