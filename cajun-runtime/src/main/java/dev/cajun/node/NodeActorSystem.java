package dev.cajun.node;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import dev.cajun.ActorSystem;
import dev.cajun.Actors;
import dev.cajun.UnknownActorTypeException;
import dev.cajun.activation.ActorType;
import dev.cajun.routing.Router;

/**
 * The actors as applications see them, once messages are taken: before the node says that
 * it is up, because the handlers of what wakes by itself use them too.
 */
record NodeActorSystem(String node, Map<String, ActorType> actorTypes, Router router) implements ActorSystem {

	@Override
	public <M> Actors<M> actors(Class<M> messages) {
		checkStarted();
		List<ActorType> fitting = this.actorTypes.values()
			.stream()
			.filter((type) -> raw(type.definition().messageType()) == messages)
			.toList();
		if (fitting.size() != 1) {
			throw new UnknownActorTypeException(
					(fitting.isEmpty() ? "No actor type takes " : "More than one actor type takes ")
							+ messages.getName() + "; there are " + describe());
		}
		return this.router.actors(fitting.get(0).name());
	}

	@Override
	public <M> Actors<M> actors(String type, Class<M> messages) {
		checkStarted();
		Actors<M> actors = this.router.actors(type);
		ActorType found = this.actorTypes.get(type);
		if (found == null || raw(found.definition().messageType()) != messages) {
			throw new UnknownActorTypeException(
					"Actor type '" + type + "' does not take " + messages.getName() + "; there are " + describe());
		}
		return actors;
	}

	private List<String> describe() {
		return this.actorTypes.values()
			.stream()
			.map((type) -> type.name() + " (" + type.definition().messageType().getTypeName() + ")")
			.toList();
	}

	private static Type raw(Type type) {
		return (type instanceof ParameterizedType parameterized) ? parameterized.getRawType() : type;
	}

	private void checkStarted() {
		if (!this.router.hasStarted()) {
			throw new IllegalStateException("The actor system was used before the node has started. Inject Actors<M>, "
					+ "or use the system from an ApplicationRunner");
		}
	}

	@Override
	public Set<String> types() {
		checkStarted();
		return new TreeSet<>(this.actorTypes.keySet());
	}

}
