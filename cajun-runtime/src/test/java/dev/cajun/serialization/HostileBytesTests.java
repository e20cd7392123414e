package dev.cajun.serialization;

import java.lang.reflect.Field;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.zip.CRC32C;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.cajun.serialization.Samples.Account;
import dev.cajun.serialization.Samples.Deposit;
import dev.cajun.serialization.Samples.Owner;
import dev.cajun.serialization.Samples.Ping;
import dev.cajun.serialization.Samples.Refused;
import dev.cajun.serialization.Samples.Rename;
import dev.cajun.serialization.SerializationException.Kind;
import dev.cajun.serialization.plugin.NoPlugin;
import dev.cajun.serialization.plugin.Plugin;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.StreamReadConstraints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;

class HostileBytesTests {

	private static final long SEED = 42;

	private final RecordCodec codec = Samples.codec(Samples.accounts().build());

	private final RecordCodec cbor = Samples.cborCodec(Samples.accounts().build());

	/** An intact record with this content. */
	private static byte[] record(String format, String typeName, byte[] payload) {
		return RecordEnvelope.write(RecordEnvelope.VALUE, false, 1, 1, format.getBytes(StandardCharsets.UTF_8),
				typeName.getBytes(StandardCharsets.UTF_8), "m", payload);
	}

	private static byte[] json(String typeName, String payload) {
		return record("json", typeName, payload.getBytes(StandardCharsets.UTF_8));
	}

