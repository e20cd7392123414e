package dev.cajun.serialization;

import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.AskOptions;
import dev.cajun.Delivery;
import dev.cajun.Request;
import dev.cajun.TypeName;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/**
 * The types that the tests share.
 */
final class Samples {

	static final int MAX_BYTES = 1024 * 1024;

	static final Instant NOW = Instant.parse("2026-03-04T05:06:07.123456789Z");

	private Samples() {
	}

	static TypeRegistry.Builder accounts() {
		return TypeRegistry.builder()
			.actor("account", AccountCommand.class, Account.class, AccountEvent.class)
			.refs(Ref::new);
	}

	static RecordCodec codec(TypeRegistry types) {
		return new RecordCodec(types, JacksonActorSerializer.json(), List.of(), List.of(), MAX_BYTES);
	}

	static RecordCodec cborCodec(TypeRegistry types) {
		return new RecordCodec(types, JacksonActorSerializer.cbor(), List.of(), List.of(), MAX_BYTES);
	}

	/** A codec of one actor type with a state. */
	static RecordCodec stateCodec(Type state, boolean cbor) {
		TypeRegistry types = TypeRegistry.builder().actor("a", Ping.class, state, null).refs(Ref::new).build();
		return cbor ? cborCodec(types) : codec(types);
	}

	static <T> Type type(TypeReference<T> reference) {
		return reference.getType();
	}

	record Ping() {

	}

	record Account(String owner, long balance, Instant since, List<String> tags, Status status) {

	}

	enum Status {

		OPEN, CLOSED {

			@Override
			public String toString() {
				return "closed for good";
			}

		}

	}

	static Account account() {
		return new Account("alice", 4200, NOW, List.of("b", "a"), Status.CLOSED);
	}

	sealed interface AccountCommand {

	}

	record Deposit(long amount, @Nullable String note) implements AccountCommand, Request<Long> {

	}

	record GetBalance() implements AccountCommand, Request<Long> {

	}

	record Rename(Owner owner, Optional<String> reason) implements AccountCommand, Request<Void> {

	}

	record FindOwners(List<String> names) implements AccountCommand, Request<List<Owner>> {

	}

	record Settle(Map<String, Integer> parts) implements AccountCommand, Request<Outcome> {

	}

	enum Control implements AccountCommand {

		FREEZE, THAW {

			@Override
			public String toString() {
				return "thawing";
			}

		}

	}

	record Owner(String name, UUID id) {

	}

	sealed interface Outcome {

	}

	record Settled(BigDecimal total) implements Outcome {

	}

	record Refused(String reason, Duration retryAfter) implements Outcome {

	}

	sealed interface AccountEvent {

	}

	record Deposited(long amount) implements AccountEvent {

	}

	@TypeName("account.renamed")
	record Renamed(Owner owner) implements AccountEvent {

	}

	static final class Bean {

		private String name = "";

		private final List<String> items = new ArrayList<>();

		private int @Nullable [] numbers;

		private transient int cached = 7;

		void setName(String name) {
			this.name = name;
		}

		void setNumbers(int... numbers) {
			this.numbers = numbers;
		}

		List<String> items() {
			return this.items;
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof Bean bean && this.name.equals(bean.name) && this.items.equals(bean.items)
					&& Arrays.equals(this.numbers, bean.numbers) && this.cached == bean.cached;
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
