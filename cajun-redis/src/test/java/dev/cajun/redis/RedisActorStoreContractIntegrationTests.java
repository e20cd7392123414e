package dev.cajun.redis;

import dev.cajun.RequiresRedis;
import dev.cajun.store.ActorStore;
import dev.cajun.store.ActorStoreContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

@RequiresRedis
class RedisActorStoreContractIntegrationTests extends ActorStoreContract {

	private static RedisServer redis;

	@BeforeAll
	static void startRedis() {
		redis = RedisServer.start();
	}

	@AfterAll
	static void stopRedis() {
		redis.close();
	}

	private boolean emptied;

	@Override
	protected ActorStore store() {
		if (!this.emptied) {
			redis.ask("FLUSHALL");
			this.emptied = true;
		}
		return new RedisActorStore(RedisStoreSettings.standalone(redis.uri(), "test"));
	}

}
