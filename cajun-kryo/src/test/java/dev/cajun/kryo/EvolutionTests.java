package dev.cajun.kryo;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.cajun.kryo.Samples.Account;
import dev.cajun.serialization.ActorSerializer;
import dev.cajun.serialization.JacksonActorSerializer;
import dev.cajun.serialization.RecordCodec;
import dev.cajun.serialization.SerializationException;
import dev.cajun.serialization.SerializationException.Kind;
import dev.cajun.serialization.Upcaster;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class EvolutionTests {

	record Inner(int a) {

	}

	record Old(String name, long amount, Inner inner, List<Inner> more, double rate, boolean flag, int small,
			Map<String, Inner> dropped) {

	}

	record WiderInner(int a, @Nullable String b) {

	}

	record New(boolean flag, @Nullable Long amount, long small, Optional<String> name, WiderInner inner,
			List<WiderInner> more, int count, @Nullable String added, Optional<String> reason, OptionalInt number,
			List<String> none) {

	}

	private static final Old OLD = new Old("n", 42, new Inner(1), List.of(new Inner(2), new Inner(3)), 0.5, true, 7,
			Map.of("x", new Inner(9)));

	@Test
	@SuppressWarnings("NullAway")
	void readsAddedRemovedReorderedAndWidenedComponents() {
		assertThat(Samples.read(New.class, Samples.payload(Old.class, OLD))).isEqualTo(new New(true, 42L, 7L,
				Optional.of("n"), new WiderInner(1, null), List.of(new WiderInner(2, null), new WiderInner(3, null)), 0,
				null, Optional.empty(), OptionalInt.empty(), null));
	}

	record OnlyMore(List<Inner> more) {

	}

	@Test
	void readsAClassThatAppearedFirstInASkippedComponent() {
		assertThat(Samples.read(OnlyMore.class, Samples.payload(Old.class, OLD)))
			.isEqualTo(new OnlyMore(List.of(new Inner(2), new Inner(3))));
	}

	record TextAmount(String amount) {

	}

	record Numbers(List<Long> more) {

	}

	record SmallAmount(byte amount) {

	}

	@Test
	void refusesComponentsOfAnotherType() {
		byte[] payload = Samples.payload(Old.class, OLD);
		for (Class<?> type : List.of(TextAmount.class, Numbers.class)) {
			assertThatExceptionOfType(SerializationException.class).isThrownBy(() -> Samples.read(type, payload))
				.withMessageContaining("another type")
				.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(Kind.UNREADABLE));
		}
		assertThat(Samples.read(SmallAmount.class, payload)).isEqualTo(new SmallAmount((byte) 42));
		byte[] large = Samples.payload(Old.class, new Old("", 300, new Inner(1), List.of(), 0, true, 0, Map.of()));
		assertThatExceptionOfType(SerializationException.class).isThrownBy(() -> Samples.read(SmallAmount.class, large))
			.withMessageContaining("too large for byte");
	}

	record Ignoring(int value, @JsonIgnore @Nullable Thread thread, @JsonIgnore int number) {

	}

	@Test
	void leavesOutWhatIsIgnored() {
		assertThat(Samples.read(Ignoring.class, Samples.payload(Ignoring.class, new Ignoring(1, new Thread(), 2))))
			.isEqualTo(new Ignoring(1, null, 0));
	}

	@Test
	void readsBothFormatsWhicheverIsWritten() {
		RecordCodec kryo = Samples.codec(Account.class);
		RecordCodec json = Samples.codec(Samples.types(Account.class), JacksonActorSerializer.json(),
				KryoActorSerializer.reader(KryoIds.derived()));
		byte[] kryoRecord = kryo.encodeState("a", Samples.account(), "m", 1);
		byte[] jsonRecord = json.encodeState("a", Samples.account(), "m", 1);
		for (RecordCodec codec : List.of(kryo, json)) {
			assertThat(codec.decode(kryoRecord).value()).isEqualTo(Samples.account());
			assertThat(codec.decode(jsonRecord).value()).isEqualTo(Samples.account());
		}
		assertThatExceptionOfType(SerializationException.class)
			.isThrownBy(
					() -> Samples.codec(Samples.types(Account.class), JacksonActorSerializer.json()).decode(kryoRecord))
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(Kind.UNKNOWN_FORMAT));
	}

	@Test
	void refusesWhatAnUpcasterIsFor() {
		Upcaster upcaster = new Upcaster() {

			@Override
			public String typeName() {
				return "Old";
			}

			@Override
			public int fromVersion() {
				return 1;
			}

			@Override
			public JsonNode upcast(JsonNode tree) {
				return tree;
			}

		};
		KryoActorSerializer serializer = KryoActorSerializer.writer(KryoIds.derived());
		serializer.initialize(new ActorSerializer.Setup(Samples.types(Old.class), List.of(upcaster), 4096));
		byte[] payload = serializer.serialize(OLD, Old.class);
		assertThatExceptionOfType(SerializationException.class)
			.isThrownBy(() -> serializer.deserialize(payload, 0, payload.length, Old.class, "Old", 1))
			.withMessageContaining("upcasters");
		assertThat(serializer.deserialize(payload, 0, payload.length, Old.class, "Old", 2)).isEqualTo(OLD);
	}

}
