package dev.cajun.serialization;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.UnknownActorTypeException;
import dev.cajun.serialization.SerializationException.Kind;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;

/**
 * The types that may appear in bytes: which classes, under which logical names. It is the
 * allow-list: a name that is not here is refused before any class is looked up.
 * <p>
 * Immutable and thread-safe; built once when the node starts. A class of an
 * {@linkplain Builder#allowPackage(String) allowed package} is added when it is first
 * met.
 */
public final class TypeRegistry {

	private final AllowedPackages allowed;

	private final TypeGraph graph;

	private final SizerFactory sizers;

	private final long sizeLimit;

	private final Function<ActorId, ActorRef<?>> refs;

	private final Map<String, ActorTypes> actors;

	private final Map<String, RecordType> byName;

	private final Map<Class<?>, RecordType> byClass;

	private final Map<Class<?>, MessageType> messages;

	private final Map<String, MessageType> requests;

	/** What the start-up check has to look at, with the words to name it. */
	private final Map<String, JavaType> roots;

	/** Classes of allowed packages that have been met as the type of a record. */
	private final Map<Class<?>, RecordType> admitted = new ConcurrentHashMap<>();

	private final Map<Class<?>, MessageType> admittedMessages = new ConcurrentHashMap<>();

	TypeRegistry(TypeRegistryAssembly assembly, Builder builder) {
		this.allowed = assembly.allowed();
		this.graph = assembly.graph();
		this.sizers = assembly.sizers();
		this.sizeLimit = builder.sizeLimit;
		this.refs = builder.refs;
		this.actors = Map.copyOf(assembly.actors());
		this.byName = Map.copyOf(assembly.byName());
		this.byClass = Map.copyOf(assembly.byClass());
		this.messages = Map.copyOf(assembly.messages());
		this.roots = new LinkedHashMap<>(assembly.roots());
		Map<String, MessageType> byRequest = new LinkedHashMap<>();
		assembly.messages().values().stream().filter(MessageType::request).forEach((m) -> byRequest.put(m.name(), m));
		this.requests = Map.copyOf(byRequest);
	}

	/**
	 * Starts a registry.
	 * @return a builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * The classes of the messages of an actor type, in the order of declaration.
	 * @param actorType the actor type
	 * @return concrete classes
	 * @throws UnknownActorTypeException if the actor type was not declared
	 */
	public List<MessageType> messages(String actorType) {
		return actor(actorType).messages();
	}

	/**
	 * Finds the declared class of a message. One hash lookup.
	 * @param actorType the actor type
	 * @param messageClass the class of the message
	 * @return the message type, or {@code null} if the actor type does not declare it
	 */
	public @Nullable MessageType message(String actorType, Class<?> messageClass) {
		MessageType found = this.messages.get(messageClass);
		if (found == null) {
			found = undeclared(actorType, messageClass);
		}
		return (found != null && found.actorTypes().contains(actorType)) ? found : null;
	}

	private @Nullable MessageType undeclared(String actorType, Class<?> messageClass) {
		Class<?> declaring = declaringClass(messageClass);
		if (declaring != messageClass) {
			return this.messages.get(declaring);
		}
		ActorTypes actor = this.actors.get(actorType);
		if (actor == null || !this.allowed.permits(actor.message().getRawClass(), messageClass)
				|| !TypeGraph.open(actor.message().getRawClass())) {
			return null;
		}
		RecordType type = recordType(messageClass);
		return (type != null) ? this.admittedMessages.computeIfAbsent(messageClass, (key) -> admit(type)) : null;
	}

	private MessageType admit(RecordType type) {
		Set<String> actorTypes = ConcurrentHashMap.newKeySet();
		for (ActorTypes actor : this.actors.values()) {
			Class<?> declared = actor.message().getRawClass();
			if (TypeGraph.open(declared) && declared.isAssignableFrom(type.type().getRawClass())) {
				actorTypes.add(actor.name());
			}
		}
		RecordType reply = TypeRegistryAssembly.reply(type);
		if (reply != null) {
			this.graph.visit(reply.type());
		}
		return new MessageType(type, Set.copyOf(actorTypes), reply, this.sizers.of(type.type()), this.sizeLimit);
	}

	/**
	 * Whether states of an actor type can be shared and compared by reference: the type
	 * is built only of records, enums, value types of the JDK, references to actors and
	 * collection interfaces of such. Arrays, concrete collection classes and other
	 * classes are mutable.
	 * @param actorType the actor type
	 * @return whether no state of it can change
	 * @throws UnknownActorTypeException if the actor type was not declared
	 */
	public boolean immutableState(String actorType) {
		return this.graph.immutable(actor(actorType).state());
	}

