package dev.cajun.kryo;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import dev.cajun.TypeName;
import dev.cajun.kryo.Samples.Account;
import dev.cajun.serialization.RecordCodec;
import dev.cajun.serialization.SerializationException;
import dev.cajun.serialization.SerializationException.Kind;
import dev.cajun.serialization.TypeRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class KryoIdsTests {

	private static final Map<String, Integer> PINS = Map.of("Account", 100, "Deposit", 101, "Settle", 102, "Control",
			103, "Settled", 104, "Refused", 105, "Removed", 120);

	@TempDir
	Path directory;

	private static RecordCodec codec(KryoIds ids) {
		return Samples.codec(Samples.types(Account.class), KryoActorSerializer.writer(ids));
	}

	/** The same names, in another program. */
	static final class Later {

		private Later() {
		}

		sealed interface Command {

		}

		record Deposit(long amount) implements Command {

		}

		sealed interface Outcome {

		}

		record Another(long number) implements Later.Outcome {

		}

		@TypeName("Settled")
		record Renamed(long total) implements Later.Outcome {

		}

		@TypeName("Account")
		record Account(List<Later.Outcome> outcomes) {

		}

	}

	/** What there was before. */
	static final class Earlier {

		private Earlier() {
		}

		sealed interface Outcome {

		}

		record Settled(long total) implements Earlier.Outcome {

		}

		record Account(List<Earlier.Outcome> outcomes) {

		}

	}

	private static RecordCodec codec(Class<?> state, KryoIds ids) {
		return Samples.codec(TypeRegistry.builder().actor("a", Later.Deposit.class, state, null).build(),
				KryoActorSerializer.writer(ids));
	}

	@Test
	void keepsNumbersWhenTypesAreAdded() {
		byte[] record = codec(Earlier.Account.class, KryoIds.derived()).encodeState("a",
				new Earlier.Account(List.of(new Earlier.Settled(3))), "m", 1);
		assertThat(codec(Later.Account.class, KryoIds.derived()).decode(record).value())
			.isEqualTo(new Later.Account(List.of(new Later.Renamed(3))));
	}

	@Test
	void refusesTypesThatAnOlderNodeDoesNotKnow() {
		byte[] record = codec(Later.Account.class, KryoIds.derived()).encodeState("a",
				new Later.Account(List.of(new Later.Another(3))), "m", 1);
		assertThatExceptionOfType(SerializationException.class)
			.isThrownBy(() -> codec(Earlier.Account.class, KryoIds.derived()).decode(record))
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(Kind.UNKNOWN_TYPE));
	}

	@Test
	void readsWhatWasWrittenBeforeIdsWerePinned() {
		byte[] record = codec(KryoIds.derived()).encodeState("a", Samples.account(), "m", 1);
		RecordCodec pinned = codec(KryoIds.of(PINS));
		assertThat(pinned.decode(record).value()).isEqualTo(Samples.account());
		byte[] shorter = pinned.encodeState("a", Samples.account(), "m", 1);
		assertThat(shorter.length).isEqualTo(record.length - 3 * 3);
		assertThat(pinned.decode(shorter).value()).isEqualTo(Samples.account());
	}

	@Test
	void readsWithPinsThatDifferForOthers() {
		Map<String, Integer> later = new java.util.HashMap<>(PINS);
		later.put("New", 107);
		byte[] record = codec(KryoIds.of(PINS)).encodeState("a", Samples.account(), "m", 1);
		assertThat(codec(KryoIds.of(later)).decode(record).value()).isEqualTo(Samples.account());
	}

	@Test
	void namesTheLinesThatAreMissing() {
		assertThatExceptionOfType(SerializationException.class)
			.isThrownBy(() -> codec(KryoIds.of(Map.of("Account", 100, "Deposit", 117, "Control", 101))))
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(Kind.NOT_SERIALIZABLE))
			.withMessageContaining("[Refused, Settle, Settled]")
			.withMessageContaining(KryoIds.LOCATION)
			.withMessageEndingWith("Refused=118\nSettle=119\nSettled=120");
	}

	@Test
	void needsNoPinsToReadOnly() {
		byte[] record = codec(KryoIds.of(PINS)).encodeState("a", Samples.account(), "m", 1);
		RecordCodec json = Samples.codec(Samples.types(Account.class),
				dev.cajun.serialization.JacksonActorSerializer.json(),
				KryoActorSerializer.reader(KryoIds.of(Map.of("Settled", 104, "Refused", 105))));
		assertThat(json.decode(record).value()).isEqualTo(Samples.account());
	}

	@Test
	void refusesOneNumberForTwoTypes() {
		assertThatIllegalArgumentException().isThrownBy(() -> KryoIds.of(Map.of("A", 100, "B", 100)))
			.withMessageContaining("100")
			.withMessageContaining("'A'")
			.withMessageContaining("'B'");
	}

	@Test
	void refusesNumbersOutOfRange() {
		for (int id : new int[] { -1, 0, 99, KryoIds.MAX + 1 }) {
			assertThatIllegalArgumentException().isThrownBy(() -> KryoIds.of(Map.of("A", id)))
				.withMessageContaining("100 to 2097151");
		}
	}

	private KryoIds load(String... files) throws IOException {
		URL[] roots = new URL[files.length];
		for (int i = 0; i < files.length; i++) {
			Path root = this.directory.resolve("root" + i);
			Path file = root.resolve(KryoIds.LOCATION);
			Files.createDirectories(file.getParent());
			Files.writeString(file, files[i]);
			roots[i] = root.toUri().toURL();
		}
		try (URLClassLoader loader = new URLClassLoader(roots, null)) {
			return KryoIds.load(loader);
		}
	}

	@Test
	void loadsEveryFileOfTheClassPath() throws IOException {
		assertThat(load("# mine\nA=100\nB = 101\n", "C=102\nA=100\n").pins()).containsExactly(Map.entry("A", 100),
				Map.entry("B", 101), Map.entry("C", 102));
		assertThat(load().pins()).isEmpty();
	}

	@Test
	void refusesFilesThatDoNotFit() {
		assertThatIllegalArgumentException().isThrownBy(() -> load("A=100\nA=101\n"))
			.withMessageContaining("'A' has two Kryo ids");
		assertThatIllegalArgumentException().isThrownBy(() -> load("A=100\n", "A=101\n"))
			.withMessageContaining("'A' has the Kryo ids 100 and 101");
		assertThatIllegalArgumentException().isThrownBy(() -> load("A=100\n", "B=100\n"))
			.withMessageContaining("'A' and to 'B'");
		assertThatIllegalArgumentException().isThrownBy(() -> load("A=one\n")).withMessageContaining("'A=one'");
	}

	sealed interface Left {

		record Thing(int a) implements Left {

		}

	}

	sealed interface Right {

		record Thing(int b) implements Right {

		}

	}

	record Sides(Left left, Right right) {

	}

	@Test
	void refusesTwoClassesOfOneName() {
		assertThatExceptionOfType(SerializationException.class).isThrownBy(() -> Samples.codec(Sides.class))
			.withMessageContaining("one name, 'Thing'")
			.withMessageContaining("@TypeName");
	}

}
