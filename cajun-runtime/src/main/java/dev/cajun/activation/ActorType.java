package dev.cajun.activation;

import java.lang.invoke.MethodType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;

import dev.cajun.ActorId;
import dev.cajun.Persistence;
import dev.cajun.Placement;
import dev.cajun.UnknownMessageTypeException;
import dev.cajun.serialization.MessageType;
import dev.cajun.serialization.TypeRegistry;
import dev.cajun.time.Durations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An actor type on a running node: its definition with everything resolved that a message
 * should not have to look up.
 * <p>
 * Thread-safe.
 */
public final class ActorType {

	private final ActorDefinition definition;

	private final TypeRegistry types;

	private final TypeStatistics statistics = new TypeStatistics();

	private final Logger logger;

	private final boolean mutableState;

	private final long passivateAfterNanos;

	private final long askTimeoutNanos;

	private final long slowAfterNanos;

	private final boolean needsLease;

	/**
	 * Resolves a definition.
	 * @param definition the definition
	 * @param types the registry that holds its types
	 */
	public ActorType(ActorDefinition definition, TypeRegistry types) {
		this.definition = definition;
		this.types = types;
		this.mutableState = !types.immutableState(definition.type());
		this.logger = LoggerFactory.getLogger(definition.handler().getClass());
		this.passivateAfterNanos = Durations.nanos(definition.settings().passivateAfter());
		this.askTimeoutNanos = Durations.nanos(definition.settings().askTimeout());
		this.slowAfterNanos = Durations.nanos(definition.settings().slowAfter());
		this.needsLease = !isPersistent() && definition.settings().placement() != Placement.LOCAL;
	}

	/**
	 * The name.
	 * @return the actor type
	 */
	public String name() {
		return this.definition.type();
	}

	/**
	 * What was registered.
	 * @return the definition
	 */
	public ActorDefinition definition() {
		return this.definition;
	}

	/**
	 * The settings.
	 * @return the settings
	 */
	public ActorSettings settings() {
		return this.definition.settings();
	}

	/**
	 * The figures of this type on this node.
	 * @return live counters
	 */
	public TypeStatistics statistics() {
		return this.statistics;
	}

	/**
	 * The message classes.
	 * @return in the order declared
	 */
	public List<MessageType> messages() {
		return this.types.messages(name());
	}

	/**
	 * Whether the state type is treated as mutable.
	 * @return true for anything but records, enums, JDK values and collections of them
	 */
	public boolean isMutableState() {
		return this.mutableState;
	}

	/**
	 * Whether its actors may run only while their node can prove its lease: no fence
	 * stops what stores nothing.
	 * @return true for volatile actors, but those that live on every node
	 */
	public boolean needsLease() {
		return this.needsLease;
	}

	/**
	 * The default timeout of asks.
	 * @return nanoseconds
	 */
	public long askTimeoutNanos() {
		return this.askTimeoutNanos;
	}

	/**
	 * How long a handler may be at one message until that is made known.
	 * @return nanoseconds
	 */
	public long slowAfterNanos() {
		return this.slowAfterNanos;
	}

	/**
	 * Finds the type of a message.
	 * @param receiver the actor it is for
	 * @param message the message
	 * @return its type
	 * @throws UnknownMessageTypeException if the class is not declared
	 */
	public MessageType messageType(ActorId receiver, Object message) {
		MessageType found = this.types.message(name(), message.getClass());
		if (found == null) {
			throw new UnknownMessageTypeException(
					"Actor " + receiver + " does not take " + message.getClass().getName() + "; actor type '" + name()
							+ "' takes " + messages().stream().map((type) -> type.type().getSimpleName()).toList());
		}
		return found;
	}

	/** The logical name of a message's class, for logs and events. */
	String messageName(Object message) {
		MessageType found = this.types.message(name(), message.getClass());
		return (found == null) ? message.getClass().getSimpleName() : found.name();
	}

	/**
	 * Whether anything is stored.
	 * @return false for {@link Persistence#NONE}
	 */
	public boolean isPersistent() {
		return settings().persistence() != Persistence.NONE;
	}

	boolean isJournaled() {
		return settings().persistence() == Persistence.EVENTS || settings().persistence() == Persistence.MESSAGES;
	}

	/** A message to an actor of this type was accepted and dropped. */
	public void countUndelivered() {
		this.statistics.undelivered.increment();
	}

	/**
	 * Whether the initial state must go through the codec to be as safe as a stored one.
	 */
	boolean copiesInitialState() {
		return this.mutableState || !isScalarRecord(this.definition.stateType());
	}

	/** Whether a decoded value may be this type's state: bytes name any declared type. */
	boolean isState(Object value) {
		return raw(this.definition.stateType()).isInstance(value);
	}

	/** Whether a decoded value may stand in this type's journal. */
	boolean isRecorded(Object value) {
		Type event = this.definition.eventType();
		return (event != null) ? raw(event).isInstance(value) : isMessage(value);
	}

	/** Whether a decoded value is a message of this type. */
	boolean isMessage(Object value) {
		return this.types.message(name(), value.getClass()) != null;
	}

	private static Class<?> raw(Type type) {
		Type raw = (type instanceof ParameterizedType parameterized) ? parameterized.getRawType() : type;
		return (raw instanceof Class<?> known) ? MethodType.methodType(known).wrap().returnType() : Object.class;
	}

	/** A record of primitives and strings has nothing in it that could be modified. */
	private static boolean isScalarRecord(Type state) {
		return state instanceof Class<?> type && type.isRecord() && Arrays.stream(type.getRecordComponents())
			.map(RecordComponent::getType)
			.allMatch((component) -> component.isPrimitive() || component == String.class || component.isEnum());
	}

	boolean journalsMessages() {
		return settings().persistence() == Persistence.MESSAGES;
	}

	Behavior behavior() {
		return this.definition.behavior();
	}

	long passivateAfterNanos() {
		return this.passivateAfterNanos;
	}

	Logger logger() {
		return this.logger;
	}

}
