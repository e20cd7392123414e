package dev.cajun.serialization;

import java.io.InputStream;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.cajun.Request;
import dev.cajun.serialization.SerializationException.Kind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.type.TypeReference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

class TypeCheckTests {

	private static void assertRefused(Class<?> message, String... texts) {
		assertRefused(message, String.class, texts);
	}

	private static void assertRefused(Type message, Type state, String... texts) {
		TypeRegistry types = TypeRegistry.builder().actor("account", message, state, null).build();
		assertThatExceptionOfType(SerializationException.class).isThrownBy(() -> Samples.codec(types))
			.satisfies((ex) -> {
				assertThat(ex.kind()).isEqualTo(Kind.NOT_SERIALIZABLE);
				assertThat(ex).hasMessageContainingAll(texts);
			});
		assertThatExceptionOfType(SerializationException.class).isThrownBy(() -> Samples.cborCodec(types));
	}

	record Deposit(long amount, Thread note) {

	}

	record Line(Map<String, List<Optional<Deposit>>> deposits) {

	}

	@Test
	void namesThePathToAFieldThatCannotBeSerialized() {
		assertRefused(Deposit.class,
				"message Deposit of actor type account: field note: java.lang.Thread cannot be serialized");
		assertRefused(Line.class, "message Line of actor type account: field deposits[][].note: java.lang.Thread");
	}

	record Upload(InputStream content) {

	}

	record Anything(Object content) {

	}

	record Anythings(Map<String, Object> content) {

	}

	record Wild(List<?> content) {

	}

	record Reference(AtomicReference<String> content) {

	}

	record ClassHolder(Class<?> type) {

	}

	record Calls(Runnable callback) {

	}

	record Ask(String question) implements Request<List<Thread>> {

	}

	@ParameterizedTest
	@ValueSource(classes = { Upload.class, Anything.class, Anythings.class, Wild.class, Reference.class,
			ClassHolder.class, Calls.class, Ask.class })
	void refusesTypesOfTheJdkThatAreNoValues(Class<?> type) {
		assertRefused(type, type.getSimpleName() + " of actor type account");
	}

	@Test
	void refusesStatesAndReplies() {
		assertRefused(Samples.Ping.class, Thread.class, "state of actor type account");
		assertRefused(Samples.Ping.class, Samples.type(new TypeReference<Map<String, Deposit>>() {
		}), "state of actor type account", "[].note");
		assertRefused(Ask.class, "reply to Ask of actor type account", "java.lang.Thread");
	}

	interface Open {

	}

	record HasOpen(List<Open> open) {

	}

