package dev.cajun.routing;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.Actors;
import dev.cajun.Placement;
import dev.cajun.activation.ActorType;

/** The actors of one type. */
record RoutedActors<M>(NodeHost host, ActorType actorType) implements Actors<M> {

	@Override
	public String type() {
		return this.actorType.name();
	}

	@Override
	public ActorRef<M> get(String key) {
		if (this.actorType.settings().placement() == Placement.SINGLETON && !key.equals(Placement.SINGLETON_KEY)) {
			throw new IllegalArgumentException("Actor type '" + type() + "' is a singleton: its only key is '"
					+ Placement.SINGLETON_KEY + "', was '" + key + "'");
		}
		return new RoutedRef<>(this.host, this.actorType, new ActorId(type(), key));
	}

}
