package dev.cajun.spring.autoconfigure;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the state of actors lives.
 *
 * @param store The store; by default 'redis' in a cluster, else 'embedded'.
 * @param durability What a write survives.
 * @param embedded The store in files of this machine.
 */
@ConfigurationProperties("cajun.persistence")
record PersistenceProperties(@Nullable Store store, @DefaultValue("ack") Durability durability,
		@DefaultValue Embedded embedded) {

	/** The stores. */
	enum Store {

		/** Redis; where it is says {@code spring.data.redis}. */
		REDIS,

		/** Files in a directory of this machine. */
		EMBEDDED,

		/** The memory of this process: nothing survives it. */
		MEMORY

	}

	/** What a write survives. */
	enum Durability {

		/** The end of the application's process, however it ends. */
		ACK,

		/** Loss of the server, because replicas have the write, too. For Redis only. */
		REPLICATED,

		/** Loss of power as well. */
		FSYNC

	}

	/**
	 * The embedded store.
	 *
	 * @param directory Directory of the files, used by one process at a time.
	 */
	record Embedded(@DefaultValue("./cajun-data") Path directory) {

	}

}
