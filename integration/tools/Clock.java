import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The wall clock of a process, which can be set: libfaketime answers instead of the
 * system. The monotonic clock is left alone.
 */
final class Clock {

	private final Path file;

	/** A clock that is right. */
	Clock(Path file) {
		this.file = file;
		set("+0");
	}

	/** The library, where it is installed. */
	static Optional<Path> library() {
		try (DirectoryStream<Path> libraries = Files.newDirectoryStream(Path.of("/usr/lib"), "*-linux-*")) {
			for (Path directory : libraries) {
				Path library = directory.resolve("faketime/libfaketimeMT.so.1");
				if (Files.exists(library)) {
					return Optional.of(library);
				}
			}
			return Optional.empty();
		}
		catch (IOException ex) {
			return Optional.empty();
		}
	}

	/** What stands before the command of a process that is to have this clock. */
	List<String> command() {
		return List.of("env", "LD_PRELOAD=" + library().orElseThrow(), "FAKETIME_TIMESTAMP_FILE=" + this.file,
				"FAKETIME_CACHE_DURATION=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1");
	}

	/** Lets it be wrong by so much, such as {@code -1h}, within a second. */
	void set(String offset) {
		try {
			Files.writeString(this.file, offset + System.lineSeparator());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
