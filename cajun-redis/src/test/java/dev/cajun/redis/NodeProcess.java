package dev.cajun.redis;

import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.cajun.Persistence;
import dev.cajun.history.ListActor;

/**
 * Another process with a node on a Redis, that makes promises until it is killed: tells
 * with a guarantee, and reminders. It writes down each that it was given an answer for.
 */
final class NodeProcess {

	/** Senders, each of its own tells. */
	static final int SENDERS = 8;

	private NodeProcess() {
	}

	/** Starts it, with the class path of this one. */
	static Process start(int port) throws IOException {
		return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m",
				"-XX:TieredStopAtLevel=1", "-Dlogback.statusListenerClass=ch.qos.logback.core.status.NopStatusListener",
				"-cp", System.getProperty("java.class.path"), NodeProcess.class.getName(), Integer.toString(port))
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
	}

	public static void main(String[] arguments) throws Exception {
		// Logging must not come between
		System.setOut(System.err);
		DataOutputStream out = new DataOutputStream(new FileOutputStream(FileDescriptor.out));
		RedisNode node = RedisNode.start(Integer.parseInt(arguments[0]), ListActor.definition(Persistence.STATE));
		for (int i = 0; i < SENDERS; i++) {
			int sender = i;
			Thread.ofVirtual().start(() -> promise(node, sender, out));
		}
		// Until it is killed, and not for ever should nobody kill it.
		new CountDownLatch(1).await(60, TimeUnit.SECONDS);
	}

	private static void promise(RedisNode node, int sender, DataOutputStream out) {
		try {
			String to = "receiver-" + sender % 3;
			for (int number = 0; true; number++) {
				String id = "tell-" + sender + "-" + number;
				node.list("sender-" + sender).call(new ListActor.Forward(id, node.list(to)));
				promised(out, to, id);
				if (number % 10 == 0) {
					String name = "reminder-" + sender + "-" + number;
					node.list("reminded-" + sender).call(new ListActor.RemindLater(name, Duration.ofSeconds(2)));
					promised(out, "reminded-" + sender, name);
				}
			}
		}
		catch (IOException | RuntimeException ex) {
			ex.printStackTrace();
			System.exit(3);
		}
	}

	private static void promised(DataOutputStream out, String to, String id) throws IOException {
		synchronized (out) {
			out.writeUTF(to);
			out.writeUTF(id);
		}
	}

}
