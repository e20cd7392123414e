package dev.cajun.redis;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;

import com.sun.management.ThreadMXBean;
import dev.cajun.ActorId;
import dev.cajun.Delivery;
import dev.cajun.HostileBytes;
import dev.cajun.RequiresRedis;
import dev.cajun.store.BatchId;
import dev.cajun.store.Commit;
import dev.cajun.store.LoadResult;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoreMeta;
import dev.cajun.store.StoredActor;
import dev.cajun.store.StoredIds;
import dev.cajun.store.StoredReminder;
import dev.cajun.store.StoredReply;
import dev.cajun.store.StoredTell;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RestoreArgs;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * Whatever is wrong in Redis is refused as such, concerns the actor that it is of, and is
 * never taken for an actor without a past.
 */
@RequiresRedis
class HostileDataIntegrationTests {

	private static final int ACTORS = 5;

	private static final int VICTIM = 2;

	private static final long SEQUENCE = 3;

	private RedisServer server;

	private RedisClient client;

	private RedisCommands<byte[], byte[]> redis;

	private RedisActorStore store;

	@BeforeEach
	void fill() {
		this.server = RedisServer.start();
		this.client = RedisClient.create(this.server.uri());
		this.redis = this.client.connect(ByteArrayCodec.INSTANCE).sync();
		this.store = Stores.open(this.server);
		Stores.claim(this.store, Stores.FENCE);
		for (int i = 0; i < ACTORS; i++) {
			Stores.write(this.store, Stores.FENCE, Stores.state(actor(i), 0, "state"));
			Stores.write(this.store, Stores.FENCE, everything(i));
		}
	}

	@AfterEach
	void stop() {
		this.store.close();
		this.client.shutdown();
		this.server.close();
	}

	private static ActorId actor(int i) {
		return new ActorId("account", "k" + i);
	}

	private static Commit everything(int i) {
		ActorId actor = actor(i);
		return new Commit(actor, 1, new BatchId(7, i), false, null, List.of(Stores.bytes("r1"), Stores.bytes("r2")),
				Map.of("sender", 3L), List.of(), List.of(new StoredReply("k", "f", 1, Stores.bytes("reply"))),
				List.of(), List.of(new StoredTell(1, actor, Delivery.EXACTLY_ONCE, Stores.bytes("tell"))), List.of(),
				List.of(reminder(i)), List.of(), true);
	}

	private static StoredReminder reminder(int i) {
		return new StoredReminder(actor(i), "r", 1000 + i, Stores.bytes("reminder"));
	}

	@Test
	void damageOfAnActorIsRefusedAndConcernsNobodyElse() {
		Map<String, byte[]> dumps = dumps();
		HostileBytes.seeds(200).forEach((seed) -> {
			Random random = new Random(seed);
			String what = damageActor(random);
			checked(seed, what, () -> {
				assertVictim();
				assertOthers();
				refusedOr(this.store.commit(Stores.FENCE, Stores.state(actor(VICTIM), SEQUENCE, "new")));
				refusedOr(this.store.snapshot(Stores.FENCE, actor(VICTIM), SEQUENCE, Stores.bytes("new")));
				assertOthers();
			});
			restore(dumps);
		});
	}

	@Test
	void damageOfAnIndexConcernsWhatItIsOf() {
		Map<String, byte[]> dumps = dumps();
		HostileBytes.seeds(150).forEach((seed) -> {
			Random random = new Random(seed);
			String what = damageIndex(random);
			checked(seed, what, () -> {
				assertVictim();
				assertOthers();
			});
			restore(dumps);
		});
	}

	@Test
	void readsPastAPageOfDamagedReminders() {
		for (int i = 0; i < 40; i++) {
			this.redis.zadd(key("reminders"), 0, new byte[] { 1, (byte) i });
		}
		assertThat(Stores.await(this.store.reminders(Stores.FENCE, null, ACTORS))).hasSize(ACTORS);
		assertThat(Stores.await(this.store.reminders(Stores.FENCE, null, 2)))
			.usingRecursiveFieldByFieldElementComparator()
			.containsExactly(reminder(0), reminder(1));
	}

