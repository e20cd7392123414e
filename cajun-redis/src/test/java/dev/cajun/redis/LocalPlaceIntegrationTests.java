package dev.cajun.redis;

import java.time.Duration;

import dev.cajun.ActorId;
import dev.cajun.RequiresRedis;
import dev.cajun.store.Fence;
import dev.cajun.store.StoreException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static dev.cajun.redis.Stores.failure;
import static dev.cajun.redis.Stores.state;
import static dev.cajun.redis.Stores.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@RequiresRedis
class LocalPlaceIntegrationTests {

	private static final ActorId ALICE = new ActorId("account", "alice");

	private static final String PLACE = "cajun:{test}:place";

	private RedisServer redis;

	private RedisStoreSettings settings;

	@BeforeEach
	void startRedis() {
		this.redis = RedisServer.start();
		this.settings = Stores.settings(this.redis).withPlaceTtl(Duration.ofSeconds(1));
	}

	@AfterEach
	void stopRedis() {
		this.redis.close();
	}

	@Test
	void refusesSecondProcessAndNamesFirst() {
		try (RedisActorStore first = Stores.open(this.settings); RedisActorStore second = Stores.open(this.settings)) {
			assertThat(Stores.await(first.nextLocalEpoch())).isEqualTo(1);
			StoreException ex = failure(second.nextLocalEpoch());
			assertThat(ex.kind()).isEqualTo(StoreException.Kind.LOCKED);
			assertThat(ex).hasMessageContaining("process " + ProcessHandle.current().pid() + " on ");
			assertThat(Stores.await(first.nextLocalEpoch())).isEqualTo(2);
		}
	}

	@Test
	void keepsPlaceAsLongAsItLives() {
		try (RedisActorStore first = Stores.open(this.settings); RedisActorStore second = Stores.open(this.settings)) {
			Stores.await(first.nextLocalEpoch());
			await().during(Duration.ofSeconds(3))
				.atMost(Duration.ofSeconds(10))
				.until(() -> failure(second.nextLocalEpoch()).kind() == StoreException.Kind.LOCKED);
		}
	}

	@Test
	void leavesPlaceWhenClosed() {
		try (RedisActorStore second = Stores.open(this.settings)) {
			try (RedisActorStore first = Stores.open(this.settings)) {
				Stores.await(first.nextLocalEpoch());
			}
			assertThat(Stores.await(second.nextLocalEpoch())).isEqualTo(2);
		}
	}

	@Test
	void placeOfDeadProcessRunsOut() {
		// What a process leaves that was killed
		this.redis.ask("SET", PLACE, "process 1 on elsewhere (x)", "PX", "1000");
		try (RedisActorStore store = Stores.open(this.settings)) {
			assertThat(failure(store.nextLocalEpoch())).hasMessageContaining("process 1 on elsewhere");
			await().atMost(Duration.ofSeconds(5)).until(() -> isFree(store));
		}
	}

	private static boolean isFree(RedisActorStore store) {
		try {
			Stores.await(store.nextLocalEpoch());
			return true;
		}
		catch (StoreException ex) {
			return false;
		}
	}

	@Test
	void stopsServingWhenPlaceIsTaken() {
		try (RedisActorStore store = Stores.open(this.settings)) {
			Fence fence = new Fence(1, Stores.await(store.nextLocalEpoch()), "a#1");
			Stores.claim(store, fence);
			write(store, fence, state(ALICE, 0, "x"));
			this.redis.ask("SET", PLACE, "process 2 on elsewhere (y)");
			await().atMost(Duration.ofSeconds(5))
				.untilAsserted(() -> assertThat(failure(store.load(fence, ALICE)))
					.hasMessageContaining("taken over by process 2 on elsewhere"));
			assertThat(failure(store.commit(fence, state(ALICE, 1, "y"))).kind()).isEqualTo(StoreException.Kind.LOCKED);
		}
		assertThat(this.redis.ask("GET", PLACE)).isEqualTo("process 2 on elsewhere (y)");
	}

}
