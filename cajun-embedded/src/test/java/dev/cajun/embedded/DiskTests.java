package dev.cajun.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import dev.cajun.ActorId;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoreResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A disk that is full, or may not be written.
 */
class DiskTests {

	private static final byte[] STATE = new byte[3000];

	@TempDir
	private Path directory;

	@TempDir
	private Path temporary;

	private boolean mounted;

	@AfterEach
	void unmount() throws Exception {
		if (this.mounted) {
			run("umount", "-l", this.directory.toString());
		}
	}

	@Test
	void goesOnAfterFileWasFull() {
		EmbeddedActorStore store = Stores.open(this.directory);
		Stores.write(store, Stores.state(Stores.actor("small"), 0, "s"));
		Stores.await(store.limitPages(20));
		int written = fill(store, 0);
		assertThat(Stores.stateOf(store, Stores.actor("small"))).isEqualTo("s");
		assertWritten(store, written);
		assertThat(Stores.load(store, Stores.actor(written)).sequence()).isZero();
		assertNothingOfManyIsWritten(store, written);
		Stores.await(store.limitPages(0));
		Stores.write(store, Stores.state(Stores.actor(written), 0, STATE));
		assertWritten(store, written + 1);
		store.close();
		store = Stores.open(this.directory);
		assertWritten(store, written + 1);
		store.close();
	}

	/** Writes that share a transaction: each fails, and only itself. */
	private void assertNothingOfManyIsWritten(EmbeddedActorStore store, int from) {
		List<CompletionStage<StoreResult>> commits = new ArrayList<>();
		for (int i = from; i < from + 50; i++) {
			commits.add(store.commit(Stores.FENCE, Stores.state(Stores.actor(i), 0, new byte[20_000])));
			commits.add(store.commit(Stores.FENCE, Stores.state(Stores.actor("small"), 1 + i - from, "s")));
		}
		for (int i = 0; i < commits.size(); i += 2) {
			Stores.failure(commits.get(i), StoreException.Kind.NOT_APPLIED);
			assertThat(Stores.await(commits.get(i + 1))).isEqualTo(new StoreResult.Applied(2 + i / 2));
		}
		assertThat(Stores.load(store, Stores.actor(from + 7)).sequence()).isZero();
	}

	@Test
	void goesOnAfterDiskWasFull() throws Exception {
		mount("size=3m");
		Path nested = this.directory.resolve("store");
		EmbeddedActorStore store = Stores.open(nested);
		int written = fill(store, 0);
		assertWritten(store, written);
		assertThat(Stores.failure(store.commit(Stores.FENCE, Stores.state(Stores.actor(written), 0, new byte[200_000])),
				StoreException.Kind.NOT_APPLIED))
			.hasMessageContaining(nested.toString())
			.hasMessageContaining("full");
		run("mount", "-o", "remount,size=64m", this.directory.toString());
		for (int i = 0; i < 50; i++) {
			Stores.write(store, Stores.state(Stores.actor(written++), 0, STATE));
		}
		assertWritten(store, written);
		store.close();
		store = Stores.open(nested);
		assertWritten(store, written);
		store.close();
	}

	@Test
	void closesAndOpensOnFullDisk() throws Exception {
		mount("size=3m");
		Path nested = this.directory.resolve("store");
		EmbeddedActorStore store = Stores.open(nested);
		int written = fill(store, 0);
		store.close();
		try {
			byte[] more = new byte[1 << 16];
			for (int i = 0; i < 1000; i++) {
				Files.write(this.directory.resolve("more" + i), more);
			}
		}
		catch (IOException ex) {
			// As full as it gets
		}
		EmbeddedActorStore again = new EmbeddedActorStore(nested, Durability.ACK);
		try {
			Stores.await(again.open(Stores.META));
			assertWritten(again, written);
		}
		catch (StoreException ex) {
			assertThat(ex.kind()).isEqualTo(StoreException.Kind.NOT_APPLIED);
			run("mount", "-o", "remount,size=64m", this.directory.toString());
			Stores.open(again);
			assertWritten(again, written);
		}
		again.close();
	}

	@Test
	void refusesReadOnlyDisk() throws Exception {
		mount("size=16m");
		EmbeddedActorStore store = Stores.open(this.directory.resolve("store"));
		store.close();
		Files.createDirectories(this.directory.resolve("empty"));
		run("mount", "-o", "remount,ro", this.directory.toString());
		for (String name : List.of("store", "empty", "missing")) {
			Path path = this.directory.resolve(name);
			assertThat(Stores.failure(new EmbeddedActorStore(path, Durability.ACK).open(Stores.META),
					StoreException.Kind.NOT_APPLIED))
				.hasMessageContaining(path.toString())
				.hasMessageContaining("make it a directory that this process may write to");
		}
		run("mount", "-o", "remount,rw", this.directory.toString());
		Stores.open(store).close();
	}

	@Test
	void refusesReadOnlyDirectory() throws Exception {
		assumeTrue(!isRoot(), "root may write to any directory");
		Files.setPosixFilePermissions(this.directory, PosixFilePermissions.fromString("r-xr-xr-x"));
		try {
			assertThat(Stores.failure(new EmbeddedActorStore(this.directory, Durability.ACK).open(Stores.META),
					StoreException.Kind.NOT_APPLIED))
				.hasMessageContaining(this.directory.toString());
		}
		finally {
			Files.setPosixFilePermissions(this.directory, PosixFilePermissions.fromString("rwxr-xr-x"));
		}
	}

	@Test
	void refusesFileInPlaceOfDirectory() throws Exception {
		Path file = Files.writeString(this.directory.resolve("file"), "x");
		assertThat(Stores.failure(new EmbeddedActorStore(file, Durability.ACK).open(Stores.META),
				StoreException.Kind.NOT_APPLIED))
			.hasMessageContaining(file.toString());
		assertThat(file).hasContent("x");
	}

	@Test
	void opensWhereProgramsMayNotRun() throws Exception {
		mount("size=16m,noexec");
		Process process = StoreProcess.start("hold", this.directory.resolve("store"), this.temporary, Durability.ACK);
		try {
			assertThat(new java.io.DataInputStream(process.getInputStream()).readInt()).isEqualTo(StoreProcess.OPEN);
		}
		finally {
			process.destroy();
			process.waitFor();
		}
	}

	private static int fill(EmbeddedActorStore store, int from) {
		for (int i = from;; i++) {
			ActorId actor = Stores.actor(i);
			try {
				Stores.write(store, Stores.state(actor, 0, STATE));
			}
			catch (StoreException ex) {
				assertThat(ex.kind()).isEqualTo(StoreException.Kind.NOT_APPLIED);
				assertThat(ex).hasMessageContaining("disk is full").hasMessageContaining("free some space");
				assertThat(i).isPositive();
				return i;
			}
		}
	}

	private static void assertWritten(EmbeddedActorStore store, int count) {
		for (int i = 0; i < count; i++) {
			assertThat(Stores.load(store, Stores.actor(i)).state()).isEqualTo(STATE);
		}
	}

	private void mount(String options) throws Exception {
		assumeTrue(isRoot(), "only root may mount a small disk");
		this.mounted = run("mount", "-t", "tmpfs", "-o", options, "tmpfs", this.directory.toString()) == 0;
		assumeTrue(this.mounted, "a small disk cannot be mounted here");
	}

	private static boolean isRoot() {
		return System.getProperty("user.name").equals("root");
	}

	private static int run(String... command) throws IOException, InterruptedException {
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		process.getInputStream().readAllBytes();
		return process.waitFor(20, TimeUnit.SECONDS) ? process.exitValue() : -1;
	}

}
