package dev.cajun.kryo;

import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.AskOptions;
import dev.cajun.Delivery;
import dev.cajun.Request;
import dev.cajun.serialization.ActorSerializer;
import dev.cajun.serialization.JacksonActorSerializer;
import dev.cajun.serialization.RecordCodec;
import dev.cajun.serialization.TypeRegistry;
import org.jspecify.annotations.Nullable;

/** The types that the tests share. */
final class Samples {

	static final int MAX_BYTES = 1024 * 1024;

	static final Instant NOW = Instant.parse("2026-03-04T05:06:07.123456789Z");

	private Samples() {
	}

	static TypeRegistry types(Type state) {
		return TypeRegistry.builder().actor("a", Command.class, state, null).refs(Ref::new).build();
	}

	static RecordCodec codec(Type state) {
		return codec(types(state), KryoActorSerializer.writer(KryoIds.derived()));
	}

	/** Writes one format, and reads JSON too. */
	static RecordCodec codec(TypeRegistry types, ActorSerializer writer, ActorSerializer... readers) {
		List<ActorSerializer> others = new ArrayList<>(List.of(readers));
		if (!writer.format().equals("json")) {
			others.add(JacksonActorSerializer.json());
		}
		return new RecordCodec(types, writer, others, List.of(), MAX_BYTES);
	}

	/** The payload of a state. */
	static byte[] payload(Type type, Object state) {
		KryoActorSerializer serializer = serializer(types(type));
		return serializer.serialize(state, type);
	}

	static KryoActorSerializer serializer(TypeRegistry types) {
		KryoActorSerializer serializer = KryoActorSerializer.writer(KryoIds.derived());
		serializer.initialize(new ActorSerializer.Setup(types, List.of(), MAX_BYTES));
		return serializer;
	}

	static Object read(Type type, byte[] payload) {
		return serializer(types(type)).deserialize(payload, 0, payload.length, type, "x", 1);
	}

	sealed interface Command {

	}

	record Deposit(long amount, @Nullable String note) implements Command, Request<Long> {

	}

	record Settle(Map<String, Integer> parts) implements Command, Request<Outcome> {

	}

	enum Control implements Command {

		FREEZE, THAW {

			@Override
			public String toString() {
				return "thawing";
			}

		}

	}

	sealed interface Outcome {

	}

	record Settled(long total) implements Outcome {

	}

	record Refused(String reason, Duration retryAfter) implements Outcome {

	}

	record Account(String owner, long balance, Instant since, List<String> tags, Control status,
			Map<String, List<Outcome>> outcomes, Optional<Outcome> last) {

	}

	static Account account() {
		return new Account("alice", 4200, NOW, List.of("b", "a"), Control.THAW,
				Map.of("x", List.of(new Settled(3), new Refused("no", Duration.ofSeconds(2)))),
				Optional.of(new Settled(1)));
	}

	/** A class that is no record. */
	static final class Bean {

		private String name = "";

		private final List<String> items = new ArrayList<>();

		private int @Nullable [] numbers;

		private transient int cached = 7;

		Bean name(String name) {
			this.name = name;
			return this;
		}

		Bean numbers(int... numbers) {
			this.numbers = numbers;
			return this;
		}

		List<String> items() {
			return this.items;
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof Bean bean && this.name.equals(bean.name) && this.items.equals(bean.items)
					&& java.util.Arrays.equals(this.numbers, bean.numbers) && this.cached == bean.cached;
		}

		@Override
		public int hashCode() {
			return Objects.hash(this.name, this.items);
		}

	}

	/** A reference that is bound to nothing. */
	record Ref(ActorId id) implements ActorRef<Object> {

		@Override
		public void tell(Object message) {
		}

		@Override
		public CompletableFuture<Void> tell(Object message, Delivery delivery) {
			throw new UnsupportedOperationException();
		}

		@Override
		public <R> CompletableFuture<R> ask(Request<R> request, AskOptions options) {
			throw new UnsupportedOperationException();
		}

		@Override
		public <R> R call(Request<R> request, AskOptions options) {
			throw new UnsupportedOperationException();
		}

	}

}
