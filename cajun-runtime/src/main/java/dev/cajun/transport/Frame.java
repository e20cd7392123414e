package dev.cajun.transport;

/**
 * Consecutive messages of one stream, as they go over a connection. One without messages
 * asks for an acknowledgement, and says which number comes next.
 *
 * @param first the number of the first message; a stream counts from 1
 * @param messages the messages, which nobody changes
 */
public record Frame(long first, byte[][] messages) {

	private static final byte[][] NOTHING = {};

	/**
	 * A frame without messages.
	 * @param next the number of the message that comes next
	 * @return the frame
	 */
	static Frame heartbeat(long next) {
		return new Frame(next, NOTHING);
	}

}
