package dev.cajun.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import dev.cajun.store.StoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteJDBCLoader;

/**
 * The directory of a store: {@code data.db}, its log {@code data.db-wal}, which is as
 * much part of the store, and for moments a {@code creating} mark, a {@code probe-} file
 * and a {@code native-} directory.
 * <p>
 * The mark tells an empty file that a killed process was about to fill from one that lost
 * what it held: only the former becomes a new store.
 */
final class StoreDirectory {

	private static final Logger logger = LoggerFactory.getLogger(StoreDirectory.class);

	/** Where the driver puts its library. */
	private static final String DRIVER_DIRECTORY = "org.sqlite.tmpdir";

	/**
	 * Property of the JVM per open directory. SQLite notices only opens that go through
	 * its own copy, and every class loader loads another one, whose locks of the same
	 * process do not conflict.
	 */
	private static final String OPEN = "dev.cajun.embedded.open:";

	private static final String PROBE = "probe-";

	private static final String NATIVE = "native-";

	/** What is left of a killed process is older than what another one needs now. */
	private static final long LEFT_BEHIND_SECONDS = 60;

	private final Path path;

	private final Durability durability;

	private final Database.CommitStep commitStep;

	private @Nullable String registered;

	StoreDirectory(Path path, Durability durability, Database.CommitStep commitStep) {
		this.path = path.toAbsolutePath().normalize();
		this.durability = durability;
		this.commitStep = commitStep;
	}

	private Path data() {
		return this.path.resolve("data.db");
	}

	Path log() {
		return this.path.resolve("data.db-wal");
	}

	private Path creating() {
		return this.path.resolve("creating");
	}

	/**
	 * Takes the directory for this process and opens what is in it.
	 * @throws StoreException if that is not possible: says why and what to do
	 */
	Database open() {
		makeWritable();
		register();
		boolean opened = false;
		try {
			loadDriver();
			Database database = openDatabase(prepareToCreate());
			opened = true;
			tidyUp();
			return database;
		}
		catch (SQLException | DamagedException ex) {
			throw failure(ex, null);
		}
		catch (IOException ex) {
			throw notWritable(ex);
		}
		finally {
			if (!opened) {
				unregister();
			}
		}
	}

	private void tidyUp() {
		try {
			if (Files.exists(creating())) {
				force();
				Files.delete(creating());
			}
			removeLeftovers();
		}
		catch (IOException ex) {
			logger.debug("Something is left in {}", this.path, ex);
		}
	}

	/**
	 * Makes the name of a new file survive a power loss, where directories can be forced.
	 */
	private void force() {
		try (FileChannel channel = FileChannel.open(this.path, StandardOpenOption.READ)) {
			channel.force(true);
		}
		catch (IOException ex) {
			logger.debug("{} cannot be forced to the disk", this.path, ex);
		}
	}

	/** Opens the database of a directory that this process has; creates none. */
	Database openAgain() throws SQLException, DamagedException {
		if (!Files.exists(data())) {
			throw new DamagedException("data.db is missing");
		}
		return openDatabase(false);
	}

	private Database openDatabase(boolean mayCreate) throws SQLException, DamagedException {
		return Database.open(data(), this.durability, mayCreate, this.commitStep);
	}

	private boolean prepareToCreate() throws IOException, DamagedException {
		if (Files.exists(data())) {
			boolean creating = Files.exists(creating());
			if (Files.size(data()) == 0 && !creating) {
				throw new DamagedException("data.db is empty");
			}
			return creating;
		}
		if (Files.exists(log()) && Files.size(log()) > 0) {
			throw new DamagedException("data.db is missing, its log data.db-wal is there");
		}
		Files.write(creating(), new byte[0]);
		return true;
	}

	private void makeWritable() {
		try {
			Files.createDirectories(this.path);
			Files.delete(Files.createTempFile(this.path, PROBE, ""));
		}
		catch (IOException ex) {
			throw notWritable(ex);
		}
	}

	private StoreException notWritable(IOException ex) {
		return new StoreException(StoreException.Kind.NOT_APPLIED,
				"The embedded store cannot write to its directory " + this.path + " (" + ex
						+ "): make it a directory that this process may write to, on a disk with free space, "
						+ "or choose another one",
				ex);
	}

	private void register() {
		String key;
		try {
			key = OPEN + this.path.toRealPath();
		}
		catch (IOException ex) {
			throw notWritable(ex);
		}
		if (System.getProperties().putIfAbsent(key, "open") != null) {
			throw locked("this process", null);
		}
		this.registered = key;
	}

	private StoreException locked(String who, @Nullable Throwable cause) {
		return new StoreException(StoreException.Kind.LOCKED, "The embedded store in " + this.path + " is in use by "
				+ who + ": stop that, or give this one another directory. A store belongs to one application at a time",
				cause);
	}

