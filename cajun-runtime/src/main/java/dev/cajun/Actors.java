package dev.cajun;

/**
 * All actors of one type. In a Spring application there is one bean per {@code @Actor},
 * injected by its message type: {@code Actors<AccountCommand> accounts}.
 * <p>
 * Thread-safe.
 *
 * @param <M> the type of the actors' messages
 */
public interface Actors<M> {

	/**
	 * The actor type.
	 * @return its name
	 */
	String type();

	/**
	 * A reference to the actor with this key, whether or not it is active.
	 * @param key 1 to 512 bytes of UTF-8 without control characters
	 * @return a reference
	 * @throws IllegalArgumentException if the key breaks the syntax
	 */
	ActorRef<M> get(String key);

}
