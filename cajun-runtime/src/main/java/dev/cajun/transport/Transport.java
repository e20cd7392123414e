package dev.cajun.transport;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Carries messages between the processes of one cluster. A link belongs to a pair of
 * processes, told apart by their boot ids, and not to a connection: it survives
 * reconnects, sends again what was not acknowledged, and drops what it received before,
 * so that within one stream of a link every message is received once, in order, for as
 * long as both processes live and neither gives the link up.
 * <p>
 * Thread-safe. No method blocks.
 */
public interface Transport extends AutoCloseable {

	/**
	 * Opens the port. Called once, before anything else.
	 * @param self this process
	 * @param receiver is given what arrives
	 * @return where this process is reached; fails with a {@link TransportException} that
	 * names the port, or the setting, and what to do
	 */
	CompletionStage<Address> start(Self self, Receiver receiver);

	/**
	 * The link to a process. There is one for each boot id; asking again gives the same.
	 * One that was given up, here or by the peer, is given until it has reported what
	 * became of every message; after that, asking gives a new one, which begins a session
	 * of its own: of the former, nothing is received any more. A link connects when the
	 * first message is sent.
	 * @param peer the process
	 * @return the link
	 */
	Link link(Peer peer);

	/**
	 * Asks whether a process is there, on a connection of its own, and past every circuit
	 * breaker. The answer comes from the receiving process's dispatcher, not from its
	 * network threads.
	 * @param address where to ask
	 * @param timeout how long to wait
	 * @return what was found; does not fail
	 */
	CompletionStage<Probe> probe(Address address, Duration timeout);

	/**
	 * A name for logs and health, such as {@code grpc (10.0.0.7:7400)}.
	 * @return the name
	 */
	String description();

	/**
	 * Whether others than this machine can read what is sent: it listens beyond the
	 * loopback address, and nothing is encrypted.
	 * @return false for what does not leave the process, and before the start
	 */
	default boolean isPlaintext() {
		return false;
	}

	/**
	 * What was done since the start.
	 * @return the counters of every link
	 */
	TransportStatistics statistics();

	/**
	 * Gives up every link and closes the port. Idempotent. Blocks for at most two
	 * seconds.
	 */
	@Override
	void close();

	/**
	 * This process, as its peers get to know it.
	 *
	 * @param cluster the cluster's name; other clusters are refused
	 * @param node the node's name
	 * @param bootId 128 random bits in hexadecimal digits, new at every start
	 */
	record Self(String cluster, String node, String bootId) {

	}

	/**
	 * Another process.
	 *
	 * @param node its node's name
	 * @param bootId its boot id
	 * @param address where it is reached
	 */
	record Peer(String node, String bootId, Address address) {

	}

	/**
	 * What a probe found.
	 */
	sealed interface Probe {

		/** Somebody of this cluster answered. */
		record Reached(String node, String bootId) implements Probe {
		}

		/**
		 * The connection was refused or reset, or whoever answered is of another cluster:
		 * no process of this cluster is there.
		 */
		record Refused(String reason) implements Probe {
		}

		/** Nothing was heard in time, which says nothing. */
		record Silent(String reason) implements Probe {
		}

	}

	/** Is given what arrives. */
	interface Receiver {

		/**
		 * A message arrived. Called in the order of the stream, by one thread at a time
		 * for each stream of each link; must not block. The message is acknowledged when
		 * this returns; an exception closes the connection, and the message comes again.
		 * @param from the sending process; its address may be unknown here
		 * @param stream the stream, from 0
		 * @param message the bytes, which the receiver may keep
		 */
		void received(Peer from, int stream, byte[] message);

		/**
		 * Runs what answers a probe, where handlers run: a process whose actors do not
		 * get a thread must not seem alive.
		 * @param answer sends the answer
		 */
		void probed(Runnable answer);

	}

}
