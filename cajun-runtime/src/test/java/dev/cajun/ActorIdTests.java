package dev.cajun;

import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.fail;

class ActorIdTests {

	private static final Pattern TYPE = Pattern.compile("[a-z][a-z0-9-]{0,63}");

	private static final String CHARS = "ab-0A/:{}%\\.;#@ \0\t\n\u007f\u0085\u009f\u00a0\u00e4\u0308\u07ff\u0800\u2028"
			+ "\ud7ff\ud800\udbff\udc00\udfff\ue000\ufeff\uffff";

	private static String text(Random random) {
		StringBuilder text = new StringBuilder();
		int length = (random.nextInt(20) == 0) ? 100 + random.nextInt(500) : random.nextInt(8);
		String chars = (random.nextInt(3) == 0) ? CHARS : "ab/\u00e4\ud83d\ude00";
		for (int i = 0; i < length; i++) {
			text.append(chars.charAt(random.nextInt(chars.length())));
		}
		return text.toString();
	}

	/** What the documentation says, in other words. */
	private static boolean isValid(String type, String key) {
		try {
			int bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(key)).remaining();
			return TYPE.matcher(type).matches() && bytes >= 1 && bytes <= ActorId.MAX_KEY_BYTES
					&& key.chars().noneMatch(Character::isISOControl);
		}
		catch (CharacterCodingException ex) {
			return false;
		}
	}

	@Test
	void takesWhatIsValidAndNothingElse() {
		int[] taken = new int[2];
		HostileBytes.seeds(50_000).forEach((seed) -> {
			Random random = new Random(seed);
			String type = random.nextBoolean() ? "a" : text(random);
			String key = text(random);
			try {
				ActorId id = new ActorId(type, key);
				assertThat(isValid(type, key)).as("'%s' and '%s'", type, key).isTrue();
				assertThat(ActorId.parse(id.toString())).isEqualTo(id);
				taken[1]++;
			}
			catch (IllegalArgumentException ex) {
				assertThat(isValid(type, key)).as("'%s' and '%s'", type, key).isFalse();
				taken[0]++;
			}
		});
		assertThat(taken).as("refused and taken").doesNotContain(0);
	}

	@Test
	void parsesAnyTextOrSaysThatItIsNone() {
		HostileBytes.seeds(50_000).forEach((seed) -> {
			String text = text(new Random(seed));
			try {
				assertThat(ActorId.parse(text)).hasToString(text);
			}
			catch (IllegalArgumentException ex) {
				assertThat(ex).hasMessageContaining("expected");
			}
			catch (RuntimeException ex) {
				fail("Not for '" + text + "'", ex);
			}
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "/", "a", "/a", "a/", "A/a", "1/a", "a b/c", "a/\0", "a/\n", "a/\u0085", "a/\ud800",
			"a/\udc00\ud800" })
	void refuses(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> ActorId.parse(text));
	}

	@Test
	void limitsTheKeyInBytes() {
		assertThat(new ActorId("a", "\ud83d\ude00".repeat(128)).key()).hasSize(256);
		assertThatIllegalArgumentException().isThrownBy(() -> new ActorId("a", "\ud83d\ude00".repeat(128) + "x"))
			.withMessageContaining("513 bytes");
	}

}
