package dev.cajun.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

import dev.cajun.ActorId;
import dev.cajun.Delivery;
import dev.cajun.HostileBytes;
import dev.cajun.store.BatchId;
import dev.cajun.store.ClaimResult;
import dev.cajun.store.Commit;
import dev.cajun.store.Fence;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoreMeta;
import dev.cajun.store.StoreResult;
import dev.cajun.store.StoredActor;
import dev.cajun.store.StoredIds;
import dev.cajun.store.StoredReminder;
import dev.cajun.store.StoredReply;
import dev.cajun.store.StoredTell;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * Files that are not what was written: the damage is named, nothing is made up.
 */
class DamageTests {

	private static final int ACTORS = 60;

	@TempDir
	private Path directory;

	@Test
	void refusesFileCutInHalf() throws IOException {
		fill();
		byte[] all = Files.readAllBytes(data());
		Files.write(data(), Arrays.copyOf(all, all.length / 2));
		assertRefused();
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 100, 1000 })
	void refusesFileCutShort(int length) throws IOException {
		fill();
		Files.write(data(), Arrays.copyOf(Files.readAllBytes(data()), length));
		assertRefused();
		assertThat(data()).hasSize(length);
	}

	@Test
	void refusesFileThatIsNoDatabase() throws IOException {
		Files.createDirectories(this.directory);
		Files.writeString(data(), "no database, but some text that is longer than any header would be\n".repeat(50));
		assertRefused();
		assertThat(data()).content().startsWith("no database");
	}

	@Test
	void refusesLogWithoutFile() throws IOException {
		fill();
		Files.move(data(), log());
		assertRefused();
		assertThat(data()).doesNotExist();
	}

	@Test
	void refusesDatabaseOfAnotherApplication() throws Exception {
		try (Connection connection = connect(); Statement statement = connection.createStatement()) {
			statement.execute("CREATE TABLE customers(name)");
		}
		byte[] before = Files.readAllBytes(data());
		assertThat(Stores.failure(newStore().open(Stores.META), StoreException.Kind.FOREIGN))
			.hasMessageContaining(this.directory.toString());
		assertThat(data()).hasBinaryContent(before);
	}

	@Test
	void refusesStoreOfNewerVersion() {
		EmbeddedActorStore store = newStore();
		Stores.await(store.open(new StoreMeta("1", "c", 16, StoreMeta.FORMAT_VERSION + 1)));
		store.close();
		assertThat(Stores.failure(newStore().open(Stores.META), StoreException.Kind.FOREIGN))
			.hasMessageContaining("newer");
	}

	@Test
	void finishesCreationThatWasKilled() throws IOException {
		Files.write(this.directory.resolve("creating"), new byte[0]);
		Files.write(data(), new byte[0]);
		EmbeddedActorStore store = Stores.open(this.directory);
		Stores.write(store, Stores.state(Stores.actor("a"), 0, "s"));
		store.close();
		assertThat(this.directory).isDirectoryNotContaining("glob:**creating");
	}

	@Test
	void valueThatIsDamagedConcernsItsActor() throws Exception {
		fill();
		List<byte[]> keys = keys("A");
		assertThat(keys).hasSize(8 * ACTORS);
		keys.removeIf((key) -> !Keys.actorOf(key).key().endsWith("7"));
		for (byte[] key : keys) {
			ActorId damaged = Keys.actorOf(key);
			flip(key, -1);
			EmbeddedActorStore store = Stores.open(this.directory);
			StoreException failure = Stores.failure(store.load(Stores.FENCE, damaged), StoreException.Kind.CORRUPT);
			assertThat(failure).hasMessageContaining(damaged.toString())
				.hasMessageContaining(this.directory.toString());
			for (int i = 0; i < ACTORS; i++) {
				if (!damaged.equals(Stores.actor(i))) {
					assertIntact(store, i);
				}
			}
			Stores.await(store.confirm(Stores.FENCE, Map.of(damaged, 3L)));
			store.close();
			flip(key, -1);
		}
	}

	@Test
	void headThatIsDamagedRefusesWrites() throws Exception {
		fill();
		ActorId damaged = Stores.actor(7);
		flip(Keys.head(Keys.actor(damaged)), -1);
		EmbeddedActorStore store = Stores.open(this.directory);
		Stores.failure(store.commit(Stores.FENCE, Stores.state(damaged, 0, "new")), StoreException.Kind.CORRUPT);
		Stores.failure(store.commit(Stores.FENCE, Stores.state(damaged, 3, "new")), StoreException.Kind.CORRUPT);
		Stores.failure(store.snapshot(Stores.FENCE, damaged, 3, new byte[1]), StoreException.Kind.CORRUPT);
		assertThat(Stores.await(store.confirm(Stores.FENCE, Map.of(damaged, 3L, Stores.actor(8), 3L))))
			.isEqualTo(Map.of(Stores.actor(8), new StoreResult.Applied(3)));
		Stores.write(store, Stores.state(Stores.actor(6), 3, "new"));
		Stores.write(store, Stores.state(Stores.actor("7a"), 0, "beside"));
		assertThat(listed(store)).contains(damaged);
		store.close();
	}

	@Test
	void rowThatIsMissingIsNoticed() throws Exception {
		for (byte[] key : List.of(Keys.state(Keys.actor(Stores.actor(3))), Keys.record(Keys.actor(Stores.actor(3)), 4),
				Keys.record(Keys.actor(Stores.actor(3)), 5))) {
			fillJournal();
			try (Connection connection = connect();
					PreparedStatement delete = connection.prepareStatement("DELETE FROM t WHERE k=?")) {
				delete.setBytes(1, key);
				assertThat(delete.executeUpdate()).isEqualTo(1);
			}
			EmbeddedActorStore store = Stores.open(this.directory);
			Stores.failure(store.load(Stores.FENCE, Stores.actor(3)), StoreException.Kind.CORRUPT);
			if (Keys.part(Keys.actor(Stores.actor(3)), key) == Keys.RECORD) {
				Stores.failure(store.records(Stores.FENCE, Stores.actor(3), 3), StoreException.Kind.CORRUPT);
			}
			store.close();
		}
	}

	private void fillJournal() throws IOException {
		Files.deleteIfExists(data());
		EmbeddedActorStore store = Stores.open(this.directory);
		ActorId actor = Stores.actor(3);
		Stores.write(store, records(0, 3));
		Stores.await(store.snapshot(Stores.FENCE, actor, 3, Stores.bytes("snapshot")));
		Stores.write(store, records(3, 2));
		store.close();
	}

	private static Commit records(long expected, int count) {
		List<byte[]> records = new ArrayList<>();
		for (int i = 1; i <= count; i++) {
			records.add(Stores.bytes("r" + (expected + i)));
		}
		return Stores.commit(Stores.actor(3), expected, new BatchId(9, expected), null, records, Map.of());
	}

	@Test
	void indexThatIsDamagedLosesOnlyItsEntry() throws Exception {
		fill();
		flip(Keys.wake(1, Stores.actor(5)), 0);
		flip(Keys.dueReminder(1, Stores.actor(6), "r", 1006), 0);
		flip(Keys.reminder(Keys.actor(Stores.actor(7)), "r"), -1);
		EmbeddedActorStore store = Stores.open(this.directory);
		assertThat(Stores.await(store.wakeSet(Stores.FENCE))).hasSize(ACTORS - 1).doesNotContain(Stores.actor(5));
		List<StoredReminder> reminders = Stores.await(store.reminders(Stores.FENCE, null, 1000));
		assertThat(reminders).hasSize(ACTORS - 1).extracting(StoredReminder::actor).doesNotContain(Stores.actor(6));
		assertThat(reminders).filteredOn((reminder) -> reminder.actor().equals(Stores.actor(7)))
			.extracting((reminder) -> reminder.message().length)
			.containsExactly(0);
		store.close();
	}

	@Test
	void fenceThatIsDamagedCountsAsHighest() throws Exception {
		EmbeddedActorStore store = Stores.open(this.directory);
		Stores.await(store.claim(new Fence(2, 70, "a#1"), false));
		Stores.await(store.claim(new Fence(3, 9, "a#1"), false));
		store.close();
		flip(Keys.fence(3), -1);
		Stores.await(store.open(Stores.META));
		assertThat(Stores.await(store.claim(new Fence(3, 69, "b#1"), false)))
			.isEqualTo(new ClaimResult.Refused(70, ""));
		long epoch = Stores.await(store.nextLocalEpoch());
		assertThat(epoch).isGreaterThan(70);
		assertThat(Stores.await(store.claim(new Fence(3, epoch, "b#1"), false)))
			.isEqualTo(new ClaimResult.Claimed(70, ""));
		store.close();
	}

	/** Each copy of each key in the file, one bit at a time. */
	@Test
	void keyThatIsDamagedNeverHidesActor() throws Exception {
		fill();
		byte[] intact = Files.readAllBytes(data());
		int tried = 0;
		for (int i = 0; i < ACTORS; i += 7) {
			byte[] key = Keys.head(Keys.actor(Stores.actor(i)));
			for (int at = indexOf(intact, key, 0); at >= 0; at = indexOf(intact, key, at + 1)) {
				for (int place : new int[] { 0, 1, key.length - 3, key.length - 2, key.length - 1 }) {
					for (int bit : new int[] { 0x01, 0x10, 0x80 }) {
						byte[] damaged = intact.clone();
						damaged[at + place] ^= (byte) bit;
						assertNothingWrong(damaged);
						tried++;
					}
				}
			}
		}
		assertThat(tried).isGreaterThan(100);
	}

	@Test
	void noByteThatIsDamagedIsBelieved() throws Exception {
		fill();
		byte[] intact = Files.readAllBytes(data());
		HostileBytes.seeds(150).forEach((seed) -> {
			Random random = new Random(seed);
			byte[] damaged = intact.clone();
			damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
			try {
				assertNothingWrong(damaged);
			}
			catch (Exception | AssertionError ex) {
				fail("Seed %d: %s".formatted(seed, ex.getMessage()), ex);
			}
		});
	}

	private void assertNothingWrong(byte[] content) throws IOException {
		Files.deleteIfExists(log());
		Files.write(data(), content);
		EmbeddedActorStore store = newStore();
		try {
			Stores.await(store.open(Stores.META));
			if (!(Stores.await(store.claim(Stores.FENCE, false)) instanceof ClaimResult.Claimed)) {
				return;
			}
		}
		catch (StoreException ex) {
			assertThat(ex.kind()).isIn(StoreException.Kind.CORRUPT, StoreException.Kind.FOREIGN);
			return;
		}
		try {
			for (int i = 0; i < ACTORS; i++) {
				try {
					assertIntact(store, i);
				}
				catch (StoreException ex) {
					assertThat(ex.kind()).as(ex.getMessage()).isEqualTo(StoreException.Kind.CORRUPT);
				}
			}
		}
		finally {
			store.close();
		}
	}

	private void fill() {
		EmbeddedActorStore store = Stores.open(this.directory);
		for (int i = 0; i < ACTORS; i++) {
			ActorId actor = Stores.actor(i);
			Stores.write(store, records(actor, i));
			Stores.await(store.snapshot(Stores.FENCE, actor, 1, Stores.bytes("snapshot of " + actor)));
			Stores.write(store, everything(actor, i));
		}
		store.close();
		assertThat(log()).doesNotExist();
	}

	private static Commit records(ActorId actor, int i) {
		return Stores.commit(actor, 0, new BatchId(i, 1), null, List.of(Stores.bytes("r1")), Map.of());
	}

	private static Commit everything(ActorId actor, int i) {
		return new Commit(actor, 1, new BatchId(i, 2), false, null,
				List.of(Stores.bytes("r2 of " + actor), Stores.bytes("r3 of " + actor)), Map.of("s", 3L), List.of(),
				List.of(new StoredReply("k", "f", 1, Stores.bytes("reply of " + actor))), List.of(),
				List.of(new StoredTell(1, actor, Delivery.EXACTLY_ONCE, Stores.bytes("tell of " + actor))), List.of(),
				List.of(new StoredReminder(actor, "r", 1000 + i, Stores.bytes("reminder of " + actor))), List.of(),
				true);
	}

	private static void assertIntact(EmbeddedActorStore store, int i) {
		ActorId actor = Stores.actor(i);
		StoredActor found = Stores.load(store, actor);
		assertThat(found.sequence()).isEqualTo(3);
		assertThat(found.batch()).isEqualTo(new BatchId(i, 2));
		assertThat(found.state()).isEqualTo(Stores.bytes("snapshot of " + actor));
		assertThat(found.records()).containsExactly(Stores.bytes("r2 of " + actor), Stores.bytes("r3 of " + actor));
		assertThat(found.received()).isEqualTo(Map.of("s", 3L));
		assertThat(found.replies()).extracting(StoredReply::reply).containsExactly(Stores.bytes("reply of " + actor));
		assertThat(found.tells()).extracting(StoredTell::message).containsExactly(Stores.bytes("tell of " + actor));
		assertThat(found.reminders()).extracting(StoredReminder::message)
			.containsExactly(Stores.bytes("reminder of " + actor));
	}

	private void assertRefused() {
		for (int i = 0; i < 2; i++) {
			assertThat(Stores.failure(newStore().open(Stores.META), StoreException.Kind.CORRUPT))
				.hasMessageContaining(this.directory.toString())
				.hasMessageContaining("restore");
		}
	}

	private static List<ActorId> listed(EmbeddedActorStore store) {
		List<ActorId> ids = new ArrayList<>();
		String cursor = null;
		do {
			StoredIds page = Stores.await(store.scan("account", cursor, 10));
			ids.addAll(page.ids());
			cursor = page.cursor();
		}
		while (cursor != null);
		return ids;
	}

	private EmbeddedActorStore newStore() {
		return new EmbeddedActorStore(this.directory, Durability.ACK);
	}

	private Path data() {
		return this.directory.resolve("data.db");
	}

	private Path log() {
		return this.directory.resolve("data.db-wal");
	}

	private Connection connect() throws SQLException {
		return DriverManager.getConnection("jdbc:sqlite:" + data());
	}

	private List<byte[]> keys(String prefix) throws SQLException {
		List<byte[]> keys = new ArrayList<>();
		try (Connection connection = connect();
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery("SELECT k FROM t ORDER BY k")) {
			while (rows.next()) {
				byte[] key = rows.getBytes(1);
				if (key[0] == prefix.charAt(0)) {
					keys.add(key);
				}
			}
		}
		return keys;
	}

	/** Flips a bit of a value, counted from its end when negative. */
	private void flip(byte[] key, int at) throws SQLException {
		try (Connection connection = connect();
				PreparedStatement select = connection.prepareStatement("SELECT v FROM t WHERE k=?");
				PreparedStatement update = connection.prepareStatement("UPDATE t SET v=? WHERE k=?")) {
			select.setBytes(1, key);
			byte[] value;
			try (ResultSet row = select.executeQuery()) {
				if (!row.next()) {
					fail("There is no row %s", Keys.describe(key));
				}
				value = row.getBytes(1);
			}
			value[(at < 0) ? value.length + at : at] ^= 4;
			update.setBytes(1, value);
			update.setBytes(2, key);
			assertThat(update.executeUpdate()).isEqualTo(1);
		}
	}

	private static int indexOf(byte[] all, byte[] part, int from) {
		for (int i = from; i <= all.length - part.length; i++) {
			if (Arrays.equals(all, i, i + part.length, part, 0, part.length)) {
				return i;
			}
		}
		return -1;
	}

}