	/**
	 * The concrete classes of the application that can be reached from the declared
	 * types, for serializers that must register classes.
	 * @return the classes, in a stable order
	 */
	public Set<Class<?>> classes() {
		return this.graph.classes();
	}

	/**
	 * The types that a serializer has to write: messages, replies, events and states.
	 * @return each with the words that name it in texts, in the order of declaration
	 */
	public Map<String, Type> declaredTypes() {
		return Collections.unmodifiableMap(this.roots);
	}

	/**
	 * The classes that may stand for a declared type, so that a value of it must say
	 * which one it is.
	 * @param declared the declared class or interface
	 * @return concrete classes, in the order of declaration; none if the type stands for
	 * itself only
	 */
	public List<Class<?>> alternatives(Class<?> declared) {
		return this.graph.polymorphic(declared) ? this.graph.concreteClasses(declared) : List.of();
	}

	/**
	 * Whether {@link #alternatives(Class)} are not all: a class of an
	 * {@linkplain Builder#allowPackage(String) allowed package} may stand for the type
	 * too.
	 * @param declared the declared class or interface
	 * @return whether it, or an interface below it, is not sealed
	 */
	public boolean open(Class<?> declared) {
		return TypeGraph.open(declared);
	}

	/**
	 * Whether values of a type can never change, so that decoded collections in them
	 * should be unmodifiable.
	 * @param type a type that can be reached from the declared ones
	 * @return whether neither it nor anything in it can change
	 */
	public boolean immutable(Type type) {
		return this.graph.immutable(this.graph.types().constructType(type));
	}

	/**
	 * The logical name of a class.
	 * @param type one of {@link #classes()}
	 * @return what {@link dev.cajun.TypeName} says, or the simple name
	 */
	public String typeName(Class<?> type) {
		return LogicalName.of(type).name();
	}

	/**
	 * Makes the reference that stands for a decoded id.
	 * @param id the id
	 * @return a reference bound to this node
	 */
	public ActorRef<?> ref(ActorId id) {
		return this.refs.apply(id);
	}

	ActorTypes actor(String actorType) {
		ActorTypes actor = this.actors.get(actorType);
		if (actor == null) {
			throw new UnknownActorTypeException("Actor type '" + actorType
					+ "' is not declared on this node; declared are " + this.actors.keySet());
		}
		return actor;
	}

	/** How a value of this class is named in a record, if it may be in one. */
	@Nullable RecordType recordType(Class<?> type) {
		RecordType found = this.byClass.get(type);
		if (found != null) {
			return found;
		}
		Class<?> declaring = declaringClass(type);
		if (declaring != type) {
			return this.byClass.get(declaring);
		}
		RecordType known = this.admitted.get(type);
		return (known != null) ? known : admitRecord((base) -> this.allowed.permits(base, type) ? type : null);
	}

	/** The type of a record's payload by its name. */
	@Nullable RecordType recordType(String name) {
		RecordType found = this.byName.get(name);
		return (found != null) ? found : admitRecord((base) -> this.allowed.find(base, name));
	}

	private @Nullable RecordType admitRecord(Function<Class<?>, @Nullable Class<?>> find) {
		if (this.allowed.none()) {
			return null;
		}
		for (ActorTypes actor : this.actors.values()) {
			for (JavaType root : actor.roots()) {
				Class<?> type = TypeGraph.open(root.getRawClass()) ? find.apply(root.getRawClass()) : null;
				if (type != null) {
					JavaType specialized = this.graph.specialize(root, type);
					this.graph.visit(specialized);
					return this.admitted.computeIfAbsent(type,
							(key) -> new RecordType(key.getName(), LogicalName.versionOf(key), specialized));
				}
			}
		}
		return null;
	}

	/** How a state is named in a record, if it is one of this actor type. */
	@Nullable RecordType stateType(String actorType, Object state) {
		ActorTypes actor = actor(actorType);
		if (!actor.state().getRawClass().isInstance(state)) {
			return null;
		}
		if (ActorTypes.namedAfterActor(actor.state())) {
			return actor.stateRecords().get(actor.state().getRawClass());
		}
		RecordType declared = actor.stateRecords().get(declaringClass(state.getClass()));
		return (declared != null || !TypeGraph.open(actor.state().getRawClass())) ? declared
				: recordType(state.getClass());
	}

