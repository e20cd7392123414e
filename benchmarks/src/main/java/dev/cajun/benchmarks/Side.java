package dev.cajun.benchmarks;

import java.util.Locale;

/** Who does the work. */
enum Side {

	/** This project with actors that store nothing, as the peer's. */
	PROJECT,

	/** This project with stored state on the embedded store, durability {@code ack}. */
	STATE,

	/** The same with durability {@code fsync}. */
	FSYNC,

	/** The same on a Redis of its own, durability {@code ack}. */
	REDIS,

	/** A script that does the least, called through Lettuce. */
	LETTUCE,

	/** That script, called by {@code redis-benchmark}. */
	SERVER,

	/** Apache Pekko Cluster Sharding. */
	PEER,

	/** This project with actors that store nothing on another node, asked over gRPC. */
	REMOTE,

	/** Apache Pekko Cluster Sharding with entities on another node, asked over Artery. */
	REMOTE_PEER,

	/** Another process that only answers, asked over one stream of gRPC. */
	STREAM,

	/** This project as four nodes, with stored state on a Redis of its own. */
	FAILOVER,

	/** Apache Pekko Cluster Sharding as four nodes, with its defaults. */
	FAILOVER_PEER,

	/** This project as three nodes, with actors that store nothing. */
	DRAIN,

	/** The same with stored state on a Redis of its own. */
	DRAIN_STATE,

	/** Apache Pekko Cluster Sharding as three nodes, with its defaults. */
	DRAIN_PEER,

	/** A queue, a virtual thread and a future. */
	BARE;

	/** The name on the command line and in the output. */
	String label() {
		return name().toLowerCase(Locale.ROOT);
	}

	static Side of(String label) {
		return valueOf(label.toUpperCase(Locale.ROOT));
	}

}
