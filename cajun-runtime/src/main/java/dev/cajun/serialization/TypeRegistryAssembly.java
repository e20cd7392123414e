package dev.cajun.serialization;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.cajun.Request;
import dev.cajun.serialization.SerializationException.Kind;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;

/**
 * Resolves declared types into what a {@link TypeRegistry} holds. Used once, by one
 * thread.
 */
final class TypeRegistryAssembly {

	private final AllowedPackages allowed;

	private final TypeGraph graph;

	private final SizerFactory sizers;

	private final long sizeLimit;

	private final Map<String, ActorTypes> actors = new LinkedHashMap<>();

	private final Map<String, RecordType> byName = new LinkedHashMap<>();

	private final Map<Class<?>, RecordType> byClass = new LinkedHashMap<>();

	private final Map<Class<?>, MessageType> messages = new LinkedHashMap<>();

	private final Map<String, JavaType> roots = new LinkedHashMap<>();

	TypeRegistryAssembly(AllowedPackages allowed, long sizeLimit) {
		this.allowed = allowed;
		this.graph = new TypeGraph(allowed);
		this.sizers = new SizerFactory(this.graph);
		this.sizeLimit = sizeLimit;
	}

	void assemble(List<Declaration> declarations) {
		List<Resolved> all = declarations.stream().map(this::resolve).toList();
		Map<Class<?>, Set<String>> actorTypes = new LinkedHashMap<>();
		for (Resolved resolved : all) {
			for (Class<?> type : resolved.messageClasses()) {
				actorTypes.computeIfAbsent(type, (key) -> new LinkedHashSet<>()).add(resolved.name());
			}
		}
		for (Resolved resolved : all) {
			visitReplies(resolved);
		}
		this.graph.checkNames();
		for (Resolved resolved : all) {
			List<MessageType> types = new ArrayList<>();
			for (Class<?> type : resolved.messageClasses()) {
				types.add(message(resolved, type, Set.copyOf(actorTypes.getOrDefault(type, Set.of()))));
			}
			if (resolved.event() != null) {
				String what = "event of actor type " + resolved.name();
				for (Class<?> type : concrete(resolved.name(), "event", resolved.event())) {
					register(resolved.name(), type, this.graph.specialize(resolved.event(), type));
				}
				this.roots.put(what, resolved.event());
			}
			ActorTypes previous = this.actors.put(resolved.name(), new ActorTypes(resolved.name(), resolved.message(),
					resolved.state(), resolved.event(), List.copyOf(types), states(resolved)));
			if (previous != null) {
				throw failure(resolved.name(), "it is declared twice");
			}
		}
	}

	private Resolved resolve(Declaration declaration) {
		String name = declaration.actorType();
		JavaType message = construct(name, "message", declaration.messageType());
		JavaType state = construct(name, "state", declaration.stateType());
		JavaType event = (declaration.eventType() != null) ? construct(name, "event", declaration.eventType()) : null;
		return new Resolved(name, message, state, event, concrete(name, "message", message));
	}

	private JavaType construct(String actorType, String role, Type declared) {
		JavaType type = this.graph.types().constructType(declared);
		if (type.isJavaLangObject()
				|| !(declared instanceof Class<?> || declared instanceof java.lang.reflect.ParameterizedType
						|| declared instanceof java.lang.reflect.GenericArrayType || declared instanceof JavaType)) {
			throw failure(actorType, "its " + role + " type " + declared.getTypeName()
					+ " does not say what is to be read; use a record, a class or a sealed interface");
		}
		this.graph.visit(type);
		return type;
	}

	/** The classes that records of a declared message or event type can name. */
	private List<Class<?>> concrete(String actorType, String role, JavaType declared) {
		Class<?> raw = declared.getRawClass();
		boolean value = ValueTypes.leaf(raw) && !raw.isPrimitive() && raw != Void.class;
		if (declared.isContainerType() || declared.isReferenceType() || (ValueTypes.ofTheJdk(raw) && !value)) {
			throw failure(actorType, "its " + role + " type " + declared.toCanonical()
					+ " cannot be a message or event by itself; put it into a record");
		}
		List<Class<?>> classes = TypeGraph.declaredClasses(raw);
		if (TypeGraph.open(raw) && !value && this.allowed.none()) {
			throw failure(actorType,
					"its " + role + " type " + raw.getName() + " leaves open which classes there are; make it, and "
							+ "the interfaces below it, sealed, or set cajun.serialization.allowed-packages");
		}
		if (classes.isEmpty() && !TypeGraph.open(raw)) {
			throw failure(actorType, "its " + role + " type " + raw.getName() + " has no concrete class");
		}
		return classes;
	}

	private void visitReplies(Resolved resolved) {
		for (Class<?> type : resolved.messageClasses()) {
			JavaType reply = replyType(this.graph.specialize(resolved.message(), type));
			if (reply != null) {
				this.graph.visit(reply);
			}
		}
	}

