package dev.cajun.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An etcd of the benchmark's own, found on the PATH, on a free port of the loopback
 * interface.
 */
final class EtcdChild implements AutoCloseable {

	private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

	private final URI uri;

	private final Path directory;

	private final Process process;

	private final Thread killer;

	private EtcdChild(URI uri, Path directory, Process process) {
		this.uri = uri;
		this.directory = directory;
		this.process = process;
		this.killer = Thread.ofPlatform().unstarted(process::destroyForcibly);
		Runtime.getRuntime().addShutdownHook(this.killer);
	}

	static EtcdChild start(Path parent) {
		URI clients = URI.create("http://127.0.0.1:" + Children.freePort());
		String peers = "http://127.0.0.1:" + Children.freePort();
		try {
			Path directory = Files.createTempDirectory(Files.createDirectories(parent).toAbsolutePath(), "etcd-");
			Process process = Children.start(List.of("etcd", "--name", "e1", "--data-dir",
					directory.resolve("data").toString(), "--listen-client-urls", clients.toString(),
					"--advertise-client-urls", clients.toString(), "--listen-peer-urls", peers,
					"--initial-advertise-peer-urls", peers, "--initial-cluster", "e1=" + peers), "etcd-server");
			EtcdChild child = new EtcdChild(clients, directory, process);
			Children.await(process, "etcd at " + clients, child::isHealthy, PATIENCE_NANOS);
			return child;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private boolean isHealthy() {
		try (HttpClient client = HttpClient.newHttpClient()) {
			return client.send(HttpRequest.newBuilder(this.uri.resolve("/health")).build(), BodyHandlers.ofString())
				.body()
				.contains("true");
		}
		catch (IOException ex) {
			return false;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	URI uri() {
		return this.uri;
	}

	@Override
	public void close() {
		Runtime.getRuntime().removeShutdownHook(this.killer);
		Children.end(this.process, this.directory);
	}

}
