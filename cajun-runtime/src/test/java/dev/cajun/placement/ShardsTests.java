package dev.cajun.placement;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

import dev.cajun.ActorId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ShardsTests {

	/** What is stored is found by the shard, so these numbers must never change. */
	@ParameterizedTest
	@CsvSource({ "account, alice, 1024, 518", "account, bob, 1024, 21", "transfer, t-1, 1024, 261", "a, x, 7, 5",
			"account, ü, 1024, 57", "account, 😀/;%, 16384, 8310" })
	void actorHasItsShardForEver(String type, String key, int count, int shard) {
		assertThat(new Shards(count).of(new ActorId(type, key))).isEqualTo(shard);
	}

	/** Bit by bit, as RFC 3720 defines it. */
	@ParameterizedTest
	@ValueSource(ints = { 1, 7, 1024, 16_384 })
	void shardIsTheChecksumOfTypeAndKey(int count) {
		for (int i = 0; i < 1000; i++) {
			String key = "key-" + i + "ü".repeat(i % 3);
			assertThat(new Shards(count).of(new ActorId("account", key)))
				.isEqualTo((int) (checksum("account\0" + key) % count));
		}
	}

	private static long checksum(String text) {
		int crc = ~0;
		for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
			crc ^= one & 0xff;
			for (int bit = 0; bit < 8; bit++) {
				crc = (crc >>> 1) ^ (((crc & 1) == 0) ? 0 : 0x82f63b78);
			}
		}
		return Integer.toUnsignedLong(~crc);
	}

	@Test
	void actorsAreSpreadEvenly() {
		Map<Integer, Integer> actors = new HashMap<>();
		Shards shards = new Shards(64);
		for (int i = 0; i < 64_000; i++) {
			actors.merge(shards.of(new ActorId("account", "customer-" + i)), 1, Integer::sum);
		}
		assertThat(actors).hasSize(64);
		assertThat(actors.values()).allSatisfy((count) -> assertThat(count).isBetween(800, 1200));
	}

	@Test
	void refusesNoShards() {
		assertThatIllegalArgumentException().isThrownBy(() -> new Shards(0));
	}

}
