package dev.cajun.redis;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import dev.cajun.ActorId;
import dev.cajun.RequiresRedis;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoreMeta;
import dev.cajun.store.StoreResult;
import io.lettuce.core.RedisURI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static dev.cajun.redis.Stores.FENCE;
import static dev.cajun.redis.Stores.failure;
import static dev.cajun.redis.Stores.settings;
import static dev.cajun.redis.Stores.state;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Whoever waits for the store when it is closed is answered. */
@RequiresRedis
class CloseIntegrationTests {

	private static final ActorId ALICE = new ActorId("account", "alice");

	private RedisServer redis;

	@BeforeEach
	void startRedis() {
		this.redis = RedisServer.start();
	}

	@AfterEach
	void stopRedis() {
		this.redis.close();
	}

	@Test
	void callThatWaitsForItsRetryFailsAtOnce() {
		RedisActorStore store = Stores.open(settings(this.redis).withCommandTimeout(Duration.ofSeconds(20)));
		Stores.claim(store, FENCE);
		this.redis.ask("CONFIG", "SET", "busy-reply-threshold", "10");
		try (RedisServer.Connection other = this.redis.connect()) {
			other.send("EVAL", "while true do end", "0");
			await().atMost(Duration.ofSeconds(10)).until(this.redis::isBusy);
			List<CompletionStage<StoreResult>> waiting = IntStream.range(0, 20)
				.mapToObj((i) -> store.commit(FENCE, state(new ActorId("account", "k" + i), 0, "x")))
				.toList();
			await().atMost(Duration.ofSeconds(10)).until(() -> store.statistics().retries() > 100);
			long start = System.nanoTime();
			store.close();
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
			waiting.forEach((commit) -> {
				assertThat(commit.toCompletableFuture()).isDone();
				StoreException ex = failure(commit);
				assertThat(ex.kind()).isEqualTo(StoreException.Kind.CLOSED);
				assertThat(ex).hasMessageContaining("COMMIT").hasMessageContaining("BUSY");
			});
			this.redis.ask("SCRIPT", "KILL");
		}
		await().atMost(Duration.ofSeconds(5)).ignoreExceptions().until(() -> this.redis.keys("*:s").isEmpty());
	}

	@ParameterizedTest
	@EnumSource
	void openingFailsAtOnceAndStoreOpensAgain(RedisStoreSettings.Topology topology) {
		this.redis.freeze();
		RedisActorStore store = new RedisActorStore(silent(topology));
		CompletionStage<StoreMeta> opening = store.open(Stores.META);
		long start = System.nanoTime();
		store.close();
		assertThat(failure(opening).kind()).isEqualTo(StoreException.Kind.CLOSED);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
		this.redis.thaw();
		if (topology == RedisStoreSettings.Topology.STANDALONE) {
			Stores.await(store.open(Stores.META));
			Stores.claim(store, FENCE);
			// Nothing that the first attempt left takes it away
			await().during(Duration.ofMillis(300)).until(() -> Stores.load(store, FENCE, ALICE).sequence() == 0);
			store.close();
		}
	}

	private RedisStoreSettings silent(RedisStoreSettings.Topology topology) {
		RedisURI uri = this.redis.uri();
		RedisStoreSettings settings = switch (topology) {
			case STANDALONE -> RedisStoreSettings.standalone(uri, "test");
			case SENTINEL -> RedisStoreSettings
				.sentinel(RedisURI.Builder.sentinel(uri.getHost(), uri.getPort(), "master").build(), "test");
			case CLUSTER -> RedisStoreSettings.cluster(List.of(uri), "test");
		};
		return settings.withCommandTimeout(Duration.ofSeconds(20));
	}

	@Test
	void callsWithoutAnswerFailAtTheirTimeout() {
		RedisActorStore store = Stores.open(settings(this.redis).withCommandTimeout(Duration.ofSeconds(1)));
		Stores.claim(store, FENCE);
		this.redis.freeze();
		CompletionStage<StoreResult> commit = store.commit(FENCE, state(ALICE, 0, "x"));
		CompletionStage<?> load = store.load(FENCE, ALICE);
		store.close();
		assertThat(commit.toCompletableFuture()).isDone();
		assertThat(failure(commit).kind()).isEqualTo(StoreException.Kind.UNKNOWN);
		assertThat(load.toCompletableFuture()).isDone();
	}

	@Test
	void callsThatComeWhileItClosesAreAnswered() throws Exception {
		for (int round = 0; round < 5; round++) {
			RedisActorStore store = Stores.open(this.redis);
			Stores.claim(store, FENCE);
			Queue<CompletionStage<?>> calls = new ConcurrentLinkedQueue<>();
			List<Thread> callers = IntStream.range(0, 3).mapToObj((i) -> Thread.ofPlatform().start(() -> {
				StoreException.Kind kind = null;
				while (kind != StoreException.Kind.CLOSED) {
					CompletionStage<?> call = store.load(FENCE, ALICE);
					calls.add(call);
					kind = call.toCompletableFuture().isCompletedExceptionally() ? failure(call).kind() : null;
				}
			})).toList();
			await().atMost(Duration.ofSeconds(10)).until(() -> calls.size() > 500);
			store.close();
			for (Thread caller : callers) {
				assertThat(caller.join(Duration.ofSeconds(10))).isTrue();
			}
			for (CompletionStage<?> call : calls) {
				call.handle((value, ex) -> true).toCompletableFuture().get(5, TimeUnit.SECONDS);
			}
		}
	}

}
