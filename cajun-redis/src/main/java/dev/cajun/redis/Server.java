package dev.cajun.redis;

import java.util.List;
import java.util.stream.IntStream;

import io.lettuce.core.RedisURI;

/** One Redis server, or the master that sentinels know, and the connections to it. */
final class Server {

	private final RedisURI uri;

	private final String name;

	private final List<Link> links;

	Server(Connections connections, RedisURI uri) {
		this.uri = uri;
		this.name = name(uri);
		this.links = IntStream.range(0, connections.settings().connections())
			.mapToObj((i) -> new Link(connections, this))
			.toList();
	}

	/** Without user and password. */
	static String name(RedisURI uri) {
		if (uri.getSentinelMasterId() != null) {
			return "the master '" + uri.getSentinelMasterId() + "' of the sentinels "
					+ uri.getSentinels()
						.stream()
						.map((sentinel) -> sentinel.getHost() + ":" + sentinel.getPort())
						.toList();
		}
		return (uri.getSocket() != null) ? uri.getSocket() : uri.getHost() + ":" + uri.getPort();
	}

	RedisURI uri() {
		return this.uri;
	}

	List<Link> links() {
		return this.links;
	}

	Link link(int number) {
		return this.links.get(number % this.links.size());
	}

	@Override
	public String toString() {
		return this.name;
	}

}
