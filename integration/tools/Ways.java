import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One node's ways to etcd, to Redis and to each other node, each a {@link Proxy} of its
 * own. The other nodes advertise names, which this node's process resolves by a file of
 * its own; so what is cut for one node is not cut for another.
 */
final class Ways {

	final List<Proxy> etcd = new ArrayList<>();

	final Proxy redis;

	private final Map<String, Proxy> peers = new LinkedHashMap<>();

	private final Path hosts;

	private final String endpoints;

	private final int redisPort;

	/**
	 * Opens the ways.
	 * @param number the node's, from 1
	 * @param ports the port of each node's transport, by its name
	 */
	Ways(Path directory, int number, List<Integer> etcdPorts, int redisServer, Map<String, Integer> ports) {
		List<String> endpoints = new ArrayList<>();
		for (int server : etcdPorts) {
			int port = App.freePort();
			this.etcd.add(new Proxy("127.0.0.1", port, server));
			endpoints.add("http://127.0.0.1:" + port);
		}
		this.endpoints = String.join(",", endpoints);
		this.redisPort = App.freePort();
		this.redis = new Proxy("127.0.0.1", this.redisPort, redisServer);
		StringBuilder names = new StringBuilder("127.0.0.1 localhost\n127.0.0.1 " + hostName() + "\n");
		int peer = 0;
		for (Map.Entry<String, Integer> port : ports.entrySet()) {
			String address = "127.1." + number + "." + ++peer;
			this.peers.put(port.getKey(), new Proxy(address, port.getValue(), port.getValue()));
			names.append(address).append(' ').append(port.getKey()).append(".test\n");
		}
		this.hosts = directory.resolve("hosts-" + number);
		try {
			Files.writeString(this.hosts, names);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String hostName() {
		try {
			return InetAddress.getLocalHost().getHostName();
		}
		catch (IOException ex) {
			return "localhost";
		}
	}

	/** The way to another node. */
	Proxy to(String node) {
		return this.peers.get(node);
	}

	List<String> javaOptions() {
		return List.of("-Djdk.net.hosts.file=" + this.hosts);
	}

	List<String> arguments(String name, int port) {
		return List.of("--cajun.etcd.endpoints=" + this.endpoints, "--spring.data.redis.port=" + this.redisPort,
				"--cajun.transport.host=127.0.0.1", "--cajun.transport.port=" + port,
				"--cajun.transport.advertised-host=" + name + ".test");
	}

}
