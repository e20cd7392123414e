package dev.cajun.activation;

import java.lang.reflect.Type;
import java.util.Objects;

import dev.cajun.ActorId;
import dev.cajun.EventSourcedActor;
import dev.cajun.Persistence;
import dev.cajun.StatefulActor;
import org.jspecify.annotations.Nullable;

/**
 * One actor type: its name, its handler, its types and its settings. Immutable.
 */
public final class ActorDefinition {

	private final String type;

	private final Behavior behavior;

	private final Object handler;

	private final Type messageType;

	private final Type stateType;

	private final @Nullable Type eventType;

	private final ActorSettings settings;

	private ActorDefinition(String type, Behavior behavior, Object handler, Type messageType, Type stateType,
			@Nullable Type eventType, ActorSettings settings) {
		ActorId.checkType(type);
		boolean events = settings.persistence() == Persistence.EVENTS;
		if (events != (eventType != null)) {
			throw new IllegalArgumentException("Actor type '" + type + "': persistence " + settings.persistence()
					+ " does not fit " + (events ? "a StatefulActor; it needs an EventSourcedActor"
							: "an EventSourcedActor; it needs EVENTS"));
		}
		this.type = type;
		this.behavior = behavior;
		this.handler = handler;
		this.messageType = messageType;
		this.stateType = stateType;
		this.eventType = eventType;
		this.settings = settings;
	}

	/**
	 * An actor type with a {@link StatefulActor}.
	 * @param type its name
	 * @param handler its handler, shared by every id
	 * @param messageType the type of its messages
	 * @param stateType the type of its state
	 * @param settings any persistence but {@link Persistence#EVENTS}
	 * @param <S> the type of the state
	 * @param <M> the type of the messages
	 * @return a definition
	 * @throws IllegalArgumentException if the name or the settings do not fit
	 */
	public static <S, M> ActorDefinition stateful(String type, StatefulActor<S, M> handler, Type messageType,
			Type stateType, ActorSettings settings) {
		return new ActorDefinition(type, new StatefulBehavior<>(handler), handler, messageType, stateType, null,
				settings);
	}

	/**
	 * An actor type with an {@link EventSourcedActor}.
	 * @param type its name
	 * @param handler its handler, shared by every id
	 * @param commandType the type of its commands
	 * @param stateType the type of its state
	 * @param eventType the type of its events
	 * @param settings the persistence is {@link Persistence#EVENTS}
	 * @param <S> the type of the state
	 * @param <C> the type of the commands
	 * @param <E> the type of the events
	 * @return a definition
	 * @throws IllegalArgumentException if the name or the settings do not fit
	 */
	public static <S, C, E> ActorDefinition eventSourced(String type, EventSourcedActor<S, C, E> handler,
			Type commandType, Type stateType, Type eventType, ActorSettings settings) {
		return new ActorDefinition(type, new EventSourcedBehavior<>(handler), handler, commandType, stateType,
				Objects.requireNonNull(eventType), settings);
	}

	/**
	 * The name.
	 * @return the actor type
	 */
	public String type() {
		return this.type;
	}

	/**
	 * The handler given.
	 * @return a {@link StatefulActor} or an {@link EventSourcedActor}
	 */
	public Object handler() {
		return this.handler;
	}

	/**
	 * The type of the messages.
	 * @return a class or a parameterized type
	 */
	public Type messageType() {
		return this.messageType;
	}

	/**
	 * The type of the state.
	 * @return a class or a parameterized type
	 */
	public Type stateType() {
		return this.stateType;
	}

	/**
	 * The type of the events.
	 * @return a class or a parameterized type; {@code null} for a {@link StatefulActor}
	 */
	public @Nullable Type eventType() {
		return this.eventType;
	}

	/**
	 * The settings.
	 * @return the settings
	 */
	public ActorSettings settings() {
		return this.settings;
	}

	Behavior behavior() {
		return this.behavior;
	}

}
