package dev.cajun.spring.autoconfigure;

import dev.cajun.ActorRef;
import dev.cajun.ActorSystem;
import dev.cajun.Actors;
import org.jspecify.annotations.Nullable;

/**
 * The actors of one type, found in the actor system at first use: this may be injected
 * long before the system has started.
 *
 * @param <M> the type of the actors' messages
 */
class DefaultActors<M> implements Actors<M> {

	private final ActorSystem system;

	private final String type;

	private final Class<M> messages;

	/** What the system gave; the same for every caller, so a race is harmless. */
	private volatile @Nullable Actors<M> actors;

	DefaultActors(ActorSystem system, String type, Class<M> messages) {
		this.system = system;
		this.type = type;
		this.messages = messages;
	}

	@Override
	public String type() {
		return this.type;
	}

	@Override
	public ActorRef<M> get(String key) {
		Actors<M> actors = this.actors;
		if (actors == null) {
			actors = this.system.actors(this.type, this.messages);
			this.actors = actors;
		}
		return actors.get(key);
	}

	@Override
	public String toString() {
		return "Actors of type '" + this.type + "' (" + this.messages.getSimpleName() + ")";
	}

}
