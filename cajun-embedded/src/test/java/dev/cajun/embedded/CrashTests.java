package dev.cajun.embedded;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.cajun.ActorId;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoredActor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A process that writes is killed at any moment; whatever it was told is there, once.
 */
@Timeout(120)
class CrashTests {

	@TempDir
	private Path directory;

	/** The temporary directory of the other processes. */
	@TempDir
	private Path temporary;

	private final long[] acknowledged = new long[StoreProcess.ACTORS];

	private final AtomicInteger wrong = new AtomicInteger();

	@ParameterizedTest
	@CsvSource({ "ACK, 8", "FSYNC, 4" })
	void killedProcessLosesNothing(Durability durability, int rounds) throws Exception {
		Random random = new Random();
		long total = 0;
		for (int round = 0; round < rounds; round++) {
			// Once in a while before it has written anything
			int millis = (round == 3) ? 0 : 20 + random.nextInt(400);
			total += writeAndKill(durability, millis);
			check(durability);
		}
		assertThat(this.wrong).hasValue(0);
		assertThat(total).isGreaterThan(rounds);
		assertThat(this.temporary).isEmptyDirectory();
	}

	private long writeAndKill(Durability durability, int millis) throws IOException, InterruptedException {
		Process process = StoreProcess.start("write", this.directory, this.temporary, durability);
		AtomicInteger count = new AtomicInteger();
		Thread reader = Thread.ofPlatform().start(() -> {
			try (DataInputStream in = new DataInputStream(new BufferedInputStream(process.getInputStream()))) {
				while (true) {
					int number = in.readInt();
					if (number >= 0) {
						this.acknowledged[number] = in.readLong();
						count.incrementAndGet();
					}
					else if (number != StoreProcess.OPEN) {
						this.wrong.incrementAndGet();
					}
				}
			}
			catch (IOException ex) {
				// It was killed
			}
		});
		if (millis > 0) {
			await().atMost(Duration.ofSeconds(60)).until(() -> count.get() > 0 || !process.isAlive());
		}
		// It must not end by itself before its time has come.
		assertThat(process.waitFor((millis > 0) ? millis : 300, TimeUnit.MILLISECONDS)).isFalse();
		process.destroyForcibly().waitFor();
		reader.join();
		return count.get();
	}

	private void check(Durability durability) {
		EmbeddedActorStore store = Stores.open(new EmbeddedActorStore(this.directory, durability));
		for (int number = 0; number < StoreProcess.ACTORS; number++) {
			ActorId id = Stores.actor(number);
			StoredActor actor = Stores.load(store, id);
			assertThat(actor.sequence()).as("%s", id).isGreaterThanOrEqualTo(this.acknowledged[number]);
			if (actor.sequence() == 0) {
				continue;
			}
			assertThat(actor.received()).containsEntry("twin", actor.sequence());
			if (StoreProcess.isJournaled(number)) {
				List<String> records = new ArrayList<>();
				actor.records().forEach((record) -> records.add(count(record)));
				List<String> expected = new ArrayList<>();
				for (long i = actor.stateSequence() + 1; i <= actor.sequence(); i++) {
					expected.add("" + i);
				}
				assertThat(records).isEqualTo(expected);
				if (actor.stateSequence() > 0) {
					assertThat(count(actor.state())).isEqualTo("" + actor.stateSequence());
				}
			}
			else {
				assertThat(count(actor.state())).isEqualTo("" + actor.sequence());
			}
		}
		store.close();
	}

	private static String count(byte[] value) {
		return new String(value, StandardCharsets.UTF_8).split("-", 2)[0];
	}

	@Test
	void otherProcessIsRefusedUntilFirstIsGone() throws Exception {
		Process first = StoreProcess.start("hold", this.directory, this.temporary, Durability.ACK);
		assertThat(new DataInputStream(first.getInputStream()).readInt()).isEqualTo(StoreProcess.OPEN);
		EmbeddedActorStore second = new EmbeddedActorStore(this.directory, Durability.ACK);
		for (int i = 0; i < 2; i++) {
			assertThat(Stores.failure(second.open(Stores.META), StoreException.Kind.LOCKED))
				.hasMessageContaining(this.directory.toString())
				.hasMessageContaining("another process");
		}
		assertThat(first.isAlive()).isTrue();
		first.destroyForcibly().waitFor();
		Stores.open(second);

		Process third = StoreProcess.start("hold", this.directory, this.temporary, Durability.ACK);
		assertThat(new DataInputStream(third.getInputStream()).readInt()).isEqualTo(StoreProcess.LOCKED);
		third.waitFor();
		Stores.write(second, Stores.state(Stores.actor("a"), 0, "s"));
		second.close();
	}

}