	/** The request of this name. */
	@Nullable MessageType request(String name) {
		MessageType found = this.requests.get(name);
		if (found != null || this.allowed.none()) {
			return found;
		}
		RecordType type = recordType(name);
		if (type == null) {
			return null;
		}
		for (ActorTypes actor : this.actors.values()) {
			MessageType message = message(actor.name(), type.type().getRawClass());
			if (message != null && message.request()) {
				return message;
			}
		}
		return null;
	}

	/** The types that upcasters can be for, by the name that they use. */
	Map<String, Set<RecordType>> upcastable() {
		Map<String, Set<RecordType>> types = new LinkedHashMap<>();
		this.byName.forEach((name, type) -> types.put(name, new LinkedHashSet<>(Set.of(type))));
		for (MessageType request : this.requests.values()) {
			RecordType reply = request.reply();
			if (reply != null) {
				types.computeIfAbsent(reply.name(), (key) -> new LinkedHashSet<>()).add(reply);
			}
		}
		return types;
	}

	/** The names that records can have, apart from those of allowed packages. */
	Set<String> names() {
		return this.byName.keySet();
	}

	boolean allowsPackages() {
		return !this.allowed.none();
	}

	TypeGraph graph() {
		return this.graph;
	}

	Map<String, JavaType> roots() {
		return this.roots;
	}

	/** The enum of a constant with a body, otherwise the class itself. */
	private static Class<?> declaringClass(Class<?> type) {
		Class<?> parent = type.getSuperclass();
		return (parent != null && parent.isEnum()) ? parent : type;
	}

	/** Collects the declared types of a node. Not thread-safe. */
	public static final class Builder {

		private static final long DEFAULT_SIZE_LIMIT = 16L * 1024 * 1024;

		private final List<String> packages = new ArrayList<>();

		private final List<TypeRegistryAssembly.Declaration> declarations = new ArrayList<>();

		private Function<ActorId, ActorRef<?>> refs = (id) -> {
			throw new SerializationException(Kind.UNREADABLE, "Nothing here can make a reference to " + id);
		};

		private long sizeLimit = DEFAULT_SIZE_LIMIT;

		private Builder() {
		}

		/**
		 * Lets the classes of a package, and of those below it, stand for declared types
		 * that are interfaces or abstract classes and not sealed. Such a class has its
		 * full class name in bytes, whatever its {@code @TypeName} says: another node
		 * could not find it by another name.
		 * @param prefix the name of a package
		 * @return this builder
		 */
		public Builder allowPackage(String prefix) {
			this.packages.add(prefix);
			return this;
		}

		/**
		 * Declares an actor type.
		 * @param actorType its name
		 * @param messageType the type of its messages
		 * @param stateType the type of its state
		 * @param eventType the type of its events, or {@code null}
		 * @return this builder
		 */
		public Builder actor(String actorType, Type messageType, Type stateType, @Nullable Type eventType) {
			this.declarations.add(new TypeRegistryAssembly.Declaration(actorType, messageType, stateType, eventType));
			return this;
		}

		/**
		 * Sets what makes references while values are decoded. Without it, values with
		 * references cannot be decoded.
		 * @param refs gives the reference to an id
		 * @return this builder
		 */
		public Builder refs(Function<ActorId, ActorRef<?>> refs) {
			this.refs = refs;
			return this;
		}

		/**
		 * Sets where {@link MessageType#size(Object)} stops counting: the result is then
		 * larger than this.
		 * @param bytes from 1; default 16 MiB
		 * @return this builder
		 */
		public Builder sizeLimit(long bytes) {
			if (bytes < 1 || bytes > Integer.MAX_VALUE) {
				throw new IllegalArgumentException("The size limit is " + bytes + ": expected 1 to 2147483647 bytes");
			}
			this.sizeLimit = bytes;
			return this;
		}

		/**
		 * Resolves everything.
		 * @return the registry
		 * @throws SerializationException if two classes have one name, a type says
		 * nothing concrete, or the type of a reply is not known; the text names actor
		 * type and class
		 * @throws IllegalArgumentException if an allowed package is none of the
		 * application's
		 */
		public TypeRegistry build() {
			AllowedPackages allowed = new AllowedPackages(this.packages);
			TypeRegistryAssembly assembly = new TypeRegistryAssembly(allowed, this.sizeLimit);
			assembly.assemble(this.declarations);
			return new TypeRegistry(assembly, this);
		}

	}

}
