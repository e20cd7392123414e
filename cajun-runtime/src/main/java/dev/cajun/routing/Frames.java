package dev.cajun.routing;

import dev.cajun.Delivery;

/**
 * The first byte of what one process sends another, which says what it is. 0 to 63 belong
 * to this package; 64 to 127 to whoever decides about ownership. The second byte is the
 * version of the layout. Numbers are LEB128 varints, texts UTF-8 behind their length.
 */
final class Frames {

	/** The layout that is written; a newer one is refused by whoever does not know it. */
	static final byte VERSION = 1;

	/** The first kind that is not this package's. */
	static final byte FIRST_FOREIGN = 64;

	static final byte TELL = 1;

	static final byte ASK = 2;

	static final byte NUMBERED_TELL = 3;

	/** The answer to a request: by its number. */
	static final byte REPLY = 4;

	static final byte FAILURE = 5;

	/** A guaranteed tell was handled, and that is durable. */
	static final byte HANDLED = 6;

	/** A guaranteed tell was not taken. */
	static final byte REFUSED = 7;

	/** A message that had no effect goes back to where it came from. */
	static final byte RETURNED = 8;

	/** Asks for everything of a shard that was not run. */
	static final byte FLUSH = 9;

	/** Everything that was not run has gone back. */
	static final byte FLUSHED = 10;

	/** A receiver may forget the number of a sender. */
	static final byte SETTLED = 11;

	/** Asks what has become of a request. */
	static final byte INQUIRY = 12;

	static final byte WHEREABOUTS = 13;

	/** A volatile timer of an actor that moves. */
	static final byte TIMER = 14;

	private Frames() {
	}

	static int code(Delivery delivery) {
		return switch (delivery) {
			case AT_MOST_ONCE -> 0;
			case AT_LEAST_ONCE -> 1;
			case EXACTLY_ONCE -> 2;
		};
	}

	static Delivery delivery(int code) {
		return switch (code) {
			case 0 -> Delivery.AT_MOST_ONCE;
			case 1 -> Delivery.AT_LEAST_ONCE;
			case 2 -> Delivery.EXACTLY_ONCE;
			default -> throw new IllegalArgumentException("No guarantee of delivery: " + code);
		};
	}

}
