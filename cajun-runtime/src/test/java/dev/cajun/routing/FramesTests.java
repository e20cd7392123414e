package dev.cajun.routing;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.cajun.ActorActivity;
import dev.cajun.ActorId;
import dev.cajun.ActorQuarantinedException;
import dev.cajun.AskTimeoutException;
import dev.cajun.CajunException;
import dev.cajun.CyclicCallException;
import dev.cajun.HandlerException;
import dev.cajun.IdempotencyKeyReusedException;
import dev.cajun.JoinRefusedException;
import dev.cajun.MailboxFullException;
import dev.cajun.MessageTooLargeException;
import dev.cajun.NotAMemberException;
import dev.cajun.OutcomeUnknownException;
import dev.cajun.StaleOwnerException;
import dev.cajun.StoreUnavailableException;
import dev.cajun.UnknownActorTypeException;
import dev.cajun.UnknownMessageTypeException;
import dev.cajun.metadata.MetadataException;
import dev.cajun.serialization.SerializationException;
import dev.cajun.store.StoreException;
import dev.cajun.transport.TransportException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Frames and the failures in them: what is written is read, and anything else is refused.
 */
class FramesTests {

	private static final ActorId ACTOR = new ActorId("account", "alice");

	static List<CajunException> failures() {
		return List.of(new CajunException("plain"), new ActorQuarantinedException("q"),
				new AskTimeoutException("t", AskTimeoutException.Outcome.NOT_RUN,
						new ActorActivity(ACTOR, "n1", "handling", "Deposit", Duration.ofMillis(7),
								List.of(new StackTraceElement("a.B", "c", "B.java", 12),
										new StackTraceElement("a.B", "native", null, -2)))),
				new AskTimeoutException("t", AskTimeoutException.Outcome.UNKNOWN, null), new CyclicCallException("c"),
				new HandlerException(ACTOR, "java.lang.IllegalStateException", "no"),
				new IdempotencyKeyReusedException("i"), new MailboxFullException("m"),
				new MessageTooLargeException("l"), new NotAMemberException("n"), new OutcomeUnknownException("o"),
				new StaleOwnerException("s"), new StoreUnavailableException("u"), new UnknownActorTypeException("a"),
				new UnknownMessageTypeException("m"),
				new SerializationException(SerializationException.Kind.TOO_LARGE, "z"),
				new StoreException(StoreException.Kind.CORRUPT, "st", null),
				new MetadataException(MetadataException.Kind.DENIED, "md", null), new TransportException("tr", null),
				new JoinRefusedException(JoinRefusedException.Reason.SHARDS, "j"));
	}

	private static CajunException crossed(CajunException error) {
		FrameWriter out = new FrameWriter(Frames.FAILURE);
		Failures.write(out, error);
		return Failures.read(new FrameReader(out.toBytes()), ACTOR);
	}

	@ParameterizedTest
	@MethodSource("failures")
	void failureComesBackAsItself(CajunException error) {
		assertThat(crossed(error)).hasSameClassAs(error).hasMessage(error.getMessage());
		assertThat(crossed(error)).usingRecursiveComparison()
			.ignoringFields("stackTrace", "cause", "suppressedExceptions")
			.isEqualTo(error);
	}

	@Test
	void everyExceptionOfTheRuntimeCrosses() {
		Set<String> declared = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
			.importPackages("dev.cajun")
			.stream()
			// Those of packages behind this one are for operators, not for callers.
			.filter((type) -> !type.getPackageName().equals("dev.cajun.cluster"))
			.filter((type) -> type.isAssignableTo(CajunException.class)
					&& !type.getModifiers().contains(JavaModifier.ABSTRACT))
			.map(JavaClass::getName)
			.collect(Collectors.toSet());
		assertThat(failures()).extracting((error) -> error.getClass().getName()).containsAll(declared);
	}

	@Test
	void failureOfUnknownKindIsPlain() {
		byte[] unknown = new FrameWriter(Frames.FAILURE).octet(200).text("from the future").toBytes();
		assertThat(Failures.read(new FrameReader(unknown), ACTOR)).isExactlyInstanceOf(CajunException.class)
			.hasMessage("from the future");
	}

	@Test
	void longTextsOfFailuresAreCut() {
		String endless = "\uD83D\uDE00".repeat(100_000);
		CajunException crossed = crossed(new OutcomeUnknownException(endless));
		assertThat(crossed.getMessage().getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(8 * 1024);
		assertThat(endless).startsWith(crossed.getMessage());
	}

	@Test
	void readsWhatWasWritten() {
		byte[] bytes = new FrameWriter(Frames.ASK, 4).number(0)
			.number(127)
			.number(128)
			.number(Long.MAX_VALUE)
			.number(-1)
			.flag(true)
			.flag(false)
			.text("")
			.text("\u00e4\uD83D\uDE00")
			.actor(ACTOR)
			.context(Map.of("trace", "1"))
			.octets(new byte[] { 1, 2 })
			.rest(new byte[] { 3 })
			.toBytes();
		FrameReader in = new FrameReader(bytes);
		in.checkVersion();
		assertThat(in.kind()).isEqualTo(Frames.ASK);
		assertThat(List.of(in.number(), in.number(), in.number(), in.number(), in.number())).containsExactly(0L, 127L,
				128L, Long.MAX_VALUE, -1L);
		assertThat(in.flag()).isTrue();
		assertThat(in.flag()).isFalse();
		assertThat(in.text()).isEmpty();
		assertThat(in.text()).isEqualTo("\u00e4\uD83D\uDE00");
		assertThat(in.actor()).isEqualTo(ACTOR);
		assertThat(in.context()).isEqualTo(Map.of("trace", "1"));
		assertThat(in.octets()).containsExactly(1, 2);
		assertThat(in.rest()).containsExactly(3);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 })
	void hostileBytesAreRefusedAndAllocateNothingLarge(int seed) {
		Random random = new Random(seed);
		for (int i = 0; i < 20_000; i++) {
			byte[] bytes = new byte[random.nextInt(60)];
			random.nextBytes(bytes);
			try {
				FrameReader in = new FrameReader(bytes);
				switch (random.nextInt(6)) {
					case 0 -> in.text();
					case 1 -> in.actor();
					case 2 -> assertThat(in.context()).hasSizeLessThanOrEqualTo(30);
					case 3 -> assertThat(in.octets()).hasSizeLessThan(60);
					case 4 -> Failures.read(in, ACTOR);
					default -> Failures.readActivity(in);
				}
			}
			catch (SerializationException ex) {
				assertThat(ex.kind()).isEqualTo(SerializationException.Kind.CORRUPT);
			}
		}
	}

	static Stream<byte[]> wrong() {
		return Stream.of(new byte[0], new byte[] { Frames.TELL }, new byte[] { Frames.TELL, 99, 0, 0 });
	}

	@ParameterizedTest
	@MethodSource("wrong")
	void refusesWhatIsNoFrame(byte[] bytes) {
		assertThatExceptionOfType(SerializationException.class).isThrownBy(() -> new FrameReader(bytes).checkVersion());
	}

}
