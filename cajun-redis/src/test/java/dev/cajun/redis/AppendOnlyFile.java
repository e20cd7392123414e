package dev.cajun.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The append-only file of a Redis that does not run: what a machine that lost its power
 * leaves is a part of it.
 */
final class AppendOnlyFile {

	private final Path file;

	/** Where each transaction, or command by itself, begins. */
	private final List<Integer> starts = new ArrayList<>();

	private AppendOnlyFile(Path file) throws IOException {
		this.file = file;
		byte[] bytes = Files.readAllBytes(file);
		boolean inTransaction = false;
		for (int position = 0; position < bytes.length;) {
			int start = position;
			int arguments = number(bytes, position, '*');
			position = lineEnd(bytes, position);
			String name = "";
			for (int i = 0; i < arguments; i++) {
				int length = number(bytes, position, '$');
				position = lineEnd(bytes, position);
				if (i == 0) {
					name = new String(bytes, position, length, StandardCharsets.US_ASCII);
				}
				position += length + 2;
			}
			if (!inTransaction) {
				this.starts.add(start);
			}
			inTransaction = !name.equalsIgnoreCase("EXEC") && (inTransaction || name.equalsIgnoreCase("MULTI"));
		}
	}

	static AppendOnlyFile of(RedisServer server) {
		try (Stream<Path> files = Files.list(server.directory().resolve("appendonlydir"))) {
			return new AppendOnlyFile(
					files.filter((file) -> file.toString().endsWith(".incr.aof")).sorted().toList().getLast());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static int number(byte[] bytes, int position, char mark) {
		if (bytes[position] != mark) {
			throw new IllegalStateException("No " + mark + " at " + position);
		}
		return Integer.parseInt(
				new String(bytes, position + 1, lineEnd(bytes, position) - position - 3, StandardCharsets.US_ASCII));
	}

	private static int lineEnd(byte[] bytes, int position) {
		int end = position;
		while (bytes[end] != '\n') {
			end++;
		}
		return end + 1;
	}

	/** How many transactions, and commands by themselves, there are. */
	int length() {
		return this.starts.size();
	}

	/** Cuts the last so many transactions off. */
	void cut(int count) {
		try (var channel = Files.newByteChannel(this.file, StandardOpenOption.WRITE)) {
			channel.truncate(this.starts.get(this.starts.size() - count));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
