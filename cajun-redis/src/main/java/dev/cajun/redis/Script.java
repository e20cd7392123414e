package dev.cajun.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The scripts. Each is a file, {@code commit.lua}; a line {@code @fence} in it stands for
 * the file of that name.
 */
@SuppressWarnings("ImmutableEnumChecker") // nobody changes the arrays
enum Script {

	CLAIM, RELEASE, LOAD, RECORDS, COMMIT, CONFIRM, SNAPSHOT, WAKE, REMINDERS, META, EPOCH, PLACE;

	private final byte[] source;

	private final byte[] digest;

	Script() {
		String text = Pattern.compile("^@(\\w+)$", Pattern.MULTILINE)
			.matcher(read(name().toLowerCase(Locale.ROOT)))
			.replaceAll((snippet) -> Matcher.quoteReplacement(read(snippet.group(1))));
		this.source = text.getBytes(StandardCharsets.UTF_8);
		try {
			this.digest = HexFormat.of()
				.formatHex(MessageDigest.getInstance("SHA-1").digest(this.source))
				.getBytes(StandardCharsets.US_ASCII);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String read(String name) {
		try (InputStream in = Script.class.getResourceAsStream(name + ".lua")) {
			if (in == null) {
				throw new IllegalStateException("The script " + name + ".lua is missing in the jar");
			}
			return new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	byte[] source() {
		return this.source;
	}

	/** By which a server that has seen the source knows it. */
	byte[] digest() {
		return this.digest;
	}

}
