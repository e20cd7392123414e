package dev.cajun.redis;

import dev.cajun.RequiresRedis;
import dev.cajun.store.ActorStore;
import dev.cajun.store.ActorStoreContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract, on a Redis Cluster of three masters. */
@RequiresRedis
class RedisClusterContractIntegrationTests extends ActorStoreContract {

	private static RedisCluster cluster;

	private boolean emptied;

	@BeforeAll
	static void startCluster() {
		cluster = RedisCluster.start();
	}

	@AfterAll
	static void stopCluster() {
		cluster.close();
	}

	@Override
	protected ActorStore store() {
		if (!this.emptied) {
			cluster.masters().forEach((master) -> master.ask("FLUSHALL"));
			this.emptied = true;
		}
		return new RedisActorStore(RedisStoreSettings.cluster(cluster.uris().subList(0, 1), "test").withConnections(2));
	}

}
