package dev.cajun;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.LongStream;

import com.sun.management.ThreadMXBean;

/**
 * Gives a reader bytes that are nearly right: valid ones with bits flipped, parts cut
 * out, repeated, or taken from another, and numbers and words put where others were. The
 * reader may understand them, or refuse them in its own way; nothing else, and it
 * allocates no more than some multiple of what it was given.
 * <p>
 * The variations are the same every time, unless system properties say otherwise:
 * {@code -Dcajun.fuzz.times=100} tries a hundred times as many, and
 * {@code -Dcajun.fuzz.first=1000000} starts with another.
 */
public final class HostileBytes {

	/** More than a reader needs for a document of a few kilobytes. */
	private static final long MOST_ALLOCATED = 16L << 20;

	private static final List<String> TOKENS = List.of("2147483647", "-1", "0", "9223372036854775807",
			"99999999999999999999", "1e999", "null", "true", "{}", "[]", "[[[[", "\"\"", "\"x\"", "\\u0000", ",", ":");

	private HostileBytes() {
	}

	/**
	 * The seeds to try.
	 * @param tries how many when no property says so
	 * @return the seeds
	 */
	public static LongStream seeds(int tries) {
		long first = Long.getLong("cajun.fuzz.first", 0);
		return LongStream.range(first, first + tries * Long.getLong("cajun.fuzz.times", 1));
	}

	/**
	 * Fails with the bytes that a reader could not cope with.
	 * @param valid what it understands
	 * @param tries how many variations
	 * @param refusal what it may throw
	 * @param reader reads
	 */
	public static void check(List<byte[]> valid, int tries, Class<? extends Throwable> refusal,
			Consumer<byte[]> reader) {
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		seeds(tries).forEach((seed) -> {
			byte[] bytes = mutated(valid, new Random(seed));
			long before = threads.getCurrentThreadAllocatedBytes();
			try {
				reader.accept(bytes);
			}
			catch (Throwable ex) {
				if (!refusal.isInstance(ex)) {
					throw new AssertionError("Variation " + seed + " was answered with " + ex + ": " + text(bytes), ex);
				}
			}
			long allocated = threads.getCurrentThreadAllocatedBytes() - before;
			if (allocated > MOST_ALLOCATED) {
				throw new AssertionError("Variation " + seed + " took " + allocated + " bytes: " + text(bytes));
			}
		});
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.ISO_8859_1);
	}

	/**
	 * Makes bytes that are nearly right.
	 * @param valid some that are
	 * @param random decides what is wrong with them
	 * @return the bytes
	 */
	public static byte[] mutated(List<byte[]> valid, Random random) {
		String text = text(valid.get(random.nextInt(valid.size())));
		for (int changes = 1 + random.nextInt(3); changes > 0 && text.length() > 1; changes--) {
			int from = 1 + random.nextInt(text.length() - 1);
			int to = Math.min(text.length(), from + random.nextInt(1 + random.nextInt(30)));
			text = switch (random.nextInt(6)) {
				case 0 -> text.substring(0, from) + (char) (text.charAt(from) ^ (1 << random.nextInt(8)))
						+ text.substring(from + 1);
				case 1 -> text.substring(0, from) + text.substring(to);
				case 2 -> text.substring(0, to) + text.substring(from);
				case 3 -> text.substring(0, from);
				case 4 -> replaceNumber(text, from, random);
				default -> {
					String other = text(valid.get(random.nextInt(valid.size())));
					yield text.substring(0, from) + other.substring(Math.min(other.length(), from));
				}
			};
		}
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

	/**
	 * Puts something where a value is: the next one that begins behind a colon or comma.
	 */
	private static String replaceNumber(String text, int from, Random random) {
		int start = from;
		while (start < text.length() && ":,[".indexOf(text.charAt(start - 1)) < 0) {
			start++;
		}
		int end = start;
		while (end < text.length() && ",]}".indexOf(text.charAt(end)) < 0) {
			end++;
		}
		return text.substring(0, start) + TOKENS.get(random.nextInt(TOKENS.size())) + text.substring(end);
	}

}
