package dev.cajun.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import dev.cajun.HostileBytes;
import dev.cajun.store.ClaimResult;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoredActor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * A log that is not what was written, as after a killed process on a bad disk: all that
 * was committed before the damage is there, and behind it nothing, or the store refuses.
 */
class LogDamageTests {

	private static final int ACTORS = 7;

	private static final int COMMITS = 200;

	@TempDir
	private Path directory;

	private byte[] data;

	private byte[] log;

	/** How long the log was after each commit. */
	private final List<Long> lengths = new ArrayList<>();

	@BeforeEach
	void fill() throws IOException {
		Path filled = this.directory.resolve("filled");
		try (EmbeddedActorStore store = Stores.open(filled)) {
			for (int number = 0; number < COMMITS; number++) {
				Stores.write(store, Stores.state(Stores.actor(number % ACTORS), number / ACTORS, "" + number));
				this.lengths.add(Files.size(filled.resolve("data.db-wal")));
			}
			this.data = Files.readAllBytes(filled.resolve("data.db"));
			this.log = Files.readAllBytes(filled.resolve("data.db-wal"));
		}
	}

	@Test
	void intactLogHasEverything() {
		assertThat(committed(this.log)).isEqualTo(COMMITS);
	}

	@Test
	void logCutShortHasWhatWasCommittedBefore() {
		HostileBytes.seeds(60).forEach((seed) -> {
			int length = new Random(seed).nextInt(this.log.length);
			assertPrefix(seed, Arrays.copyOf(this.log, length), length);
		});
	}

	@Test
	void damagedLogHasWhatWasCommittedBeforeTheDamage() {
		HostileBytes.seeds(60).forEach((seed) -> {
			Random random = new Random(seed);
			byte[] damaged = this.log.clone();
			int at = random.nextInt(damaged.length);
			int length = Math.min(damaged.length - at, 1 + random.nextInt(random.nextBoolean() ? 1 : 5000));
			for (int i = at; i < at + length; i++) {
				damaged[i] ^= (byte) (1 << random.nextInt(8));
			}
			assertPrefix(seed, damaged, at);
		});
	}

	/** What is behind the damage may be missing, but only as a whole. */
	private void assertPrefix(long seed, byte[] damaged, long intact) {
		try {
			long sure = this.lengths.stream().filter((length) -> length <= intact).count();
			assertThat(committed(damaged)).isGreaterThanOrEqualTo((int) sure);
		}
		catch (StoreException ex) {
			assertThat(ex.kind()).as("Seed %d", seed).isEqualTo(StoreException.Kind.CORRUPT);
		}
		catch (Throwable ex) {
			fail("Seed %d: %s".formatted(seed, ex.getMessage()), ex);
		}
	}

	/** How many of the commits are there, which must be the first. */
	private int committed(byte[] found) {
		Path copy = this.directory.resolve("copy");
		write(copy, found);
		try (EmbeddedActorStore store = new EmbeddedActorStore(copy, Durability.ACK)) {
			assertThat(Stores.await(store.open(Stores.META))).isEqualTo(Stores.META);
			assertThat(Stores.await(store.claim(Stores.FENCE, false))).isInstanceOf(ClaimResult.Claimed.class);
			List<StoredActor> actors = new ArrayList<>();
			int count = 0;
			for (int i = 0; i < ACTORS; i++) {
				StoredActor actor = Stores.load(store, Stores.actor(i));
				actors.add(actor);
				count += (int) actor.sequence();
			}
			for (int i = 0; i < ACTORS; i++) {
				int writes = (count + ACTORS - 1 - i) / ACTORS;
				assertThat(actors.get(i).sequence()).as("actor %d of %d commits", i, count).isEqualTo(writes);
				assertThat(actors.get(i).state())
					.isEqualTo((writes == 0) ? null : Stores.bytes("" + ((writes - 1) * ACTORS + i)));
			}
			return count;
		}
	}

	private void write(Path copy, byte[] found) {
		try {
			Files.createDirectories(copy);
			Files.deleteIfExists(copy.resolve("data.db-shm"));
			Files.write(copy.resolve("data.db"), this.data);
			Files.write(copy.resolve("data.db-wal"), found);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