	@Test
	void refusesFieldsThatLeaveOpenWhichClassesThereAre() {
		assertRefused(HasOpen.class, "field open[]", "Open", "sealed", "cajun.serialization.allowed-packages");
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
	sealed interface ByClass {

	}

	record One(int a) implements ByClass {

	}

	record HasByClass(ByClass value) {

	}

	record OnProperty(@JsonTypeInfo(use = JsonTypeInfo.Id.MINIMAL_CLASS) List<Samples.Outcome> values) {

	}

	record OnObject(@JsonTypeInfo(use = JsonTypeInfo.Id.NAME) Object value) {

	}

	static class SetterOnly {

		private int a;

		@com.fasterxml.jackson.annotation.JsonProperty("b")
		@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
		void setB(Samples.Owner b) {
			this.a = b.name().length();
		}

		int a() {
			return this.a;
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
	static class Legacy {

		private int a;

		int a() {
			return this.a;
		}

	}

	@ParameterizedTest
	@ValueSource(classes = { HasByClass.class, OnProperty.class, SetterOnly.class, Legacy.class, One.class })
	void refusesTypeIdsThatAreClassNames(Class<?> type) {
		assertRefused(type, "@JsonTypeInfo", "lets bytes choose a class");
	}

	@Test
	void refusesObjectWhateverItsTypeIdIs() {
		assertRefused(OnObject.class, "field value", "java.lang.Object");
	}

	static final class NoConstructor {

		private final int a;

		private final int b;

		NoConstructor(int a) {
			this(a, 0);
		}

		NoConstructor(int a, int b) {
			this.a = a;
			this.b = b;
		}

		int sum() {
			return this.a + this.b;
		}

	}

	static final class LosesField {

		private final int a;

		private int c;

		private final int b;

		@com.fasterxml.jackson.annotation.JsonCreator
		LosesField(@com.fasterxml.jackson.annotation.JsonProperty("a") int a) {
			this.a = a;
			this.b = a;
			this.c = 1;
		}

		int sum() {
			return this.a + this.b + this.c;
		}

	}

	@SuppressWarnings("ClassCanBeStatic")
	class NotStatic {

		private int a;

		int a() {
			return this.a;
		}

	}

	record Factory(Comparator<String> order) {

	}

	@Test
	void refusesClassesThatCannotBeReadBack() {
		assertRefused(NoConstructor.class, "NoConstructor", "constructor");
		assertRefused(NotStatic.class, "NotStatic", "static");
		assertRefused(Factory.class, "field order", "java.util.Comparator");
	}

	@Test
	void setsFieldsThatAConstructorDoesNotTake() {
		LosesField value = new LosesField(1);
		value.c = 5;
		RecordCodec codec = Samples.stateCodec(LosesField.class, false);
		Object read = codec.decode(codec.encodeState("a", value, "m", 1)).value();
		assertThat(read).isInstanceOfSatisfying(LosesField.class, (fields) -> assertThat(fields.sum()).isEqualTo(7));
	}

	record Sorted(SortedSet<Samples.Owner> owners) {

	}

	record SortedKeys(TreeMap<Samples.Owner, String> owners) {

	}

	record BeanKey(Map<Samples.Bean, String> map) {

	}

	record ListKey(Map<List<String>, String> map) {

	}

	record Vector(java.util.Vector<String> list) {

	}

	@Test
	void refusesCollectionsThatCannotBeReadBack() {
		assertRefused(Sorted.class, "field owners", "not Comparable");
		assertRefused(SortedKeys.class, "field owners", "not Comparable");
		assertRefused(BeanKey.class, "field map", "key of a map");
		assertRefused(ListKey.class, "field map", "key of a map");
		assertRefused(Vector.class, "field list", "java.util.Vector");
	}

	sealed interface Twice {

		record Ok() implements Twice {

		}

	}

	static final class Other {

		record Ok() implements Twice {

		}

	}

	record HasTwice(Twice twice) {

	}

	@Test
	void refusesTwoNamesInOneHierarchyButNotInTwo() {
		assertThatExceptionOfType(SerializationException.class)
			.isThrownBy(() -> TypeRegistry.builder().actor("a", HasTwice.class, String.class, null).build())
			.withMessageContaining("'Ok'");
		TypeRegistry types = TypeRegistry.builder()
			.actor("a", AskA.class, String.class, null)
			.actor("b", AskB.class, String.class, null)
			.build();
		assertThatNoException().isThrownBy(() -> Samples.codec(types));
	}

	record AskA() implements Request<ReplyA> {

	}

	record AskB() implements Request<ReplyB> {

	}

	sealed interface ReplyA {

		record Ok() implements ReplyA {

		}

	}

	sealed interface ReplyB {

		record Ok() implements ReplyB {

		}

	}

	record Endless<T>(@Nullable T value, @Nullable Endless<List<T>> next) {

	}

	@Test
	void refusesEndlessGenericTypes() {
		assertThatExceptionOfType(SerializationException.class).isThrownBy(() -> TypeRegistry.builder()
			.actor("a", Samples.Ping.class, Samples.type(new TypeReference<Endless<String>>() {
			}), null)
			.build()).withMessageContaining("Endless");
	}

	@Test
	void acceptsEverythingThatARecordUsuallyHolds() {
		assertThatNoException().isThrownBy(() -> Samples.codec(Samples.accounts().build()));
		assertThatNoException().isThrownBy(() -> Samples.cborCodec(Samples.accounts().build()));
		assertThatNoException()
			.isThrownBy(() -> Samples.stateCodec(Samples.type(new TypeReference<ArrayList<Samples.Bean>>() {
			}), false));
	}

}
