package dev.cajun.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.lettuce.core.RedisURI;
import org.awaitility.Awaitility;

/** A Redis Cluster of three masters on this machine. */
final class RedisCluster implements AutoCloseable {

	private static final int SLOTS = 16384;

	private static final int MASTERS = 3;

	private final List<RedisServer> masters = new ArrayList<>();

	private RedisCluster() {
	}

	static RedisCluster start() {
		RedisCluster cluster = new RedisCluster();
		for (int i = 0; i < MASTERS; i++) {
			RedisServer server = RedisServer.start("--cluster-enabled", "yes", "--cluster-port",
					String.valueOf(RedisServer.freePort()), "--cluster-node-timeout", "2000", "--cluster-config-file",
					"nodes.conf");
			cluster.masters.add(server);
			server.ask("CLUSTER", "ADDSLOTSRANGE", String.valueOf(SLOTS * i / MASTERS),
					String.valueOf(SLOTS * (i + 1) / MASTERS - 1));
			server.ask("CLUSTER", "SET-CONFIG-EPOCH", String.valueOf(i + 1));
		}
		RedisServer first = cluster.masters.getFirst();
		for (RedisServer other : cluster.masters.subList(1, MASTERS)) {
			first.ask("CLUSTER", "MEET", "127.0.0.1", String.valueOf(other.port()), other.clusterPort());
		}
		cluster.awaitOk();
		return cluster;
	}

	/** Waits until every node says that all slots are served. */
	void awaitOk() {
		Awaitility.await("Redis Cluster")
			.atMost(Duration.ofSeconds(60))
			.until(() -> this.masters.stream().allMatch((server) -> {
				String info = String.valueOf(server.ask("CLUSTER", "INFO"));
				return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:" + MASTERS)
						&& info.contains("cluster_size:" + MASTERS);
			}));
	}

	List<RedisServer> masters() {
		return this.masters;
	}

	/** The master that serves a key. */
	RedisServer masterOf(String key) {
		int slot = ((Long) this.masters.getFirst().ask("CLUSTER", "KEYSLOT", key)).intValue();
		for (int i = 0; i < MASTERS; i++) {
			if (slot < SLOTS * (i + 1) / MASTERS) {
				return this.masters.get(i);
			}
		}
		throw new IllegalStateException("Slot " + slot);
	}

	List<RedisURI> uris() {
		return this.masters.stream().map(RedisServer::uri).toList();
	}

	@Override
	public void close() {
		this.masters.forEach(RedisServer::close);
	}

}