	@Test
	void readsPastAPageOfDamagedIds() {
		for (int i = 0; i < 100; i++) {
			this.redis.zadd(key("ids"), 0, Stores.bytes("account/a\t" + i));
		}
		for (int limit : new int[] { 1, 2, 3, 10, 500 }) {
			assertThat(listed(limit)).as("limit %d", limit).hasSize(ACTORS);
		}
	}

	@Test
	void damagedFenceIsNobodysAndIsNotOverwritten() {
		Map<String, byte[]> dumps = dumps();
		HostileBytes.seeds(100).forEach((seed) -> {
			Random random = new Random(seed);
			byte[] fence = HostileBytes.mutated(List.of(this.redis.get(key("fence"))), random);
			this.redis.set(key("fence"), fence);
			checked(seed, "fence " + text(fence), () -> {
				if (!text(fence).equals("5 a#1")) {
					refusedOr(this.store.load(Stores.FENCE, actor(VICTIM)));
					refusedOr(this.store.claim(Stores.FENCE, true));
					refusedOr(this.store.release(Stores.FENCE));
				}
			});
			restore(dumps);
			Stores.claim(this.store, Stores.FENCE);
		});
	}

	@Test
	void storeThatDoesNotKnowWhatItWasCreatedWithDoesNotOpen() {
		byte[] meta = Stores.bytes("cajun:{test}:meta");
		this.redis.hset(meta, Stores.bytes("epoch"), Stores.bytes("7"));
		Map<String, byte[]> dumps = dumps();
		HostileBytes.seeds(40).forEach((seed) -> {
			Random random = new Random(seed);
			String what = damageHash(meta, random);
			checked(seed, what, () -> {
				try (RedisActorStore other = new RedisActorStore(Stores.settings(this.server))) {
					StoreMeta found = refusedOr(other.open(Stores.META));
					if (found != null) {
						assertThat(found.shards()).isPositive();
						refusedOr(other.nextLocalEpoch());
					}
				}
			});
			restore(dumps);
		});
	}

