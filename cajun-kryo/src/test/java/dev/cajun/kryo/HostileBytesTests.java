package dev.cajun.kryo;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import com.esotericsoftware.kryo.io.Output;
import dev.cajun.kryo.Samples.Account;
import dev.cajun.kryo.Samples.Bean;
import dev.cajun.kryo.Samples.Deposit;
import dev.cajun.kryo.Samples.Outcome;
import dev.cajun.kryo.Samples.Refused;
import dev.cajun.kryo.Samples.Settled;
import dev.cajun.serialization.SerializationException;
import dev.cajun.serialization.SerializationException.Kind;
import dev.cajun.serialization.TypeRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;

class HostileBytesTests {

	private static final long SEED = 42;

	record Everything(Account account, @Nullable Everything inner, int[] numbers, TreeMap<String, Long> sorted,
			ConcurrentHashMap<String, Outcome> concurrent, Bean bean, Optional<Duration> duration) {

	}

	private static Everything everything(@Nullable Everything inner) {
		return new Everything(Samples.account(), inner, new int[] { 1, 2 }, new TreeMap<>(Map.of("k", 1L)),
				new ConcurrentHashMap<>(Map.of("s", new Settled(1))), new Bean().name("b").numbers(3),
				Optional.of(Duration.ofHours(1)));
	}

	private final KryoActorSerializer serializer = Samples.serializer(Samples.types(Everything.class));

	private boolean reads(Class<?> type, byte[] payload) {
		try {
			assertThat(this.serializer.deserialize(payload, 0, payload.length, type, "x", 1)).isInstanceOf(type);
			return true;
		}
		catch (SerializationException ex) {
			return false;
		}
		catch (RuntimeException | Error ex) {
			return fail("Not for " + Arrays.toString(payload), ex);
		}
	}

	@Test
	@Timeout(60)
	void answersEveryMutationWithAnExceptionOrAValue() {
		byte[] payload = this.serializer.serialize(everything(everything(null)), Everything.class);
		Random random = new Random(SEED);
		int values = 0;
		for (int i = 0; i < 50_000; i++) {
			if (reads(Everything.class, mutate(payload, random))) {
				values++;
			}
		}
		assertThat(values).isPositive();
	}

	@Test
	@Timeout(60)
	void answersRandomBytesWithAnExceptionOrAValue() {
		Random random = new Random(SEED);
		for (int i = 0; i < 50_000; i++) {
			byte[] bytes = new byte[random.nextInt(100)];
			random.nextBytes(bytes);
			reads(Everything.class, bytes);
			reads(Deposit.class, bytes);
		}
		for (int length = 0; length < 100; length++) {
			assertThat(reads(Everything.class, new byte[length])).isFalse();
		}
	}

	private static byte[] mutate(byte[] payload, Random random) {
		byte[] mutated = payload.clone();
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

	@Test
	void readsOnlyItsPartOfTheBytes() {
		byte[] payload = this.serializer.serialize(new Deposit(5, "n"), Deposit.class);
		byte[] padded = new byte[payload.length + 20];
		Arrays.fill(padded, (byte) 0x55);
		System.arraycopy(payload, 0, padded, 7, payload.length);
		assertThat(this.serializer.deserialize(padded, 7, payload.length, Deposit.class, "x", 1))
			.isEqualTo(new Deposit(5, "n"));
		assertThatExceptionOfType(SerializationException.class)
			.isThrownBy(() -> this.serializer.deserialize(padded, 7, payload.length + 1, Deposit.class, "x", 1));
		assertThatExceptionOfType(SerializationException.class)
			.isThrownBy(() -> this.serializer.deserialize(padded, 7, payload.length - 1, Deposit.class, "x", 1));
	}

	record Holder(Outcome outcome) {

	}

	/** A record of one component, which is of a class with this number, and a name. */
	private static byte[] holder(int classId, String name) {
		Output output = new Output(64, 4096);
		int root = Frames.open(output);
		output.writeVarInt(0, true);
		int outcome = Frames.open(output);
		output.writeVarInt(classId, true);
		output.writeVarInt(0, true);
		output.writeString(name);
		Frames.close(output, outcome);
		Frames.close(output, root);
		output.writeVarInt(1, true);
		output.writeVarInt(1, true);
		output.writeBytes(Layouts.header("outcome", "a"));
		return output.toBytes();
	}

	@Test
	void looksUpNoClassThatBytesName() {
		KryoActorSerializer target = Samples.serializer(Samples.types(Holder.class));
		List<Integer> ids = new ArrayList<>(List.of(0, 1, 2, 3, 5, 11, 101, 102, 5000, 1 << 24, -1, Integer.MIN_VALUE));
		for (int id : ids) {
			for (String name : List.of(Canary.class.getName(), Thread.class.getName(), Settled.class.getName())) {
				byte[] payload = holder(id, name);
				assertThatExceptionOfType(SerializationException.class)
					.isThrownBy(() -> target.deserialize(payload, 0, payload.length, Holder.class, "x", 1))
					.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(Kind.UNKNOWN_TYPE));
			}
		}
		assertThat(System.getProperty(Canary.PROPERTY)).isNull();
	}

