package dev.cajun.spring.autoconfigure;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;

import dev.cajun.cluster.ClusterSettings;
import dev.cajun.metadata.MetadataStore;
import dev.cajun.node.NodeSettings;
import dev.cajun.placement.PlacementStrategy;
import dev.cajun.placement.Rendezvous;
import dev.cajun.transport.Transport;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.env.Environment;

/**
 * What makes a node part of a cluster: the beans that it shares with others, and its
 * settings there.
 */
final class Clustering {

	private static final String TOKEN = "cajun.transport.token";

	private static final String PREVIOUS_TOKEN = "cajun.transport.previous-token";

	private final CajunProperties properties;

	private final Environment environment;

	private final MetadataStore metadata;

	private final Transport transport;

	private final PlacementStrategy strategy;

	private final String nodeName;

	Clustering(CajunProperties properties, Environment environment, ObjectProvider<MetadataStore> metadata,
			ObjectProvider<Transport> transport, ObjectProvider<PlacementStrategy> strategy) {
		this.properties = properties;
		this.environment = environment;
		MetadataStore shared = metadata.getIfAvailable();
		if (shared == null) {
			throw new FailureAnalyzedException(
					"'cajun.cluster.mode' is 'clustered', and nothing says where etcd is, which tells the nodes of a "
							+ "cluster of each other.",
					"Set 'cajun.etcd.endpoints', for example to 'http://localhost:2379', or annotate a container with "
							+ "@ServiceConnection(\"etcd\"). For one node alone set 'cajun.cluster.mode' to 'local'.");
		}
		Transport links = transport.getIfAvailable();
		if (links == null) {
			throw new FailureAnalyzedException(
					"This node is one of a cluster, and there is nothing that carries messages between nodes.",
					"Add the dependency 'dev.cajun:cajun-grpc', which 'cajun-spring-boot-starter' brings, or define "
							+ "a bean of type dev.cajun.transport.Transport.");
		}
		this.metadata = shared;
		this.transport = links;
		this.strategy = strategy.getIfAvailable(Rendezvous::new);
		String name = properties.node().name();
		this.nodeName = (name != null) ? name : defaultName();
	}

	MetadataStore metadata() {
		return this.metadata;
	}

	Transport transport() {
		return this.transport;
	}

	String nodeName() {
		return this.nodeName;
	}

	/** A port that is chosen at each start cannot name a node: random digits do. */
	private String defaultName() {
		String host;
		try {
			host = InetAddress.getLocalHost().getHostName();
		}
		catch (UnknownHostException ex) {
			host = "node";
		}
		int port = this.environment.getProperty("cajun.transport.port", Integer.class, 0);
		return host + "-" + ((port != 0) ? Integer.toString(port)
				: HexFormat.of().toHexDigits((short) new SecureRandom().nextInt()));
	}

	ClusterSettings settings(NodeSettings node) {
		CajunProperties.Cluster cluster = this.properties.cluster();
		String version = this.environment.getProperty("spring.application.version", "");
		return new ClusterSettings(node.cluster(), node.name(), this.properties.node().zone(),
				this.properties.node().roles(), version, node.shards(), cluster.minNodes(), cluster.settleTime(),
				cluster.leaseTtl(), tokens(), cluster.rebalance().toSettings(), this.strategy);
	}

	private Set<String> tokens() {
		Set<String> hashes = new TreeSet<>();
		for (String key : new String[] { TOKEN, PREVIOUS_TOKEN }) {
			@Nullable String token = this.environment.getProperty(key);
			if (token != null && !token.isBlank()) {
				hashes.add(hash(token));
			}
		}
		return hashes;
	}

	/** What may be compared in the open: the token is not to be had from it. */
	private static String hash(String token) {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
			return HexFormat.of().formatHex(digest, 0, 16);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
