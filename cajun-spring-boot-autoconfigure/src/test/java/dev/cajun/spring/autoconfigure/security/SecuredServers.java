package dev.cajun.spring.autoconfigure.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.cajun.spring.autoconfigure.redis.RedisProcess;

/**
 * An etcd and a Redis with TLS, certificates of clients and users, who have the rights
 * that {@code docs/security} gives them. The nodes' certificates are of another authority
 * than the servers'.
 */
final class SecuredServers implements AutoCloseable {

	/** What must be found nowhere. */
	static final String ETCD_PASSWORD = "etcd-pa55word-of-bank";

	static final String REDIS_PASSWORD = "redis-pa55word-of-bank";

	static final String TOKEN = "t0ken-of-bank";

	static final String OLD_TOKEN = "0ld-t0ken-of-bank";

	private static final String ROOT_PASSWORD = "r00t-pa55word";

	/** The documents that the tests hold true. */
	static final Path DOCUMENTS = Path.of("..", "docs", "security").toAbsolutePath();

	private final Path directory;

	private final Authority servers;

	final Authority nodes;

	final EtcdProcess etcd;

	private final RedisProcess redis;

	private final int redisPort = RedisProcess.freePort();

	SecuredServers(Path directory) throws Exception {
		this.directory = directory;
		this.servers = Authority.create(directory, "servers-ca", "servers");
		this.nodes = Authority.create(directory, "nodes-ca", "nodes");
		this.servers.issue(directory, "server");
		this.servers.issue(directory, "client");
		this.etcd = EtcdProcess.started(directory);
		this.etcd.run("etcdctl", "user", "add", "root:" + ROOT_PASSWORD);
		this.etcd.run("etcdctl", "user", "grant-role", "root", "root");
		this.etcd.run("etcdctl", "auth", "enable");
		this.etcd.user("root:" + ROOT_PASSWORD);
		this.etcd.run(Map.of("BANK_ETCD_PASSWORD", ETCD_PASSWORD), DOCUMENTS.resolve("etcd-role.sh").toString());
		this.redis = startRedis();
	}

	private RedisProcess startRedis() throws IOException {
		Path users = Files.writeString(this.directory.resolve("users.acl"),
				Files.readString(DOCUMENTS.resolve("redis-users.acl")).replace("BANK_REDIS_PASSWORD", REDIS_PASSWORD)
						+ "user root on >" + ROOT_PASSWORD + " ~* &* +@all\n");
		return RedisProcess.started("--port", "0", "--tls-port", String.valueOf(this.redisPort), "--tls-cert-file",
				file("server.crt"), "--tls-key-file", file("server.key"), "--tls-ca-cert-file", file("servers-ca.crt"),
				"--aclfile", users.toString());
	}

	private String file(String name) {
		return this.directory.resolve(name).toString();
	}

	/** The certificates of a node, in a directory of its own. */
	Path certificates(String node) throws Exception {
		return certificates(node, this.nodes);
	}

	/**
	 * The certificates of a node that an authority has signed, which trusts the cluster.
	 */
	Path certificates(String node, Authority signer) throws Exception {
		Path own = Files.createDirectory(this.directory.resolve("of-" + node));
		for (String name : List.of("client.crt", "client.key", "servers-ca.crt", "nodes-ca.crt")) {
			Files.copy(this.directory.resolve(name), own.resolve(name));
		}
		signer.issue(own, "node");
		return own;
	}

	/** The properties of a node, as the documents have them. */
	List<String> properties(String node, Path certificates) {
		return new ArrayList<>(List.of("spring.config.import=" + DOCUMENTS.resolve("application-secured.yaml").toUri(),
				"CERTIFICATES=" + certificates, "REDIS_HOST=127.0.0.1", "REDIS_PORT=" + this.redisPort,
				"BANK_REDIS_PASSWORD=" + REDIS_PASSWORD, "ETCD_ENDPOINTS=" + this.etcd.endpoint(),
				"BANK_ETCD_PASSWORD=" + ETCD_PASSWORD, "BANK_TOKEN=" + TOKEN, "cajun.node.name=" + node,
				"spring.ssl.bundle.watch.file.quiet-period=300ms"));
	}

	/** Asks Redis, as one who may do anything. */
	String redis(String... command) throws Exception {
		return redis("root", ROOT_PASSWORD, command);
	}

	/** Asks Redis, as the nodes' user. */
	String redisAsBank(String... command) throws Exception {
		return redis("bank", REDIS_PASSWORD, command);
	}

	private String redis(String user, String password, String... command) throws Exception {
		List<String> all = new ArrayList<>(
				List.of("redis-cli", "-p", String.valueOf(this.redisPort), "--tls", "--cacert", file("servers-ca.crt"),
						"--cert", file("client.crt"), "--key", file("client.key"), "--user", user));
		all.addAll(List.of(command));
		return this.etcd.run(Map.of("REDISCLI_AUTH", password), all.toArray(String[]::new)).strip();
	}

	/** What etcd and Redis have logged. */
	String logs() throws IOException {
		StringBuilder text = new StringBuilder(Files.readString(this.etcd.log()));
		try (Stream<Path> files = Files.list(this.redis.directory())) {
			for (Path log : files.filter((file) -> file.toString().endsWith(".log")).toList()) {
				text.append(Files.readString(log));
			}
		}
		return text.toString();
	}

	@Override
	public void close() {
		this.redis.close();
		this.etcd.close();
	}

}
