package dev.cajun.redis;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

import dev.cajun.store.StoreException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a server before a connection to it is used: is it a master, of a version that
 * fits, with settings that keep data, and with the store that was opened? Loads the
 * scripts on the way.
 */
final class ServerChecks {

	private static final Logger logger = LoggerFactory.getLogger(ServerChecks.class);

	private final RedisStoreSettings settings;

	private final byte[] metaKey;

	private final Set<String> warned = ConcurrentHashMap.newKeySet();

	/** The store that was opened; {@code null} until then. */
	private volatile @Nullable String storeId;

	ServerChecks(RedisStoreSettings settings, byte[] metaKey) {
		this.settings = settings;
		this.metaKey = metaKey;
	}

	void opened(String id) {
		this.storeId = id;
	}

	/** Checks, and answers the id of the server's run. */
	CompletionStage<String> check(StatefulRedisConnection<byte[], byte[]> connection, Server server, byte[] info) {
		Map<String, String> facts = facts(new ByteReader(info).text());
		String version = facts.getOrDefault("redis_version", "unknown");
		if (!"0".equals(facts.getOrDefault("loading", "0"))) {
			throw refusal(server, "is still reading its data", "wait until it is done", null);
		}
		if (!"master".equals(facts.get("role"))) {
			throw refusal(server, "is a replica", "configure the address of the master, or wait for the failover",
					null);
		}
		if (!isAtLeast(version, 7, 0)) {
			throw unsuitable(server, "has version " + version, "use Redis 7.0 or newer", null);
		}
		if (this.settings.durability() instanceof RedisDurability.Fsync && !isAtLeast(version, 7, 2)) {
			throw unsuitable(server, "has version " + version + ", which cannot wait for the disk",
					"durability 'fsync' needs Redis 7.2 or newer; use that, or another durability", null);
		}
		RedisAsyncCommands<byte[], byte[]> commands = connection.async();
		return configuration(commands, server).thenCompose((checked) -> loadScripts(commands))
			.thenCompose((loaded) -> checkStore(commands, server))
			.thenApply((same) -> Objects.requireNonNull(facts.get("run_id")));
	}

	private static Map<String, String> facts(String info) {
		Map<String, String> facts = new ConcurrentHashMap<>();
		info.lines().forEach((line) -> {
			int colon = line.indexOf(':');
			if (colon > 0) {
				facts.put(line.substring(0, colon), line.substring(colon + 1).strip());
			}
		});
		return facts;
	}

	static boolean isAtLeast(String version, int major, int minor) {
		String[] numbers = version.split("\\.", -1);
		try {
			int first = Integer.parseInt(numbers[0]);
			return first > major
					|| (first == major && ((numbers.length > 1) ? Integer.parseInt(numbers[1]) : 0) >= minor);
		}
		catch (NumberFormatException ex) {
			return true;
		}
	}

	private CompletionStage<Boolean> configuration(RedisAsyncCommands<byte[], byte[]> commands, Server server) {
		return commands.configGet("maxmemory-policy", "maxmemory", "appendonly").handle((found, ex) -> {
			if (ex != null) {
				// Managed services do not show it
				warn("Redis at " + server + " does not show its configuration (" + ex.getMessage()
						+ "): see to it that maxmemory-policy is noeviction and appendonly is yes");
				return true;
			}
			check(server, found);
			return true;
		});
	}

	private void check(Server server, Map<String, String> found) {
		String policy = found.getOrDefault("maxmemory-policy", "noeviction");
		if (!policy.equals("noeviction")) {
			unsafe(server, "may throw actors away: its maxmemory-policy is " + policy,
					"set maxmemory-policy to noeviction");
		}
		if (!found.getOrDefault("appendonly", "yes").equals("yes")) {
			boolean fsync = this.settings.durability() instanceof RedisDurability.Fsync;
			unsafe(server, "forgets acknowledged writes when it ends: appendonly is no",
					fsync ? "set appendonly to yes" : "set appendonly to yes, or accept the loss");
		}
	}

	private void unsafe(Server server, String what, String remedy) {
		if (this.settings.refuseUnsafe() && this.storeId == null) {
			throw unsuitable(server, what,
					remedy + "; to use it as it is, let unsafe settings be warned about instead of refused", null);
		}
		warn("Redis at " + server + " " + what + "; " + remedy);
	}

	private void warn(String text) {
		if (this.warned.add(text)) {
			logger.warn("{}", text);
		}
	}

	private static CompletableFuture<Void> loadScripts(RedisAsyncCommands<byte[], byte[]> commands) {
		return CompletableFuture.allOf(Arrays.stream(Script.values())
			.map((script) -> commands.scriptLoad(script.source()).toCompletableFuture())
			.toArray(CompletableFuture<?>[]::new));
	}

	/** Is it still the store that was opened? */
	private CompletionStage<Boolean> checkStore(RedisAsyncCommands<byte[], byte[]> commands, Server server) {
		String opened = this.storeId;
		if (opened == null) {
			return CompletableFuture.completedFuture(true);
		}
		return commands.hget(this.metaKey, Creation.STORE_ID).handle((found, ex) -> {
			if (ex != null) {
				Failure failure = Failure.of(ex);
				if (failure == Failure.MOVED) {
					return true;
				}
				throw notConnected(server, ex);
			}
			if (found == null || !new ByteReader(found).text().equals(opened)) {
				throw new StoreException(StoreException.Kind.FOREIGN,
						"Redis at " + server + " does not hold the store that was opened ("
								+ ((found == null) ? "it is empty, or another database"
										: "it holds store " + new ByteReader(found).text())
								+ ", expected store " + opened
								+ "). Nothing is served: restore its data, or see which server answers there",
						null);
			}
			return true;
		});
	}

	/** A server that must not be used: waiting does not help, unless it is changed. */
	private StoreException unsuitable(Object server, String what, String remedy, @Nullable Throwable cause) {
		return refusal((this.storeId == null) ? StoreException.Kind.UNSUITABLE : StoreException.Kind.NOT_APPLIED,
				server, what, remedy, cause);
	}

	private static StoreException refusal(Object server, String what, String remedy, @Nullable Throwable cause) {
		return refusal(StoreException.Kind.NOT_APPLIED, server, what, remedy, cause);
	}

	private static StoreException refusal(StoreException.Kind kind, Object server, String what, String remedy,
			@Nullable Throwable cause) {
		return new StoreException(kind,
				"The Redis store cannot use Redis at " + server + ": it " + what + ". To do: " + remedy, cause);
	}

	/** What to tell whoever wanted the connection. */
	StoreException notConnected(Object server, Throwable cause) {
		for (Throwable ex = cause; ex != null; ex = ex.getCause()) {
			if (ex instanceof StoreException known) {
				return known;
			}
		}
		Failure failure = Failure.of(cause);
		if (failure != null) {
			return switch (failure) {
				case WRONGPASS, NOAUTH, NOPERM -> unsuitable(server, "refused the connection", failure.advice(), cause);
				default -> refusal(server, "refused the connection", failure.advice(), cause);
			};
		}
		Throwable root = cause;
		while (root.getCause() != null) {
			root = root.getCause();
		}
		String what = (root instanceof RedisCommandExecutionException) ? "refused the connection ("
				: "cannot be reached (";
		return refusal(server, what + root.getMessage() + ")",
				"start it, or correct its address, and see that nothing between blocks the port", cause);
	}

}