	/** Lets others of this process open the directory. */
	void unregister() {
		if (this.registered != null) {
			System.clearProperty(this.registered);
			this.registered = null;
		}
	}

	/**
	 * Loads SQLite's library from a directory that is removed at once, so that a killed
	 * process leaves no copy of it in the temporary directory of the system. That one is
	 * used all the same where the store's directory may not hold programs.
	 */
	private void loadDriver() throws IOException {
		synchronized (StoreDirectory.class) {
			if (System.getProperty(DRIVER_DIRECTORY) != null || !loadDriverFromHere()) {
				try {
					SQLiteJDBCLoader.initialize();
				}
				catch (Exception ex) {
					throw new StoreException(StoreException.Kind.NOT_APPLIED,
							"The embedded store cannot load the library of SQLite (" + ex
									+ "): set the system property " + DRIVER_DIRECTORY
									+ " to a directory on a disk that is writable and not mounted noexec",
							ex);
				}
			}
		}
	}

	private boolean loadDriverFromHere() throws IOException {
		Path own = Files.createTempDirectory(this.path, NATIVE);
		System.setProperty(DRIVER_DIRECTORY, own.toString());
		try {
			return SQLiteJDBCLoader.initialize();
		}
		catch (Exception ex) {
			logger.debug("SQLite's library cannot be loaded from {}", own, ex);
			return false;
		}
		finally {
			System.clearProperty(DRIVER_DIRECTORY);
			remove(own);
		}
	}

	private void removeLeftovers() throws IOException {
		Instant limit = Instant.now().minusSeconds(LEFT_BEHIND_SECONDS);
		try (Stream<Path> entries = Files.list(this.path)) {
			for (Path entry : entries.toList()) {
				String name = entry.getFileName().toString();
				if ((name.startsWith(PROBE) || name.startsWith(NATIVE))
						&& Files.getLastModifiedTime(entry).toInstant().isBefore(limit)) {
					remove(entry);
				}
			}
		}
	}

	/** Removes what it can: a library in use cannot be removed everywhere. */
	private static void remove(Path entry) {
		try (Stream<Path> tree = Files.walk(entry)) {
			List<Path> all = tree.sorted(Comparator.reverseOrder()).toList();
			for (Path file : all) {
				Files.deleteIfExists(file);
			}
		}
		catch (IOException ex) {
			logger.debug("{} cannot be removed", entry, ex);
		}
	}

	/** The length of the log. */
	long logLength() {
		try {
			return Files.exists(log()) ? Files.size(log()) : 0;
		}
		catch (IOException ex) {
			return 0;
		}
	}

	/**
	 * What a failure means to the caller of an operation.
	 * @param actor whom the operation was about, or {@code null}
	 */
	StoreException failure(Throwable cause, @Nullable Object actor) {
		return switch (Failure.of(cause)) {
			case LOCKED -> locked("another process", cause);
			case FOREIGN -> new StoreException(StoreException.Kind.FOREIGN, "The file data.db in " + this.path
					+ " is not a store: give the embedded store a directory of its own", cause);
			case FULL -> new StoreException(StoreException.Kind.NOT_APPLIED, "The embedded store in " + this.path
					+ " wrote nothing, because the disk is full: " + "free some space, it then goes on by itself",
					cause);
			case DAMAGED -> new StoreException(StoreException.Kind.CORRUPT,
					((actor != null)
							? "What is stored of actor " + actor + " in " + this.path
									+ " is damaged; nothing was changed and other actors are not concerned"
							: "The embedded store in " + this.path + " is damaged; nothing was changed")
							+ ": restore the whole directory from a copy made while the application was stopped ("
							+ cause.getMessage() + ")",
					cause);
			case REFUSED -> new StoreException(StoreException.Kind.NOT_APPLIED,
					"The embedded store in " + this.path + " did nothing, because it failed"
							+ ((actor != null) ? " with actor " + actor : "") + ": " + cause,
					cause);
			case BROKEN -> broken(cause, actor, false);
		};
	}

	/**
	 * What it means to the caller of an operation that the database had to be given up.
	 * @param actor whom the operation was about, or {@code null}
	 * @param unknown whether it may have been done
	 */
	StoreException broken(Throwable cause, @Nullable Object actor, boolean unknown) {
		return new StoreException(unknown ? StoreException.Kind.UNKNOWN : StoreException.Kind.NOT_APPLIED,
				"The embedded store in " + this.path + " failed" + ((actor != null) ? " with actor " + actor : "")
						+ " (" + cause + "): look at the disk. It is opened again by itself",
				cause);
	}

	@Override
	public String toString() {
		return this.path.toString();
	}

}