	@Test
	void doesNotBelieveLengths() {
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		long before = threads.getCurrentThreadAllocatedBytes();
		for (int length : new int[] { Integer.MAX_VALUE, 1 << 30, -1, Integer.MIN_VALUE }) {
			Reply reply = new Reply();
			reply.multi(length);
			reply.multi(length);
		}
		assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1_000_000);
	}

	// ---- what is damaged

	private static byte[] key(String name) {
		return Stores.bytes("cajun:{test:1}:" + name);
	}

	private String damageActor(Random random) {
		byte[] state = key("a:account/k" + VICTIM + ":s");
		byte[] journal = key("a:account/k" + VICTIM + ":j");
		return switch (random.nextInt(10)) {
			case 0 -> {
				this.redis.del(state);
				yield "no hash";
			}
			case 1 -> {
				this.redis.del(journal);
				yield "no journal";
			}
			case 2 -> {
				this.redis.rpush(journal, random(random));
				yield "longer journal";
			}
			case 3 -> {
				this.redis.lpop(journal);
				yield "shorter journal";
			}
			case 4 -> otherType(random.nextBoolean() ? state : journal, random);
			default -> damageHash(state, random);
		};
	}

	private String damageHash(byte[] key, Random random) {
		Map<byte[], byte[]> fields = this.redis.hgetall(key);
		List<byte[]> names = new ArrayList<>(fields.keySet());
		names.sort(Arrays::compare);
		byte[] name = names.get(random.nextInt(names.size()));
		switch (random.nextInt(5)) {
			case 0 -> this.redis.hdel(key, name);
			case 1 -> this.redis.hset(key, random(random), random(random));
			case 2 ->
				this.redis.hset(key, HostileBytes.mutated(List.of(name, Stores.bytes("t12")), random), random(random));
			case 3 -> this.redis.hset(key, name, random(random));
			default -> this.redis.hset(key, name,
					HostileBytes.mutated(List.of(fields.get(name), Stores.bytes("123")), random));
		}
		return "field " + text(name) + " of " + text(key);
	}

	private String damageIndex(Random random) {
		String name = List.of("ids", "wake", "reminders").get(random.nextInt(3));
		byte[] id = Stores.bytes("account/k" + VICTIM);
		byte[] reminder = this.redis.zrange(key("reminders"), VICTIM, VICTIM).getFirst();
		byte[] valid = name.equals("reminders") ? reminder : id;
		byte[] member = random.nextBoolean() ? random(random) : HostileBytes.mutated(List.of(valid), random);
		boolean removes = random.nextInt(3) == 0;
		if (name.equals("wake")) {
			this.redis.sadd(key(name), member);
			if (removes) {
				this.redis.srem(key(name), valid);
			}
		}
		else {
			this.redis.zadd(key(name), 0, member);
			if (removes) {
				this.redis.zrem(key(name), valid);
			}
		}
		return "member of " + name + " " + text(member);
	}

	private String otherType(byte[] key, Random random) {
		this.redis.del(key);
		switch (random.nextInt(3)) {
			case 0 -> this.redis.set(key, random(random));
			case 1 -> this.redis.sadd(key, random(random));
			default -> this.redis.zadd(key, 1, random(random));
		}
		return "type of " + text(key);
	}

	private static byte[] random(Random random) {
		byte[] bytes = new byte[random.nextInt(40)];
		random.nextBytes(bytes);
		return bytes;
	}

	private Map<String, byte[]> dumps() {
		Map<String, byte[]> dumps = new HashMap<>();
		this.redis.keys("*").forEach((key) -> dumps.put(text(key), this.redis.dump(key)));
		return dumps;
	}

	private void restore(Map<String, byte[]> dumps) {
		this.redis.flushall();
		dumps.forEach((key, dump) -> this.redis.restore(key.getBytes(StandardCharsets.ISO_8859_1), dump,
				RestoreArgs.Builder.ttl(0).replace()));
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.ISO_8859_1);
	}

	// ---- what is expected

	private static void checked(long seed, String what, Runnable check) {
		try {
			check.run();
		}
		catch (Throwable ex) {
			fail("Seed %d, %s: %s".formatted(seed, what, ex.getMessage()), ex);
		}
	}

	/** The answer, or {@code null} when the data was refused as damaged. */
	private static <T> T refusedOr(CompletionStage<T> answer) {
		try {
			return Stores.await(answer);
		}
		catch (StoreException ex) {
			assertThat(ex.kind()).as(ex.getMessage()).isIn(StoreException.Kind.CORRUPT, StoreException.Kind.FOREIGN);
			return null;
		}
	}

	private void assertVictim() {
		LoadResult loaded = refusedOr(this.store.load(Stores.FENCE, actor(VICTIM)));
		if (loaded != null) {
			StoredActor found = ((LoadResult.Loaded) loaded).actor();
			assertThat(found.sequence()).as("sequence").isPositive();
			assertThat(found.state()).as("state").isNotNull();
		}
		refusedOr(this.store.records(Stores.FENCE, actor(VICTIM), 1));
		refusedOr(this.store.confirm(Stores.FENCE, Map.of(actor(VICTIM), SEQUENCE)));
	}

	private void assertOthers() {
		Set<ActorId> woken = Stores.await(this.store.wakeSet(Stores.FENCE));
		List<StoredReminder> reminders = Stores.await(this.store.reminders(Stores.FENCE, null, 100));
		List<ActorId> ids = listed(2);
		for (int i = 0; i < ACTORS; i++) {
			if (i != VICTIM) {
				StoredActor found = Stores.load(this.store, Stores.FENCE, actor(i));
				assertThat(found.sequence()).isEqualTo(SEQUENCE);
				assertThat(found.state()).isEqualTo(Stores.bytes("state"));
				assertThat(found.records()).containsExactly(Stores.bytes("r1"), Stores.bytes("r2"));
				assertThat(found.received()).isEqualTo(Map.of("sender", 3L));
				assertThat(found.reminders()).usingRecursiveFieldByFieldElementComparator()
					.containsExactly(reminder(i));
				assertThat(woken).contains(actor(i));
				assertThat(reminders).usingRecursiveFieldByFieldElementComparator().contains(reminder(i));
				assertThat(ids).contains(actor(i));
			}
		}
	}

	private List<ActorId> listed(int limit) {
		List<ActorId> ids = new ArrayList<>();
		String cursor = null;
		do {
			StoredIds page = Stores.await(this.store.scan("account", cursor, limit));
			ids.addAll(page.ids());
			cursor = page.cursor();
		}
		while (cursor != null);
		return ids;
	}

}