	private static void assertKind(RecordCodec codec, Kind kind, byte[] record) {
		assertThatExceptionOfType(SerializationException.class).isThrownBy(() -> codec.decode(record))
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(kind));
	}

	@Test
	void seesEveryFlippedBit() {
		for (byte[] record : List.of(this.codec.encodeState("account", Samples.account(), "m", 1),
				this.cbor.encodeState("account", Samples.account(), "m", 1), this.codec.encodeError("x", "y"),
				this.codec.encodeReply("Rename", null, "m", 1))) {
			for (int bit = 0; bit < record.length * 8; bit++) {
				byte[] flipped = record.clone();
				flipped[bit / 8] ^= (byte) (1 << (bit % 8));
				assertKind(this.codec, Kind.CORRUPT, flipped);
			}
			for (int length = 0; length < record.length; length++) {
				assertKind(this.codec, Kind.CORRUPT, Arrays.copyOf(record, length));
			}
			assertKind(this.codec, Kind.CORRUPT, Arrays.copyOf(record, record.length + 1));
		}
	}

	private List<byte[]> records(RecordCodec codec) {
		Owner owner = new Owner("o", UUID.randomUUID());
		return List.of(codec.encodeState("account", Samples.account(), "m", 1),
				codec.encode(new Rename(owner, Optional.of("why")), "m", 1), codec.encode(new Deposit(1, "n"), "m", 1),
				codec.encodeReply("Settle", new Refused("r", Duration.ofDays(1)), "m", 1),
				codec.encodeReply("FindOwners", List.of(owner), "m", 1), codec.encodeError("e", "text"));
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void answersEveryMutationWithAnExceptionOrTheSameValue(boolean useCbor) {
		RecordCodec target = useCbor ? this.cbor : this.codec;
		List<byte[]> records = records(target);
		Random random = new Random(SEED);
		for (int i = 0; i < 10_000; i++) {
			byte[] record = records.get(random.nextInt(records.size()));
			byte[] mutated = mutate(record, random);
			try {
				assertThat(target.decode(mutated)).isEqualTo(target.decode(record));
			}
			catch (SerializationException ex) {
				assertThat(ex.kind()).isIn(Kind.CORRUPT, Kind.TOO_LARGE);
			}
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void answersEveryMutationBehindAGoodChecksumWithAnExceptionOrAValue(boolean useCbor) {
		RecordCodec target = useCbor ? this.cbor : this.codec;
		List<byte[]> records = records(target);
		Random random = new Random(SEED);
		int values = 0;
		for (int i = 0; i < 20_000; i++) {
			byte[] mutated = mutate(records.get(random.nextInt(records.size())), random);
			if (decodes(target, sealed(mutated))) {
				values++;
			}
		}
		assertThat(values).isPositive();
	}

	@Test
	void answersRandomBytesWithAnException() {
		Random random = new Random(SEED);
		for (int i = 0; i < 20_000; i++) {
			byte[] bytes = new byte[random.nextInt(200)];
			random.nextBytes(bytes);
			assertThatExceptionOfType(SerializationException.class).isThrownBy(() -> this.codec.decode(bytes));
			decodes(this.codec, json("Account", new String(bytes, StandardCharsets.ISO_8859_1)));
			decodes(this.cbor, record("cbor", "Account", bytes));
		}
	}

	private static boolean decodes(RecordCodec codec, byte[] record) {
		try {
			codec.decode(record);
			return true;
		}
		catch (SerializationException ex) {
			return false;
		}
		catch (RuntimeException | Error ex) {
			return fail("Not for " + Arrays.toString(record), ex);
		}
	}

	private static byte[] mutate(byte[] record, Random random) {
		byte[] mutated = record.clone();
		switch (random.nextInt(4)) {
			case 0 -> mutated = Arrays.copyOf(mutated, random.nextInt(mutated.length));
			case 1 -> mutated = Arrays.copyOf(mutated, mutated.length + random.nextInt(20));
			default -> {
				for (int n = 1 + random.nextInt(4); n > 0; n--) {
					mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
				}
			}
		}
		return mutated;
	}

	/** The bytes with a checksum that fits. */
	private static byte[] sealed(byte[] record) {
		if (record.length > 5) {
			record[0] = (byte) 0xC1;
			setChecksum(record);
		}
		return record;
	}

	private static void setChecksum(byte[] record) {
		CRC32C crc = new CRC32C();
		crc.update(record, 0, 1);
		crc.update(record, 5, record.length - 5);
		ByteBuffer.wrap(record).putInt(1, (int) crc.getValue());
	}

	@Test
	void refusesALaterLayout() {
		byte[] record = this.codec.encodeError("x", "y");
		record[0] = (byte) 0xC2;
		setChecksum(record);
		assertKind(this.codec, Kind.UNKNOWN_FORMAT, record);
	}

	record Holder(Samples.Outcome outcome, List<Samples.Outcome> list, Map<String, Samples.Outcome> map,
			@Nullable Plugin plugin) {

	}

	private static RecordCodec holders(String allowed) {
		return Samples
			.codec(TypeRegistry.builder().allowPackage(allowed).actor("a", Ping.class, Holder.class, null).build());
	}

	private static List<String> gadgets() {
		List<String> gadgets = new ArrayList<>();
		for (String name : List.of("com.sun.rowset.JdbcRowSetImpl", "java.lang.Thread",
				"javax.management.BadAttributeValueExpException", Canary.class.getName(), Account.class.getName(),
				NoPlugin.class.getName(), "Account", "Ping", "", "[Ljava.lang.String;",
				"java.util.ArrayList<" + Canary.class.getName() + ">")) {
			for (String property : List.of("@class", "@type", "@c", "type")) {
				gadgets.add("{\"" + property + "\":\"" + name
						+ "\",\"dataSourceName\":\"ldap://x/y\",\"autoCommit\":true}");
			}
			gadgets.add("[\"" + name + "\",{\"dataSourceName\":\"ldap://x/y\",\"autoCommit\":true}]");
			gadgets.add("{\"" + name + "\":{\"dataSourceName\":\"ldap://x/y\"}}");
		}
		return gadgets;
	}

	@Test
	void refusesGadgetsWhereverTypesAreNamed() {
		RecordCodec target = holders("dev.cajun.serialization.plugin");
		for (String gadget : gadgets()) {
			for (String field : List.of("\"outcome\":" + gadget, "\"list\":[" + gadget + "]",
					"\"map\":{\"a\":" + gadget + "}", "\"plugin\":" + gadget)) {
				assertThatExceptionOfType(SerializationException.class)
					.isThrownBy(() -> target.decode(json("Holder", "{" + field + "}")))
					.satisfies((ex) -> assertThat(ex.kind()).isIn(Kind.UNKNOWN_TYPE, Kind.UNREADABLE));
			}
			decodes(target, json("Holder", gadget));
		}
		assertNothingInitialized();
	}

	@Test
	void refusesClassNamesInTheEnvelope() {
		for (String name : List.of("java.lang.Thread", Canary.class.getName(), NoPlugin.class.getName(),
				Account.class.getName(), "", "a/state", "dev.cajun.serialization.plugin.Missing")) {
			assertKind(holders("dev.cajun.serialization.plugin"), Kind.UNKNOWN_TYPE, json(name, "{}"));
		}
		assertNothingInitialized();
	}

	private static void assertNothingInitialized() {
		assertThat(System.getProperty(Canary.PROPERTY)).isNull();
		assertThat(System.getProperty("dev.cajun.canary.noplugin")).isNull();
	}

	@Test
	void matchesWholePackageNames() {
		RecordCodec target = holders("dev.cajun.serialization.plug");
		assertKind(target, Kind.UNKNOWN_TYPE,
				json("Holder", "{\"plugin\":{\"@type\":\"dev.cajun.serialization.plugin.Square\",\"side\":1}}"));
	}

	@Test
	void refusesDeepNesting() {
		String deep = "{\"tags\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
		assertKind(this.codec, Kind.UNREADABLE, json("Account", deep));
		String unknown = "{\"unknown\":" + "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000) + "}";
		assertKind(this.codec, Kind.UNREADABLE, json("Account", unknown));
	}

	record Numbers(BigInteger integer, BigDecimal decimal, Duration duration, long number) {

	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"integer\":1E1000000000}", "{\"duration\":1E1000000000}", "{\"number\":1E1000000000}",
			"{\"integer\":\"1E1000000000\"}", "{\"duration\":\"1E1000000000\"}" })
	@Timeout(5)
	void doesNotComputeHugeNumbers(String payload) {
		decodes(Samples.stateCodec(Numbers.class, false), json("Numbers", payload));
	}

	@Test
	void refusesNullTrailingTextAndWrongShapes() {
		for (String payload : List.of("", "null", "1", "\"x\"", "[]", "{} {}", "{}x", "{\"balance\":\"x\"}",
				"{\"status\":\"NO\"}", "{\"status\":1}", "{\"since\":\"yesterday\"}", "{\"tags\":{}}",
				"{\"tags\":[{}]}")) {
			assertKind(this.codec, Kind.UNREADABLE, json("Account", payload));
		}
		assertThat(this.codec.decode(json("Account", "{\"unknown\":[1,{}]}")).value())
			.isEqualTo(new AccountShape().empty());
	}

	/** Gives an account of which nothing was in the bytes. */
	private static final class AccountShape {

		@SuppressWarnings("NullAway")
		Account empty() {
			return new Account(null, 0, null, null, null);
		}

	}

	@Test
	void doesNotQuoteTheContent() {
		for (String payload : List.of("{\"balance\":\"secret\"}", "{\"since\":\"secret\"}", "{\"owner\":secret}",
				"{\"status\":\"secret\"}")) {
			assertThatExceptionOfType(SerializationException.class)
				.isThrownBy(() -> this.codec.decode(json("Account", payload)))
				.satisfies((ex) -> assertThat(ex).hasMessageNotContaining("secret").hasNoCause());
		}
	}

	@ParameterizedTest
	@ValueSource(bytes = { 0x5A, 0x7A, (byte) 0x9A, (byte) 0xBA })
	void doesNotBelieveLengths(byte type) {
		byte[] payload = { type, 0x7F, (byte) 0xFF, (byte) 0xFF, (byte) 0xF0, 1, 2, 3 };
		for (Class<?> state : List.of(byte[].class, String.class, int[].class, Long.class)) {
			assertKind(Samples.stateCodec(state, true), Kind.UNREADABLE, record("cbor", "a/state", payload));
		}
		assertKind(this.cbor, Kind.UNREADABLE, record("cbor", "Account", payload));
	}

	record Guarded(int value) {

		Guarded {
			if (value < 0) {
				throw new IllegalArgumentException("negative");
			}
		}

	}

	@Test
	void saysWhenAConstructorRefusesTheValue() {
		RecordCodec target = Samples.stateCodec(Guarded.class, false);
		assertThatExceptionOfType(SerializationException.class)
			.isThrownBy(() -> target.decode(json("Guarded", "{\"value\":-1}")))
			.withMessageContaining("negative")
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(Kind.UNREADABLE));
	}

	record Ignoring(int value, @JsonIgnore @Nullable Thread thread) {

	}

	@Test
	void ignoresWhatIsIgnored() {
		RecordCodec target = Samples.stateCodec(Ignoring.class, false);
		assertThat(target.decode(json("Ignoring", "{\"value\":1,\"thread\":{\"name\":\"x\"}}")).value())
			.isEqualTo(new Ignoring(1, null));
	}

	@Test
	void leavesTheGlobalLimitsOfJacksonAlone() throws Exception {
		Field field = StreamReadConstraints.class.getDeclaredField("DEFAULT_MAX_DEPTH");
		assertThat(field.getInt(null)).isEqualTo(StreamReadConstraints.defaults().getMaxNestingDepth());
	}

}
