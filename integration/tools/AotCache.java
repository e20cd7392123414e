import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Runs the sample as a node once, and has the JVM keep what it needed then: later starts
 * take half the time.
 */
final class AotCache {

	private AotCache() {
	}

	/** Where the cache of a jar is, if it has one. */
	static Path of(Path jar) {
		return jar.resolveSibling(jar.getFileName().toString().replaceFirst("\\.jar$", ".aot"));
	}

	public static void main(String[] arguments) {
		Check.main(Duration.ofMinutes(3), () -> make(Path.of(arguments[0]), Path.of(arguments[1])));
	}

	private static void make(Path jar, Path directory) throws IOException {
		Path cache = of(jar);
		Files.deleteIfExists(cache);
		LocalCluster cluster = new LocalCluster(jar, directory).withJavaOption("-XX:AOTCacheOutput=" + cache);
		App node = cluster.start("n1").awaitHealthy();
		for (int i = 0; i < 20; i++) {
			Check.equal(200, node.http.post("/accounts/alice/deposits", "{\"amount\":1}").status(),
					"The answer to a deposit");
		}
		cluster.awaitMembers(Duration.ofSeconds(30), "n1");
		LocalCluster.epochs(node);
		// It writes the cache before it ends
		Check.equal(143, node.terminate(), "The exit code after SIGTERM");
		Check.that(Files.exists(cache), () -> "There is no " + cache);
	}

}
