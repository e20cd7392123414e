package dev.cajun.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

import dev.cajun.ActorId;
import dev.cajun.RequiresRedis;
import dev.cajun.store.StoreResult;
import dev.cajun.store.StoredActor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static dev.cajun.redis.Stores.FENCE;
import static dev.cajun.redis.Stores.bytes;
import static dev.cajun.redis.Stores.load;
import static dev.cajun.redis.Stores.records;
import static org.assertj.core.api.Assertions.assertThat;

@RequiresRedis
class JournalIntegrationTests {

	private static final ActorId ALICE = new ActorId("account", "alice");

	private RedisServer redis;

	private RedisActorStore store;

	@BeforeEach
	void open() {
		this.redis = RedisServer.start();
		this.store = Stores.open(this.redis);
		Stores.claim(this.store, FENCE);
	}

	@AfterEach
	void close() {
		this.store.close();
		this.redis.close();
	}

	@Test
	void readsTenOfHundredThousandBehindSnapshot() {
		append(0, 99_990, 90);
		assertThat(Stores.await(this.store.snapshot(FENCE, ALICE, 99_990, bytes("s"))))
			.isEqualTo(new StoreResult.Applied(99_990));
		append(99_990, 100_000, 1);
		long calls = calls("evalsha");
		long output = Long.parseLong(this.redis.info("total_net_output_bytes"));
		StoredActor actor = load(this.store, FENCE, ALICE);
		assertThat(actor.records()).hasSize(10);
		assertThat(actor.sequence()).isEqualTo(100_000);
		assertThat(calls("evalsha") - calls).isEqualTo(1);
		// The answers to INFO are in it, too
		assertThat(Long.parseLong(this.redis.info("total_net_output_bytes")) - output).isLessThan(50_000);
		assertThat(this.redis.ask("LLEN", "cajun:{test:1}:a:account/alice:j")).isEqualTo(10L);
	}

	private long calls(String command) {
		String line = String.valueOf(this.redis.ask("INFO", "commandstats"))
			.lines()
			.filter((one) -> one.startsWith("cmdstat_" + command + ":"))
			.findFirst()
			.orElseThrow();
		return Long.parseLong(line.replaceAll("^\\w+:calls=(\\d+),.*", "$1"));
	}

	private void append(int from, int to, int portion) {
		List<CompletionStage<StoreResult>> results = new ArrayList<>();
		for (int sequence = from; sequence < to; sequence += portion) {
			List<byte[]> some = new ArrayList<>();
			for (int i = 0; i < portion; i++) {
				some.add(bytes("record " + (sequence + i + 1)));
			}
			results.add(this.store.commit(FENCE, records(ALICE, sequence, some)));
		}
		results.forEach((result) -> assertThat(Stores.await(result)).isInstanceOf(StoreResult.Applied.class));
	}

	@Test
	void pageHasBoundInBytes() {
		byte[] large = new byte[300_000];
		for (int i = 0; i < 10; i++) {
			Stores.write(this.store, FENCE, records(ALICE, 2L * i, List.of(large, bytes("small " + i))));
		}
		List<byte[]> read = new ArrayList<>(load(this.store, FENCE, ALICE).records());
		assertThat(read.stream().mapToInt((record) -> record.length).sum()).isBetween(1 << 20, (1 << 20) + 300_000);
		while (read.size() < 20) {
			List<byte[]> page = Stores.await(this.store.records(FENCE, ALICE, read.size()));
			assertThat(page).isNotEmpty();
			read.addAll(page);
		}
		for (int i = 0; i < 10; i++) {
			assertThat(read.get(2 * i)).hasSize(300_000);
			assertThat(read.get(2 * i + 1)).isEqualTo(bytes("small " + i));
		}
	}

}
