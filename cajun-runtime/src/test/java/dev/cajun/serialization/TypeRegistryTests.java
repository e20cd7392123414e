package dev.cajun.serialization;

import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

import dev.cajun.ActorRef;
import dev.cajun.Request;
import dev.cajun.TypeName;
import dev.cajun.UnknownActorTypeException;
import dev.cajun.serialization.Samples.Account;
import dev.cajun.serialization.Samples.AccountCommand;
import dev.cajun.serialization.Samples.Bean;
import dev.cajun.serialization.Samples.Control;
import dev.cajun.serialization.Samples.Deposit;
import dev.cajun.serialization.Samples.FindOwners;
import dev.cajun.serialization.Samples.GetBalance;
import dev.cajun.serialization.Samples.Outcome;
import dev.cajun.serialization.Samples.Owner;
import dev.cajun.serialization.Samples.Ping;
import dev.cajun.serialization.Samples.Rename;
import dev.cajun.serialization.Samples.Settle;
import dev.cajun.serialization.plugin.Plugin;
import dev.cajun.serialization.plugin.Square;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class TypeRegistryTests {

	private final TypeRegistry types = Samples.accounts().build();

	@Test
	void listsTheMessagesInTheOrderOfTheirDeclaration() {
		assertThat(this.types.messages("account")).extracting(MessageType::name)
			.containsExactly("Deposit", "GetBalance", "Rename", "FindOwners", "Settle", "Control");
		assertThat(this.types.messages("account")).extracting(MessageType::request)
			.containsExactly(true, true, true, true, true, false);
	}

	@Test
	void resolvesReplyTypes() {
		assertThat(reply(this.types, "account", Deposit.class)).isEqualTo(Long.class);
		assertThat(reply(this.types, "account", Rename.class)).isEqualTo(Void.class);
		assertThat(reply(this.types, "account", FindOwners.class))
			.hasToString("java.util.List<" + Owner.class.getName() + ">");
		assertThat(reply(this.types, "account", Settle.class)).isEqualTo(Outcome.class);
		assertThat(reply(this.types, "account", Control.class)).isNull();
	}

	private static Type reply(TypeRegistry types, String actorType, Class<?> message) {
		MessageType found = types.message(actorType, message);
		assertThat(found).isNotNull();
		return found.replyType();
	}

	interface Query<T> extends Request<Optional<T>> {

	}

	sealed interface Queries {

	}

	record ByName<T>(T key) implements Queries, Query<Set<Instant>> {

	}

	record Get<R>(R fallback) implements Request<R> {

	}

	@Test
	void resolvesReplyTypesThroughGenericInterfaces() {
		TypeRegistry types = TypeRegistry.builder()
			.actor("q", ByName.class, Account.class, null)
			.actor("g", Samples.type(new TypeReference<Get<List<String>>>() {
			}), Account.class, null)
			.build();
		assertThat(reply(types, "q", ByName.class)).hasToString("java.util.Optional<java.util.Set<java.time.Instant>>");
		assertThat(reply(types, "g", Get.class)).hasToString("java.util.List<java.lang.String>");
	}

	@SuppressWarnings("rawtypes")
	record RawRequest() implements Request {

	}

	@Test
	void refusesRequestsWithoutAReplyType() {
		assertFailure(TypeRegistry.builder().actor("a", RawRequest.class, Account.class, null), "RawRequest");
		assertFailure(TypeRegistry.builder().actor("a", Get.class, Account.class, null), "Get");
	}

	@Test
	void findsMessagesOfTheirOwnActorTypeOnly() {
		TypeRegistry both = Samples.accounts().actor("other", Ping.class, Account.class, null).build();
		assertThat(both.message("account", GetBalance.class)).isNotNull();
		assertThat(both.message("other", GetBalance.class)).isNull();
		assertThat(both.message("account", Ping.class)).isNull();
		assertThat(both.message("nobody", Ping.class)).isNull();
		assertThat(both.message("account", AccountCommand.class)).isNull();
		assertThat(both.message("account", Object.class)).isNull();
	}

	@Test
	@SuppressWarnings("GetClassOnEnum")
	void findsConstantsOfEnumsWithBodies() {
		assertThat(Control.THAW.getClass()).isNotEqualTo(Control.class);
		MessageType type = this.types.message("account", Control.THAW.getClass());
		assertThat(type).isNotNull().isSameAs(this.types.message("account", Control.class));
	}

	@Test
	void letsTwoActorTypesShareMessages() {
		TypeRegistry both = TypeRegistry.builder()
			.actor("a", AccountCommand.class, Account.class, null)
			.actor("b", Deposit.class, Account.class, null)
			.build();
		assertThat(both.message("b", Deposit.class)).isSameAs(both.message("a", Deposit.class));
		assertThat(both.message("b", GetBalance.class)).isNull();
	}

	static final class Elsewhere {

		record Deposit(int amount) {

		}

		@TypeName("deposit.2")
		record Named(int amount) {

		}

		@TypeName("no name")
		record BadName() {

		}

		@TypeName(value = "x", version = 0)
		record BadVersion() {

		}

	}

	@Test
	void refusesTwoClassesWithOneName() {
		assertFailure(Samples.accounts().actor("b", Elsewhere.Deposit.class, Account.class, null), "'b'",
				Deposit.class.getName(), Elsewhere.Deposit.class.getName(), "@TypeName");
		assertThat(Samples.accounts().actor("b", Elsewhere.Named.class, Account.class, null).build().messages("b"))
			.extracting(MessageType::name)
			.containsExactly("deposit.2");
	}

	@Test
	void refusesTypeNamesThatAreNone() {
		assertFailure(TypeRegistry.builder().actor("a", Elsewhere.BadName.class, Account.class, null), "no name");
		assertFailure(TypeRegistry.builder().actor("a", Elsewhere.BadVersion.class, Account.class, null), "version 0");
	}

	interface Open {

	}

	sealed interface HalfOpen {

	}

	non-sealed interface Hole extends HalfOpen {

	}

	record Known() implements HalfOpen {

	}

	@Test
	void refusesTypesThatSayNothingConcrete() throws Exception {
		assertFailure(TypeRegistry.builder().actor("a", Object.class, Account.class, null), "'a'", "java.lang.Object");
		assertFailure(TypeRegistry.builder().actor("a", Open.class, Account.class, null), "'a'", "Open", "sealed");
		assertFailure(TypeRegistry.builder().actor("a", HalfOpen.class, Account.class, null), "'a'", "HalfOpen");
		assertFailure(TypeRegistry.builder().actor("a", Ping.class, Open.class, null), "'a'", "Open", "state");
		assertFailure(TypeRegistry.builder().actor("a", Ping.class, Object.class, null), "'a'", "state");
		assertFailure(TypeRegistry.builder().actor("a", List.class, Account.class, null), "'a'", "record");
		assertFailure(TypeRegistry.builder().actor("a", Thread.class, Account.class, null), "'a'", "Thread");
		Type variable = Get.class.getTypeParameters()[0];
		assertFailure(TypeRegistry.builder().actor("a", variable, Account.class, null), "'a'", "R");
	}

	@Test
	void refusesOneClassWithTwoSetsOfArguments() {
		assertFailure(TypeRegistry.builder().actor("a", Samples.type(new TypeReference<Get<String>>() {
		}), Account.class, null).actor("b", Samples.type(new TypeReference<Get<Long>>() {
		}), Account.class, null), "Get<java.lang.String>", "Get<java.lang.Long>");
	}

	@Test
	void refusesAnActorTypeThatIsDeclaredTwice() {
		assertFailure(Samples.accounts().actor("account", AccountCommand.class, Account.class, null), "twice");
	}

	private static void assertFailure(TypeRegistry.Builder builder, String... texts) {
		assertThatExceptionOfType(SerializationException.class).isThrownBy(builder::build)
			.satisfies((ex) -> assertThat(ex).hasMessageContainingAll(texts));
	}

	@Test
	void namesTheKnownActorTypesWhenAnotherIsAskedFor() {
		assertThatExceptionOfType(UnknownActorTypeException.class).isThrownBy(() -> this.types.messages("cart"))
			.withMessageContaining("cart")
			.withMessageContaining("account");
	}

	record Inner(Map<String, List<Optional<ActorRef<String>>>> map, SequencedMap<String, Instant> times) {

	}

	record Generic<T>(T value) {

	}

	record Recursive(List<Recursive> children) {

	}

	sealed interface Shape permits Fine, Bad {

	}

	record Fine(int a) implements Shape {

	}

	@SuppressWarnings("ArrayRecordComponent")
	record Bad(int[] a) implements Shape {

	}

	record WithList(ArrayList<String> list) {

	}

	@Test
	void tellsImmutableStatesFromMutableOnes() {
		assertThat(immutable(Account.class)).isTrue();
		assertThat(immutable(Inner.class)).isTrue();
		assertThat(immutable(Recursive.class)).isTrue();
		assertThat(immutable(Outcome.class)).isTrue();
		assertThat(immutable(Long.class)).isTrue();
		assertThat(immutable(Control.class)).isTrue();
		assertThat(immutable(Samples.type(new TypeReference<Map<String, List<Account>>>() {
		}))).isTrue();
		assertThat(immutable(Samples.type(new TypeReference<Generic<List<String>>>() {
		}))).isTrue();
		assertThat(immutable(Bean.class)).isFalse();
		assertThat(immutable(Shape.class)).isFalse();
		assertThat(immutable(Fine.class)).isTrue();
		assertThat(immutable(WithList.class)).isFalse();
		assertThat(immutable(byte[].class)).isFalse();
		assertThat(immutable(Samples.type(new TypeReference<Generic<Bean>>() {
		}))).isFalse();
		assertThat(immutable(Samples.type(new TypeReference<List<java.util.Date>>() {
		}))).isFalse();
		assertThat(immutable(Samples.type(new TypeReference<List<?>>() {
		}))).isFalse();
	}

	private static boolean immutable(Type state) {
		return TypeRegistry.builder().actor("a", Ping.class, state, null).build().immutableState("a");
	}

	@Test
	void admitsClassesOfAllowedPackagesWhereTypesAreOpen() {
		TypeRegistry open = TypeRegistry.builder()
			.allowPackage("dev.cajun.serialization.plugin")
			.actor("a", Plugin.class, Account.class, null)
			.actor("b", Ping.class, Account.class, null)
			.build();
		MessageType square = open.message("a", Square.class);
		assertThat(square).isNotNull();
		assertThat(square.name()).isEqualTo(Square.class.getName());
		assertThat(open.message("a", Square.class)).isSameAs(square);
		assertThat(open.message("b", Square.class)).isNull();
		assertThat(open.message("a", Canary.class)).isNull();
	}

	@Test
	void refusesPackagesThatAreNotTheApplications() {
		for (String prefix : List.of("", ".", "java", "java.util", "javax.naming", "com.sun.rowset")) {
			assertThatIllegalArgumentException().isThrownBy(() -> Samples.accounts().allowPackage(prefix).build())
				.withMessageContaining("cajun.serialization.allowed-packages");
		}
	}

	@Test
	void listsTheReachableClasses() {
		assertThat(this.types.classes()).contains(Account.class, Deposit.class, Owner.class, Samples.Settled.class,
				Samples.Deposited.class, Control.class, Samples.Status.class);
	}

}
