package dev.cajun.spring.autoconfigure.redis;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The store in Redis. Where Redis is says {@code spring.data.redis}.
 *
 * @param keyPrefix What every key begins with.
 * @param replicas Replicas that must have a write before it is acknowledged, with
 * 'cajun.persistence.durability' 'replicated'.
 * @param connections Connections to each server, 1 to 64.
 * @param commandTimeout How long a command may take before its outcome is unknown.
 * @param queueSize Commands under way on one connection at most; more are refused.
 * @param unsafeSettings What to do about a server that may lose or evict data by its
 * settings.
 * @param placeTtl How long a killed process keeps others from the store in local mode.
 * @param create Whether an empty Redis becomes a new store; otherwise the start fails.
 */
@ConfigurationProperties("cajun.persistence.redis")
record RedisStoreProperties(@DefaultValue("cajun:") String keyPrefix, @DefaultValue("1") int replicas,
		@DefaultValue("4") int connections, @DefaultValue("2s") Duration commandTimeout,
		@DefaultValue("10000") int queueSize, @DefaultValue("refuse") UnsafeSettings unsafeSettings,
		@DefaultValue("10s") Duration placeTtl, @DefaultValue("true") boolean create) {

	RedisStoreProperties {
		require(replicas >= 1, "replicas must be at least 1, was " + replicas);
		require(connections >= 1 && connections <= 64, "connections must be 1 to 64, was " + connections);
		require(commandTimeout.compareTo(Duration.ofMillis(50)) >= 0,
				"command-timeout must be at least 50ms, was " + commandTimeout);
		require(queueSize >= 1, "queue-size must be at least 1, was " + queueSize);
		require(placeTtl.compareTo(Duration.ofSeconds(1)) >= 0, "place-ttl must be at least 1s, was " + placeTtl);
	}

	private static void require(boolean holds, String message) {
		if (!holds) {
			throw new IllegalArgumentException("cajun.persistence.redis." + message);
		}
	}

	/** What to do about a server that may lose or evict data by its settings. */
	enum UnsafeSettings {

		/** Do not start. */
		REFUSE,

		/** Say so in the log. */
		WARN

	}

	/** What a write survives: {@code cajun.persistence.durability}. */
	enum Durability {

		/** Redis acknowledged it. */
		ACK,

		/** Replicas have it, too. */
		REPLICATED,

		/** It is on the disk. */
		FSYNC

	}

}
