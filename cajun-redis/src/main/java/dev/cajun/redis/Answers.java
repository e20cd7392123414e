package dev.cajun.redis;

import java.util.List;
import java.util.Objects;

import dev.cajun.store.ClaimResult;
import dev.cajun.store.StoreResult;
import org.jspecify.annotations.Nullable;

/** What the scripts answer in one string: a letter, and what was found. */
final class Answers {

	private Answers() {
	}

	static boolean isFenced(@Nullable Object reply) {
		return reply instanceof byte[] bytes && bytes.length > 0 && bytes[0] == 'F';
	}

	static StoreResult.Fenced fenced(@Nullable Object reply) {
		String[] found = fence(reply);
		return new StoreResult.Fenced(Long.parseLong(found[0]), found[1]);
	}

	/** Epoch and owner behind the letter; 0 and nobody when there was no fence. */
	private static String[] fence(@Nullable Object reply) {
		String text = new ByteReader((byte[]) Objects.requireNonNull(reply), 1).text();
		int space = text.indexOf(' ');
		return (space < 0) ? new String[] { "0", "" }
				: new String[] { text.substring(0, space), text.substring(space + 1) };
	}

	/** The epoch of a stored fence. */
	static long epoch(byte[] fence) {
		String text = new ByteReader(fence).text();
		return Long.parseLong(text.substring(0, text.indexOf(' ')));
	}

	static ClaimResult claim(@Nullable Object reply) {
		byte[] bytes = (byte[]) Objects.requireNonNull(reply);
		if (bytes[0] == 'L') {
			return new ClaimResult.Lost();
		}
		String[] found = fence(bytes);
		long epoch = Long.parseLong(found[0]);
		return (bytes[0] == 'C') ? new ClaimResult.Claimed(epoch, found[1]) : new ClaimResult.Refused(epoch, found[1]);
	}

	/** What a write answers: 1, or why not. */
	static StoreResult write(@Nullable Object reply, long sequence) {
		if (!(reply instanceof byte[] bytes)) {
			return new StoreResult.Applied(sequence);
		}
		return switch (bytes[0]) {
			case 'D' -> new StoreResult.Duplicate(new ByteReader(bytes, 1).int64());
			case 'S' -> new StoreResult.SequenceMismatch(new ByteReader(bytes, 1).int64());
			case 'F' -> fenced(bytes);
			default -> throw new IllegalArgumentException("Answer " + bytes[0]);
		};
	}

	@SuppressWarnings("unchecked")
	static List<byte[]> bytes(@Nullable Object reply) {
		return (List<byte[]>) Objects.requireNonNull(reply);
	}

	static List<?> list(@Nullable Object reply) {
		return (List<?>) Objects.requireNonNull(reply);
	}

}
