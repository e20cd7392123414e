package dev.cajun.spring.autoconfigure.security;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.cajun.spring.autoconfigure.redis.RedisProcess;
import org.awaitility.Awaitility;

/** A real {@code etcd} that speaks TLS alone and wants a certificate of its clients. */
final class EtcdProcess implements AutoCloseable {

	private final Path directory;

	private final String endpoint = "https://127.0.0.1:" + RedisProcess.freePort();

	private final Process process;

	private String user = "";

	private EtcdProcess(Path directory) throws IOException {
		this.directory = directory;
		String peers = "http://127.0.0.1:" + RedisProcess.freePort();
		this.process = new ProcessBuilder("etcd", "--name", "e1", "--data-dir", directory.resolve("data").toString(),
				"--listen-client-urls", this.endpoint, "--advertise-client-urls", this.endpoint, "--listen-peer-urls",
				peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", "e1=" + peers, "--cert-file",
				file("server.crt"), "--key-file", file("server.key"), "--trusted-ca-file", file("servers-ca.crt"),
				"--client-cert-auth")
			.redirectErrorStream(true)
			.redirectOutput(log().toFile())
			.start();
		Runtime.getRuntime().addShutdownHook(new Thread(this.process::destroyForcibly));
	}

	/** In a directory that has the certificates and keys of server and client. */
	static EtcdProcess started(Path directory) throws Exception {
		EtcdProcess etcd = new EtcdProcess(directory);
		Awaitility.await("etcd at " + etcd.endpoint)
			.atMost(Duration.ofSeconds(30))
			.ignoreExceptions()
			.until(() -> etcd.run("etcdctl", "endpoint", "health").contains("is healthy"));
		return etcd;
	}

	private String file(String name) {
		return this.directory.resolve(name).toString();
	}

	Path log() {
		return this.directory.resolve("etcd.log");
	}

	String endpoint() {
		return this.endpoint;
	}

	/** Who runs what is run from now on, as name and password. */
	void user(String nameAndPassword) {
		this.user = nameAndPassword;
	}

	/** Runs a program to which etcd is known, and gives what it printed. */
	String run(String... command) throws Exception {
		return run(Map.of(), command);
	}

	String run(Map<String, String> environment, String... command) throws Exception {
		ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of(command))).redirectErrorStream(true);
		builder.environment()
			.putAll(Map.of("ETCDCTL_API", "3", "ETCDCTL_ENDPOINTS", this.endpoint, "ETCDCTL_CACERT",
					file("servers-ca.crt"), "ETCDCTL_CERT", file("client.crt"), "ETCDCTL_KEY", file("client.key")));
		if (!this.user.isEmpty()) {
			builder.environment().put("ETCDCTL_USER", this.user);
		}
		builder.environment().putAll(environment);
		Process running = builder.start();
		String output = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		if (!running.waitFor(30, TimeUnit.SECONDS) || running.exitValue() != 0) {
			throw new IllegalStateException(String.join(" ", command) + ": " + output);
		}
		return output;
	}

	@Override
	public void close() {
		this.process.destroyForcibly().onExit().join();
	}

}
