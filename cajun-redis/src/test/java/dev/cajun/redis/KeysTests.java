package dev.cajun.redis;

import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;

import dev.cajun.ActorId;
import dev.cajun.HostileBytes;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.SlotHash;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class KeysTests {

	private static final List<String> KEYS = List.of("a:b", "a_b", "{x}", "a}b", "ü", "u\u0308", "\ud83d\ude00",
			"\uffee", ":s", ":j", "a:s", "a:j", "a:s:j", "a/b", "/", "%", "a%3Ab", "{", "}", "{}", "x".repeat(512),
			"x".repeat(511), "ü".repeat(256));

	private final Keys keys = new Keys("cajun:", "test");

	@Test
	void noTwoActorsShareKey() {
		Map<String, String> owners = new HashMap<>();
		for (String type : List.of("a", "b", "a-b", "ab", "s", "j")) {
			for (String key : KEYS) {
				ActorId actor = new ActorId(type, key);
				byte[] id = Keys.id(actor);
				byte[] prefix = this.keys.actors(3);
				for (byte[] name : List.of(id, Keys.state(prefix, id), Keys.journal(prefix, id))) {
					assertThat(owners.put(HexFormat.of().formatHex(name), actor + " " + name.length)).isNull();
				}
				assertThat(Keys.idOf(id)).isEqualTo(actor);
			}
		}
	}

	@Test
	void noTwoActorsOfAnyKeysShareKeyAndEachIsReadBack() {
		String chars = "ab/:{}%sj \u00a0\u00e4\u07ff\u0800\ud7ff\ue000\ufeff\uffff";
		byte[] prefix = this.keys.actors(3);
		int slot = SlotHash.getSlot(this.keys.ofShard(3, "fence"));
		Map<String, ActorId> owners = new HashMap<>();
		HostileBytes.seeds(20_000).forEach((seed) -> {
			Random random = new Random(seed);
			StringBuilder key = new StringBuilder();
			for (int length = 1 + random.nextInt(4); length > 0; length--) {
				key.append(
						(random.nextInt(8) == 0) ? "\ud83d\ude00" : "" + chars.charAt(random.nextInt(chars.length())));
			}
			ActorId actor = new ActorId(random.nextBoolean() ? "a" : "ab", key.toString());
			byte[] id = Keys.id(actor);
			assertThat(Keys.idOf(id)).isEqualTo(actor);
			for (byte[] name : List.of(Keys.state(prefix, id), Keys.journal(prefix, id))) {
				assertThat(owners.put(HexFormat.of().formatHex(name), actor)).isIn(null, actor);
				assertThat(SlotHash.getSlot(name)).isEqualTo(slot);
			}
			assertThat(Keys.state(prefix, id)).isNotEqualTo(Keys.journal(prefix, id));
		});
		assertThat(owners).hasSizeGreaterThan(1000);
	}

	@Test
	void takesAnyBytesForAnIdOrForNone() {
		byte[] id = Keys.id(new ActorId("account", "\u00e4\ud83d\ude00"));
		int[] ids = new int[2];
		HostileBytes.seeds(20_000).forEach((seed) -> {
			byte[] bytes = HostileBytes.mutated(List.of(id, new byte[] { 'a', '/', 'b' }), new Random(seed));
			try {
				Keys.idOf(bytes);
				ids[1]++;
			}
			catch (IllegalArgumentException | IndexOutOfBoundsException ex) {
				ids[0]++;
			}
		});
		assertThat(ids).doesNotContain(0);
	}

	@Test
	void keepsShardInOneSlot() {
		for (int shard = 0; shard < 50; shard++) {
			int slot = SlotHash.getSlot(this.keys.ofShard(shard, "fence"));
			for (String name : List.of("wake", "reminders", "ids")) {
				assertThat(SlotHash.getSlot(this.keys.ofShard(shard, name))).isEqualTo(slot);
			}
			for (String key : KEYS) {
				byte[] id = Keys.id(new ActorId("a", key));
				assertThat(SlotHash.getSlot(Keys.state(this.keys.actors(shard), id))).isEqualTo(slot);
				assertThat(SlotHash.getSlot(Keys.journal(this.keys.actors(shard), id))).isEqualTo(slot);
			}
		}
	}

	@Test
	void noTwoClustersShareKey() {
		Map<String, String> owners = new HashMap<>();
		for (String cluster : List.of("a", "a:1", "a_1", "a%3A1", "a}", "{a", "a:", "ü", "a b")) {
			Keys of = new Keys("cajun:", cluster);
			for (byte[] name : List.of(of.meta(), of.place(), of.claimed(), of.ofShard(1, "fence"), of.actors(1))) {
				assertThat(owners.put(new ByteReader(name).text(), cluster)).isNull();
			}
			assertThat(SlotHash.getSlot(of.meta())).isEqualTo(SlotHash.getSlot(of.place()));
		}
	}

	@Test
	void refusesPrefixThatWouldBeTag() {
		assertThatIllegalArgumentException()
			.isThrownBy(
					() -> RedisStoreSettings.standalone(RedisURI.create("redis://localhost"), "test").withPrefix("{x}"))
			.withMessageContaining("brace");
	}

	@Test
	void textKeepsEveryString() {
		for (String text : List.of("", "a", "\0", "a\0b", "\ud800", "\udc00\ud800", "?", "ü", "\ud83d\ude00",
				"\uffff")) {
			assertThat(new ByteReader(ByteWriter.of(text)).text()).isEqualTo(text);
		}
		byte[] two = new ByteWriter(1).textEnd("a\0")
			.textEnd("")
			.sorted(-5)
			.int32(-7)
			.bytes(new byte[] { 1, 0 })
			.toBytes();
		ByteReader reader = new ByteReader(two);
		assertThat(reader.text()).isEqualTo("a\0");
		assertThat(reader.text()).isEmpty();
		assertThat(reader.sorted()).isEqualTo(-5);
		assertThat(reader.int32()).isEqualTo(-7);
		assertThat(reader.rest()).containsExactly(1, 0);
	}

}
