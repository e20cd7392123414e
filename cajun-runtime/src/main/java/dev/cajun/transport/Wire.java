package dev.cajun.transport;

/**
 * Makes connections, for {@link Links}: what differs from one transport to the next. A
 * connection may lose, repeat and reorder frames, as long as it does not change them; the
 * links make up for it.
 */
public interface Wire {

	/**
	 * Begins to connect every stream of a link. Called on the link's thread; does not
	 * block.
	 * @param hellos what this process says, for each stream
	 * @param peer the process to connect to
	 * @param events hears what becomes of it, on the link's thread, never within this
	 * call
	 * @return the connection, usable once it is opened
	 */
	Connection connect(Hello[] hellos, Transport.Peer peer, Events events);

	/** Carries frames to one process. Used on the link's thread only. */
	interface Connection {

		/**
		 * Whether more can be sent without its being buffered here.
		 * @param stream the stream
		 * @return {@code false} to wait for {@link Events#ready()}
		 */
		boolean isReady(int stream);

		/**
		 * Sends a frame.
		 * @param stream the stream
		 * @param frame the frame
		 */
		void send(int stream, Frame frame);

		/**
		 * Ends the connection, and its events. Idempotent.
		 * @param reason for the log of whoever looks into the wire
		 */
		void close(String reason);

	}

	/** What happens to a connection. */
	interface Events {

		/**
		 * The process has accepted every stream.
		 * @param expected for each stream the number of the message that it expects next
		 */
		void opened(long[] expected);

		/** More can be sent. */
		void ready();

		/**
		 * Messages have arrived.
		 * @param stream the stream
		 * @param next the number of the message that is expected next
		 */
		void acknowledged(int stream, long next);

		/**
		 * The process wants no connection.
		 * @param refusal why
		 * @param reason why, for people
		 */
		void refused(Refusal refusal, String reason);

		/**
		 * The connection is gone, or was not made.
		 * @param reason why
		 */
		void closed(String reason);

	}

	/**
	 * What a process says when it connects a stream.
	 *
	 * @param cluster its cluster
	 * @param from itself
	 * @param target the boot id of the process that it means
	 * @param session the session of its link, higher than that of any link it had before
	 * @param stream the stream, from 0
	 * @param first the number of its first message that is not acknowledged
	 */
	record Hello(String cluster, Transport.Peer from, String target, long session, int stream, long first) {

	}

}
