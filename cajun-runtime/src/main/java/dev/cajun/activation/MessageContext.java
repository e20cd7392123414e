package dev.cajun.activation;

import java.util.Map;

/**
 * What crosses from a sender's thread to a handler's on another node beside the message:
 * the diagnostic context, a trace.
 * <p>
 * Thread-safe.
 */
public interface MessageContext {

	/**
	 * What the keys of a trace begin with, which travels in the same map; they are none
	 * of the diagnostic context's.
	 */
	String TRACE = "trace:";

	/**
	 * What goes with a message that leaves this thread for another node.
	 * @return the context; empty when there is none
	 */
	Map<String, String> capture();

	/**
	 * Makes a context this thread's while a message is handled.
	 * @param context what was captured, perhaps by another version of this library
	 * @return ends it, on the same thread
	 */
	Scope open(Map<String, String> context);

	/** A context that is open. */
	@FunctionalInterface
	interface Scope extends AutoCloseable {

		@Override
		void close();

	}

}
