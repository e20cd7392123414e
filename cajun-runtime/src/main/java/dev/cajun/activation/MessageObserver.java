package dev.cajun.activation;

import java.util.Map;

import dev.cajun.ActorId;

/**
 * Watches messages for a tracing system: what is current where a message is sent goes
 * along with it, to another node too, and is continued where it is handled. Each message
 * and each attempt to handle it is told of once.
 * <p>
 * Called on the threads that send and handle messages; must neither block nor throw.
 * Thread-safe.
 */
public interface MessageObserver {

	/**
	 * A message is sent that nobody waits for.
	 * @param receiver who it is for
	 * @param messageType the name of the message's type
	 * @return what goes along with the message to identify its trace; empty when there is
	 * none
	 */
	Map<String, String> tell(ActorId receiver, String messageType);

	/**
	 * A request is sent.
	 * @param receiver who is asked
	 * @param messageType the name of the request's type
	 * @return the request until its answer
	 */
	Asking ask(ActorId receiver, String messageType);

	/**
	 * A handler is about to run on this thread.
	 * @param actor whose
	 * @param messageType the name of the message's type
	 * @param trace what came with the message; empty when nothing did
	 * @return the run of the handler, closed on the same thread
	 */
	Handling handle(ActorId actor, String messageType, Map<String, String> trace);

	/** A request that waits for its answer. */
	interface Asking {

		/**
		 * What goes along with the request.
		 * @return what identifies the trace
		 */
		Map<String, String> trace();

		/** The answer is there; called once, on any thread. */
		void answered();

		/**
		 * There is no answer; called once, on any thread.
		 * @param error why
		 */
		void failed(Throwable error);

	}

	/** A run of a handler. */
	interface Handling extends AutoCloseable {

		/**
		 * The handler threw.
		 * @param error what
		 */
		void failed(Throwable error);

		/** The handler has returned or thrown. */
		@Override
		void close();

	}

}
