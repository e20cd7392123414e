package dev.cajun.embedded;

import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;

import dev.cajun.ActorId;
import dev.cajun.HostileBytes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class KeysTests {

	private static final String CHARS = "ab/:{}%\\.;# \u00a0\u00e4\u0308\u07ff\u0800\ud7ff\ue000\ufeff\uffff";

	/** A key of few characters, so that many are the beginning of others. */
	private static ActorId actor(Random random) {
		StringBuilder key = new StringBuilder();
		for (int length = 1 + random.nextInt(4); length > 0; length--) {
			key.append((random.nextInt(8) == 0) ? "\ud83d\ude00" : "" + CHARS.charAt(random.nextInt(CHARS.length())));
		}
		return new ActorId(random.nextBoolean() ? "a" : "ab", key.toString());
	}

	@Test
	void noTwoActorsShareKeyAndEachIsReadBack() {
		Map<String, ActorId> owners = new HashMap<>();
		HostileBytes.seeds(20_000).forEach((seed) -> {
			ActorId actor = actor(new Random(seed));
			byte[] prefix = Keys.actor(actor);
			assertThat(Keys.actorOf(Keys.head(prefix))).isEqualTo(actor);
			assertThat(Keys.wakeOf(Keys.wake(3, actor))).isEqualTo(actor);
			assertThat(Keys.dueReminderOf(Keys.dueReminder(3, actor, "r\0/", -5)))
				.satisfies((reminder) -> assertThat(reminder.actor()).isEqualTo(actor))
				.satisfies((reminder) -> assertThat(reminder.name()).isEqualTo("r\0/"))
				.satisfies((reminder) -> assertThat(reminder.dueMillis()).isEqualTo(-5));
			ActorId before = owners.put(HexFormat.of().formatHex(prefix), actor);
			assertThat(before).isIn(null, actor);
		});
		assertThat(owners).hasSizeGreaterThan(1000);
		byte[] last = {};
		for (String prefix : owners.keySet().stream().sorted().toList()) {
			byte[] next = HexFormat.of().parseHex(prefix);
			assertThat(last.length > 0 && Keys.isOf(last, next)).as("%s is within another's rows", prefix).isFalse();
			last = next;
		}
	}

	@Test
	void describesAnyKey() {
		byte[] valid = Keys.record(Keys.actor(new ActorId("a", "\u00e4")), 7);
		HostileBytes.seeds(20_000)
			.forEach((seed) -> assertThat(Keys.describe(HostileBytes.mutated(List.of(valid), new Random(seed))))
				.isNotBlank());
	}

}
