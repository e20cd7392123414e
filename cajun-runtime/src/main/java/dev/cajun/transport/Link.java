package dev.cajun.transport;

import org.jspecify.annotations.Nullable;

/**
 * The way to one process.
 * <p>
 * Thread-safe; nothing blocks.
 */
public interface Link {

	/**
	 * The process at the other end.
	 * @return the peer
	 */
	Transport.Peer peer();

	/**
	 * How many streams the link has. Messages of one stream keep their order; what one
	 * actor is sent goes through one stream.
	 * @return at least 1, the same on every link
	 */
	int streams();

	/**
	 * Queues a message.
	 * @param stream the stream, from 0
	 * @param parcel the message; hears what becomes of it, unless it is refused here
	 * @return what was done
	 */
	Sent send(int stream, Parcel parcel);

	/**
	 * Gives the link up: whatever is not acknowledged is reported lost, and nothing more
	 * is sent over it, nor received of what the peer has sent until now. A later link to
	 * the process, and a later one of the process to this, begin anew. Idempotent.
	 * @param reason for logs and errors
	 */
	void giveUp(String reason);

	/**
	 * Whether messages flow.
	 * @return {@code null} when connected, or not needed yet; else why not
	 */
	@Nullable String trouble();

	/** What was done with a message. */
	enum Sent {

		/** It is queued; its parcel hears more. */
		QUEUED,

		/** The queue is full; nothing was done. */
		FULL,

		/** The circuit breaker is open: the peer could not be reached for a while. */
		BROKEN,

		/** The message is larger than the transport carries; others are not concerned. */
		TOO_LARGE,

		/** The link was given up. */
		CLOSED

	}

	/**
	 * One message on its way. Exactly one of the two callbacks is called, once, on any
	 * thread; neither may block.
	 */
	interface Parcel {

		/**
		 * The message.
		 * @return the bytes, which nobody changes
		 */
		byte[] bytes();

		/** The peer's receiver has it. */
		void acknowledged();

		/**
		 * The link was given up, or the peer's process is another one.
		 * @param maybeReceived false when the peer certainly never received it
		 */
		void lost(boolean maybeReceived);

	}

}