	private MessageType message(Resolved resolved, Class<?> type, Set<String> actorTypes) {
		JavaType specialized = this.graph.specialize(resolved.message(), type);
		RecordType record = register(resolved.name(), type, specialized);
		this.roots.put("message " + record.name() + " of actor type " + resolved.name(), specialized);
		RecordType reply = reply(record);
		if (reply != null) {
			this.roots.put("reply to " + record.name() + " of actor type " + resolved.name(), reply.type());
		}
		return this.messages.computeIfAbsent(type,
				(key) -> new MessageType(record, actorTypes, reply, this.sizers.of(specialized), this.sizeLimit));
	}

	private Map<Class<?>, RecordType> states(Resolved resolved) {
		JavaType state = resolved.state();
		Class<?> raw = state.getRawClass();
		this.roots.put("state of actor type " + resolved.name(), state);
		if (ActorTypes.namedAfterActor(state)) {
			// A slash, so that no class can have the name.
			RecordType record = new RecordType(resolved.name() + "/state", LogicalName.versionOf(raw), state);
			this.byName.put(record.name(), record);
			return Map.of(raw, record);
		}
		Map<Class<?>, RecordType> records = new LinkedHashMap<>();
		for (Class<?> type : TypeGraph.declaredClasses(raw)) {
			records.put(type, register(resolved.name(), type, this.graph.specialize(state, type)));
		}
		if (TypeGraph.open(raw) && this.allowed.none()) {
			throw failure(resolved.name(), "its state type " + raw.getName() + " leaves open which classes there are; "
					+ "make it sealed, or set cajun.serialization.allowed-packages");
		}
		return Map.copyOf(records);
	}

	private RecordType register(String actorType, Class<?> type, JavaType resolved) {
		LogicalName name = LogicalName.of(type);
		RecordType record = new RecordType(name.name(), name.version(), resolved);
		RecordType other = this.byName.putIfAbsent(record.name(), record);
		if (other != null && !other.type().hasRawClass(type)) {
			throw failure(actorType, type.getName() + " and " + other.type().getRawClass().getName()
					+ " have one name, '" + record.name() + "'; name one of them with @TypeName");
		}
		if (other != null && !other.type().equals(resolved)) {
			throw failure(actorType, type.getName() + " is declared as " + resolved.toCanonical() + " and as "
					+ other.type().toCanonical() + "; a class in records has one set of type arguments");
		}
		this.byClass.putIfAbsent(type, record);
		return (other != null) ? other : record;
	}

	/** The type of the reply to a request; {@code null} if it is no request. */
	static @Nullable RecordType reply(RecordType request) {
		JavaType reply = replyType(request.type());
		if (reply == null) {
			return null;
		}
		Class<?> raw = reply.getRawClass();
		String name = ActorTypes.namedAfterActor(reply) ? request.name() + "/reply" : LogicalName.of(raw).name();
		return new RecordType(name, LogicalName.versionOf(raw), reply);
	}

	private static @Nullable JavaType replyType(JavaType message) {
		if (!message.isTypeOrSubTypeOf(Request.class)) {
			return null;
		}
		JavaType[] arguments = message.findTypeParameters(Request.class);
		if (arguments == null || arguments.length != 1 || arguments[0].isJavaLangObject()) {
			throw new SerializationException(Kind.NOT_SERIALIZABLE, "The reply type of " + message.toCanonical()
					+ " is not known; implement Request with a type argument, such as Request<Long> or Request<Void>");
		}
		return arguments[0];
	}

	private static SerializationException failure(String actorType, String why) {
		return new SerializationException(Kind.NOT_SERIALIZABLE, "Actor type '" + actorType + "': " + why);
	}

	AllowedPackages allowed() {
		return this.allowed;
	}

	TypeGraph graph() {
		return this.graph;
	}

	SizerFactory sizers() {
		return this.sizers;
	}

	Map<String, ActorTypes> actors() {
		return this.actors;
	}

	Map<String, RecordType> byName() {
		return this.byName;
	}

	Map<Class<?>, RecordType> byClass() {
		return this.byClass;
	}

	Map<Class<?>, MessageType> messages() {
		return this.messages;
	}

	Map<String, JavaType> roots() {
		return this.roots;
	}

	/**
	 * What an application declares.
	 *
	 * @param actorType the actor type
	 * @param messageType the type of its messages
	 * @param stateType the type of its state
	 * @param eventType the type of its events, if any
	 */
	record Declaration(String actorType, Type messageType, Type stateType, @Nullable Type eventType) {

	}

	/**
	 * A declaration with resolved types.
	 *
	 * @param name the actor type
	 * @param message the type of its messages
	 * @param state the type of its state
	 * @param event the type of its events, if any
	 * @param messageClasses the classes of its messages
	 */
	private record Resolved(String name, JavaType message, JavaType state, @Nullable JavaType event,
			List<Class<?>> messageClasses) {

	}

}
