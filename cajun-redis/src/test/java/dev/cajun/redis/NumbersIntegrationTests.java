package dev.cajun.redis;

import java.util.List;

import dev.cajun.ActorId;
import dev.cajun.RequiresRedis;
import dev.cajun.store.ClaimResult;
import dev.cajun.store.Fence;
import dev.cajun.store.LoadResult;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoreResult;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static dev.cajun.redis.Stores.bytes;
import static dev.cajun.redis.Stores.failure;
import static dev.cajun.redis.Stores.load;
import static dev.cajun.redis.Stores.state;
import static dev.cajun.redis.Stores.write;
import static org.assertj.core.api.Assertions.assertThat;

/** Lua's numbers are exact up to 2^53 - 1: so are ours, and larger ones are refused. */
@RequiresRedis
class NumbersIntegrationTests {

	private static final long MAX = (1L << 53) - 1;

	private static final ActorId ALICE = new ActorId("account", "alice");

	private static RedisServer redis;

	private RedisActorStore store;

	@BeforeAll
	static void startRedis() {
		redis = RedisServer.start();
	}

	@AfterAll
	static void stopRedis() {
		redis.close();
	}

	@BeforeEach
	void open() {
		redis.ask("FLUSHALL");
		this.store = Stores.open(redis);
	}

	@AfterEach
	void close() {
		this.store.close();
	}

	@Test
	void comparesEpochsExactly() {
		claim(MAX - 2);
		claim(MAX - 1);
		claim(MAX);
		assertThat(Stores.await(this.store.claim(new Fence(1, MAX - 1, "a#1"), true)))
			.isEqualTo(new ClaimResult.Refused(MAX, "a#1"));
		assertThat(Stores.await(this.store.load(new Fence(1, MAX - 1, "a#1"), ALICE)))
			.isEqualTo(new LoadResult.Fenced(MAX, "a#1"));
		write(this.store, new Fence(1, MAX, "a#1"), state(ALICE, 0, "x"));
	}

	private void claim(long epoch) {
		assertThat(Stores.await(this.store.claim(new Fence(1, epoch, "a#1"), false)))
			.isInstanceOf(ClaimResult.Claimed.class);
	}

	@Test
	void refusesEpochBeyond() {
		StoreException ex = failure(this.store.claim(new Fence(1, MAX + 1, "a#1"), false));
		assertThat(ex.kind()).isEqualTo(StoreException.Kind.NOT_APPLIED);
		assertThat(ex).hasMessageContaining(String.valueOf(MAX));
		assertThat(redis.ask("GET", "cajun:{test:1}:fence")).isNull();
	}

	@Test
	void countsNoLocalEpochBeyond() {
		claim(MAX - 1);
		assertThat(Stores.await(this.store.nextLocalEpoch())).isEqualTo(MAX);
		assertThat(failure(this.store.nextLocalEpoch()).kind()).isEqualTo(StoreException.Kind.CORRUPT);
	}

	@Test
	void countsSequencesExactly() {
		Fence fence = new Fence(1, 5, "a#1");
		claim(5);
		write(this.store, fence, state(ALICE, 0, "x"));
		setSequence(MAX - 4);
		assertThat(load(this.store, fence, ALICE).sequence()).isEqualTo(MAX - 4);
		assertThat(Stores.await(this.store.commit(fence, state(ALICE, MAX - 5, "y"))))
			.isEqualTo(new StoreResult.SequenceMismatch(MAX - 4));
		write(this.store, fence, Stores.records(ALICE, MAX - 4, List.of(bytes("r1"), bytes("r2"))));
		assertThat(Stores.await(this.store.records(fence, ALICE, MAX - 3))).containsExactly(bytes("r2"));
		assertThat(Stores.await(this.store.records(fence, ALICE, MAX - 2))).isEmpty();
		write(this.store, fence, Stores.records(ALICE, MAX - 2, List.of(bytes("r3"), bytes("r4"))));
		assertThat(load(this.store, fence, ALICE).sequence()).isEqualTo(MAX);
		assertThat(Stores.await(this.store.snapshot(fence, ALICE, MAX, bytes("s"))))
			.isEqualTo(new StoreResult.Applied(MAX));
		StoreException ex = failure(this.store.commit(fence, state(ALICE, MAX, "z")));
		assertThat(ex.kind()).isEqualTo(StoreException.Kind.NOT_APPLIED);
		assertThat(load(this.store, fence, ALICE).sequence()).isEqualTo(MAX);
	}

	/** Puts a number into the head of the actor, which has no journal. */
	private static void setSequence(long sequence) {
		redis.ask("EVAL",
				"local h = redis.call('HGET', KEYS[1], 'h') local n = struct.pack('>I8', ARGV[1]) "
						+ "redis.call('HSET', KEYS[1], 'h', string.sub(h, 1, 16) .. n .. n .. string.sub(h, 33))",
				"1", "cajun:{test:1}:a:account/alice:s", String.valueOf(sequence));
	}

}
