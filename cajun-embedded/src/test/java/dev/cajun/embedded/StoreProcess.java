package dev.cajun.embedded;

import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.Map;

import dev.cajun.ActorId;
import dev.cajun.store.BatchId;
import dev.cajun.store.Commit;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoreMeta;
import dev.cajun.store.StoreResult;
import dev.cajun.store.StoredActor;

/**
 * Another process that uses a store, until it is killed.
 */
final class StoreProcess {

	static final int ACTORS = 96;

	/** Written to standard output. */
	static final int OPEN = -1;

	static final int LOCKED = -2;

	static final int WRONG = -3;

	private StoreProcess() {
	}

	/** Starts it, with the class path of this one. */
	static Process start(String what, Path directory, Path temporary, Durability durability) throws IOException {
		return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m",
				"-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + temporary, "--enable-native-access=ALL-UNNAMED",
				"-Dlogback.statusListenerClass=ch.qos.logback.core.status.NopStatusListener", "-cp",
				System.getProperty("java.class.path"), StoreProcess.class.getName(), what, directory.toString(),
				durability.name())
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
	}

	public static void main(String[] arguments) throws Exception {
		// Logging must not come between
		System.setOut(System.err);
		DataOutputStream out = new DataOutputStream(new FileOutputStream(FileDescriptor.out));
		EmbeddedActorStore store = new EmbeddedActorStore(Path.of(arguments[1]), Durability.valueOf(arguments[2]));
		try {
			Stores.await(store.open(new StoreMeta("other", "test", 16, StoreMeta.FORMAT_VERSION)));
		}
		catch (StoreException ex) {
			out.writeInt((ex.kind() == StoreException.Kind.LOCKED) ? LOCKED : WRONG);
			return;
		}
		Stores.await(store.claim(Stores.FENCE, false));
		out.writeInt(OPEN);
		if (arguments[0].equals("write")) {
			List<Thread> writers = new ArrayList<>();
			for (int i = 0; i < ACTORS; i++) {
				int number = i;
				writers.add(Thread.ofVirtual().start(() -> write(store, number, out)));
			}
			for (Thread writer : writers) {
				writer.join();
			}
		}
		// Until it is killed, and not for ever should nobody kill it.
		new CountDownLatch(1).await(60, TimeUnit.SECONDS);
	}

	/** Every third actor has a journal, the others a state that counts; all a twin. */
	private static void write(EmbeddedActorStore store, int number, DataOutputStream out) {
		try {
			ActorId actor = Stores.actor(number);
			StoredActor found = Stores.load(store, actor);
			long sequence = found.sequence();
			if (sequence > 0 && !(Stores
				.await(store.commit(Stores.FENCE, commit(number, sequence))) instanceof StoreResult.Duplicate)) {
				out.writeInt(WRONG);
			}
			while (true) {
				Stores.write(store, commit(number, ++sequence));
				acknowledge(out, number, sequence);
				if (isJournaled(number) && sequence % 100 == 0) {
					Stores.await(store.snapshot(Stores.FENCE, actor, sequence, Stores.bytes("" + sequence)));
				}
			}
		}
		catch (IOException | RuntimeException ex) {
			ex.printStackTrace();
			System.exit(3);
		}
	}

	private static Commit commit(int number, long sequence) {
		byte[] value = Stores.bytes(sequence + "-" + "x".repeat((int) (sequence * 37 % 1500)));
		boolean journaled = isJournaled(number);
		return Stores.commit(Stores.actor(number), sequence - 1, new BatchId(number, sequence),
				journaled ? null : value, journaled ? List.of(value) : List.of(), Map.of("twin", sequence));
	}

	static boolean isJournaled(int number) {
		return number % 3 == 0;
	}

	private static void acknowledge(DataOutputStream out, int number, long sequence) throws IOException {
		synchronized (out) {
			out.writeInt(number);
			out.writeLong(sequence);
		}
	}

}