	@Test
	void refusesDeclaredClassesWhereTheyDoNotBelong() {
		TypeRegistry types = Samples.types(Holder.class);
		KryoActorSerializer target = Samples.serializer(types);
		ClassIds ids = ClassIds.of(types, KryoIds.derived(), true);
		for (Class<?> type : types.classes()) {
			if (!Outcome.class.isAssignableFrom(type)) {
				byte[] payload = holder(ids.written().getOrDefault(type, 0) + 2, "");
				assertThatExceptionOfType(SerializationException.class)
					.isThrownBy(() -> target.deserialize(payload, 0, payload.length, Holder.class, "x", 1))
					.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(Kind.UNREADABLE));
			}
		}
	}

	record Opens(OpenTypes.@Nullable Open open) {

	}

	@Test
	void refusesOpenTypesAndUndeclaredClasses() {
		TypeRegistry types = TypeRegistry.builder()
			.allowPackage("dev.cajun.kryo")
			.actor("a", Deposit.class, Opens.class, null)
			.build();
		assertThatExceptionOfType(SerializationException.class)
			.isThrownBy(() -> Samples.codec(types, KryoActorSerializer.writer(KryoIds.derived())))
			.withMessageContaining("state of actor type a: field open")
			.withMessageContaining("leaves open which classes there are")
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(Kind.NOT_SERIALIZABLE));
		assertThatExceptionOfType(SerializationException.class)
			.isThrownBy(() -> this.serializer.serialize(new Thread(), Deposit.class))
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(Kind.NOT_SERIALIZABLE));
		assertThat(System.getProperty(Canary.PROPERTY)).isNull();
	}

	static final class NoConstructor {

		final int value;

		NoConstructor(int value) {
			this.value = value;
		}

	}

	@Test
	void makesNoObjectWithoutAConstructor() {
		TypeRegistry types = TypeRegistry.builder().actor("a", Deposit.class, NoConstructor.class, null).build();
		assertThatExceptionOfType(SerializationException.class).isThrownBy(() -> Samples.serializer(types))
			.withMessageContaining("no constructor that Kryo can use");
	}

	@Test
	void doesNotBelieveLengths() {
		com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
		reads(Everything.class, new byte[10]);
		for (Class<?> type : List.of(String.class, byte[].class, long[].class, Everything.class)) {
			KryoActorSerializer target = Samples.serializer(Samples.types(type));
			target.serialize(type.isArray() ? java.lang.reflect.Array.newInstance(type.getComponentType(), 1)
					: (type == String.class) ? "" : everything(null), type);
			for (int length : new int[] { 1000, 1 << 24, Integer.MAX_VALUE, -1, Integer.MIN_VALUE }) {
				Output output = new Output(64, 4096);
				int frame = Frames.open(output);
				output.writeVarInt(length, true);
				output.writeVarInt(length, true);
				Frames.close(output, frame);
				output.writeVarInt(length, true);
				byte[] payload = output.toBytes();
				long before = threads.getThreadAllocatedBytes(Thread.currentThread().threadId());
				assertThatExceptionOfType(SerializationException.class)
					.isThrownBy(() -> target.deserialize(payload, 0, payload.length, type, "x", 1));
				assertThat(threads.getThreadAllocatedBytes(Thread.currentThread().threadId()) - before)
					.isLessThan(4_000_000);
			}
		}
	}

	record Deep(@Nullable Deep inner) {

	}

	@Test
	void refusesDeepNesting() {
		KryoActorSerializer target = Samples.serializer(Samples.types(Deep.class));
		Output output = new Output(64, Samples.MAX_BYTES);
		nest(output, 10_000);
		output.writeVarInt(1, true);
		output.writeVarInt(1, true);
		output.writeBytes(Layouts.header("inner", "r"));
		byte[] payload = output.toBytes();
		assertThatExceptionOfType(SerializationException.class)
			.isThrownBy(() -> target.deserialize(payload, 0, payload.length, Deep.class, "x", 1))
			.withMessageContaining("depth")
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(Kind.UNREADABLE));
	}

	private static void nest(Output output, int depth) {
		List<Integer> frames = new ArrayList<>();
		for (int i = 0; i < depth; i++) {
			frames.add(Frames.open(output));
			output.writeVarInt(0, true);
		}
		output.writeByte(0);
		for (int i = depth - 1; i >= 0; i--) {
			Frames.close(output, frames.get(i));
		}
	}

	record Guarded(int value, String text) {

		Guarded {
			if (value < 0) {
				throw new IllegalArgumentException("negative");
			}
		}

	}

	@Test
	void saysWhenAConstructorRefusesTheValue() {
		record Unguarded(int value, String text) {

		}
		byte[] payload = Samples.payload(Unguarded.class, new Unguarded(-1, "x"));
		assertThatExceptionOfType(SerializationException.class).isThrownBy(() -> Samples.read(Guarded.class, payload))
			.withMessageContaining("negative")
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(Kind.UNREADABLE));
	}

	@Test
	void doesNotQuoteTheContent() {
		byte[] payload = Samples.payload(String.class, "secret");
		for (Class<?> type : List.of(Samples.Control.class, java.util.Currency.class, java.time.ZoneId.class,
				dev.cajun.ActorId.class)) {
			assertThatExceptionOfType(SerializationException.class).isThrownBy(() -> Samples.read(type, payload))
				.satisfies((ex) -> assertThat(ex).hasMessageNotContaining("secret").hasNoCause());
		}
		assertThat(new String(payload, StandardCharsets.UTF_8)).contains("secret");
		assertThat(new Refused("r", Duration.ZERO)).isNotNull();
	}

}
