package dev.cajun.serialization;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import dev.cajun.serialization.SerializationException.Kind;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.type.TypeFactory;

/**
 * Every type that can be reached from the declared ones, through record components,
 * fields, elements and sealed hierarchies, with type arguments resolved. It answers which
 * classes may stand for a declared type, under which name, and whether a type is
 * immutable.
 * <p>
 * Thread-safe: nodes are only added (by {@link #visit}, under the lock), never changed.
 * After the start only classes of {@link AllowedPackages} can add some.
 */
final class TypeGraph {

	/** More types than an application has. */
	private static final int MAX_TYPES = 20_000;

	/** Type arguments are nested deeper only in an endless generic recursion. */
	private static final int MAX_DEPTH = 32;

	private final TypeFactory types = TypeFactory.createDefaultInstance();

	private final AllowedPackages allowed;

	private final Map<JavaType, Node> nodes = new ConcurrentHashMap<>();

	/** Concrete classes of the application, in the order in which they were found. */
	private final Set<Class<?>> classes = Collections.synchronizedSet(new LinkedHashSet<>());

	/** Raw classes of everything that was found. */
	private final Set<Class<?>> reached = ConcurrentHashMap.newKeySet();

	/** Raw classes of which at least one parameterization can change. */
	private final Set<Class<?>> mutable = ConcurrentHashMap.newKeySet();

	private final Map<Class<?>, Map<Class<?>, String>> names = new ConcurrentHashMap<>();

	TypeGraph(AllowedPackages allowed) {
		this.allowed = allowed;
	}

	TypeFactory types() {
		return this.types;
	}

	/** Adds a type and everything that can be reached from it. */
	synchronized void visit(JavaType root) {
		Deque<JavaType> open = new ArrayDeque<>(List.of(root));
		List<JavaType> added = new ArrayList<>();
		while (!open.isEmpty()) {
			JavaType type = open.pop();
			if (!this.nodes.containsKey(type)) {
				if (this.nodes.size() >= MAX_TYPES || depth(type) > MAX_DEPTH) {
					throw new SerializationException(Kind.NOT_SERIALIZABLE,
							root.toCanonical() + " reaches endless types; in the end " + type.getRawClass().getName());
				}
				Node node = inspect(type);
				this.nodes.put(type, node);
				this.reached.add(type.getRawClass());
				added.add(type);
				node.parts().forEach(open::push);
			}
		}
		for (JavaType type : added) {
			if (!immutable(type)) {
				this.mutable.add(type.getRawClass());
			}
		}
	}

	private static int depth(JavaType type) {
		int depth = 0;
		for (JavaType argument : type.getBindings().getTypeParameters()) {
			depth = Math.max(depth, depth(argument));
		}
		return depth + 1;
	}

	private Node inspect(JavaType type) {
		Class<?> raw = type.getRawClass();
		if (ValueTypes.leaf(raw)) {
			return new Node(!ValueTypes.immutableLeaf(raw), List.of());
		}
		if (raw.isEnum()) {
			this.classes.add(raw);
			return new Node(false, List.of());
		}
		if (type.isArrayType() || type.isContainerType() || type.isReferenceType()) {
			List<JavaType> parts = new ArrayList<>();
			if (type.getKeyType() != null) {
				parts.add(type.getKeyType());
			}
			if (type.getContentType() != null) {
				parts.add(type.getContentType());
			}
			return new Node(!ValueTypes.view(raw) && raw != Optional.class, parts);
		}
		if (ValueTypes.ofTheJdk(raw)) {
			return new Node(true, List.of());
		}
		if (polymorphic(raw)) {
			List<JavaType> parts = new ArrayList<>();
			boolean closed = true;
			for (Class<?> alternative : hierarchy(raw)) {
				if (instantiable(alternative)) {
					parts.add(specialize(type, alternative));
				}
				else {
					closed &= alternative.isSealed();
				}
			}
			if (instantiable(raw)) {
				this.classes.add(raw);
				parts.addAll(fields(type));
				closed = false;
			}
			return new Node(!closed, parts);
		}
		if (instantiable(raw)) {
			this.classes.add(raw);
		}
		return new Node(!raw.isRecord(), fields(type));
	}

	private List<JavaType> fields(JavaType type) {
		List<JavaType> fields = new ArrayList<>();
		Class<?> raw = type.getRawClass();
		try {
			if (raw.isRecord()) {
				for (RecordComponent component : raw.getRecordComponents()) {
					fields.add(this.types.resolveMemberType(component.getGenericType(), type.getBindings()));
				}
				return fields;
			}
			for (Field field : instanceFields(raw)) {
				JavaType owner = type.findSuperType(field.getDeclaringClass());
				fields.add(this.types.resolveMemberType(field.getGenericType(), owner.getBindings()));
			}
		}
		catch (LinkageError ex) {
			// A class of a library whose own optional dependency is missing.
			return fields;
		}
		return fields;
	}

	/** The fields that belong to a value, those of superclasses first. */
	static List<Field> instanceFields(Class<?> raw) {
		List<Field> fields = new ArrayList<>();
		for (Class<?> c = raw; c != null && !ValueTypes.ofTheJdk(c); c = c.getSuperclass()) {
			List<Field> own = new ArrayList<>();
			for (Field field : c.getDeclaredFields()) {
				int modifiers = field.getModifiers();
				if (!Modifier.isStatic(modifiers) && !Modifier.isTransient(modifiers) && !field.isSynthetic()) {
					own.add(field);
				}
			}
			fields.addAll(0, own);
		}
		return fields;
	}

	JavaType specialize(JavaType base, Class<?> type) {
		if (base.hasRawClass(type)) {
			return base;
		}
		try {
			return this.types.constructSpecializedType(base, type);
		}
		catch (IllegalArgumentException ex) {
			// An alternative for other type arguments: Literal implements Expr<Integer>.
			return this.types.constructType(type);
		}
	}

	/** Whether instances can be made of the class. */
	static boolean instantiable(Class<?> type) {
		return type.isEnum() || (!type.isInterface() && !Modifier.isAbstract(type.getModifiers()));
	}

	/** Whether a value of this declared type carries its name. */
	boolean polymorphic(Class<?> raw) {
		if (raw.isEnum() || raw.isRecord() || raw.isArray() || ValueTypes.ofTheJdk(raw) || ValueTypes.leaf(raw)
				|| Collection.class.isAssignableFrom(raw) || Map.class.isAssignableFrom(raw)) {
			return false;
		}
		return !instantiable(raw) || !concreteClasses(raw).equals(List.of(raw));
	}

	/** Whether classes that are not declared may stand for this type, if allowed. */
	static boolean open(Class<?> raw) {
		return hierarchy(raw).stream().anyMatch((type) -> !instantiable(type) && !type.isSealed());
	}

	/** The classes that the declaration of a type names, in the order of declaration. */
	static List<Class<?>> declaredClasses(Class<?> raw) {
		return hierarchy(raw).stream().filter(TypeGraph::instantiable).toList();
	}

	/** The declared classes that may stand for a type, in the order of declaration. */
	List<Class<?>> concreteClasses(Class<?> raw) {
		if (!polymorphicByDeclaration(raw) && instantiable(raw)) {
			return withDeclaredSubclasses(raw);
		}
		return declaredClasses(raw);
	}

	private static boolean polymorphicByDeclaration(Class<?> raw) {
		return !raw.isEnum() && (raw.isSealed() || raw.isAnnotationPresent(JsonSubTypes.class));
	}

	private List<Class<?>> withDeclaredSubclasses(Class<?> raw) {
		List<Class<?>> found = new ArrayList<>(List.of(raw));
		if (!Modifier.isFinal(raw.getModifiers()) && !raw.isEnum()) {
			synchronized (this.classes) {
				this.classes.stream().filter((type) -> type != raw && raw.isAssignableFrom(type)).forEach(found::add);
			}
		}
		return found;
	}

	private static Set<Class<?>> hierarchy(Class<?> raw) {
		Set<Class<?>> found = new LinkedHashSet<>();
		collect(raw, found);
		return found;
	}

	private static void collect(Class<?> type, Set<Class<?>> found) {
		if (!found.add(type) || !polymorphicByDeclaration(type)) {
			return;
		}
		if (type.isSealed()) {
			for (Class<?> permitted : type.getPermittedSubclasses()) {
				collect(permitted, found);
			}
		}
		JsonSubTypes annotation = type.getAnnotation(JsonSubTypes.class);
		if (annotation != null) {
			for (JsonSubTypes.Type subtype : annotation.value()) {
				collect(subtype.value(), found);
			}
		}
	}

	/** The names of the declared classes that may stand for a type. */
	Map<Class<?>, String> names(Class<?> raw) {
		return this.names.computeIfAbsent(raw, this::collectNames);
	}

	private Map<Class<?>, String> collectNames(Class<?> raw) {
		Map<String, Class<?>> byName = new LinkedHashMap<>();
		Map<Class<?>, String> byClass = new LinkedHashMap<>();
		for (Class<?> type : concreteClasses(raw)) {
			String name = LogicalName.of(type).name();
			Class<?> other = byName.putIfAbsent(name, type);
			if (other != null) {
				throw new SerializationException(Kind.NOT_SERIALIZABLE, raw.getName() + ": " + other.getName() + " and "
						+ type.getName() + " have one name, '" + name + "'; name one of them with @TypeName");
			}
			byClass.put(type, name);
		}
		return Collections.unmodifiableMap(byClass);
	}

	/** Fails if two classes that may stand for one type have one name. */
	void checkNames() {
		for (JavaType type : this.nodes.keySet()) {
			if (polymorphic(type.getRawClass())) {
				names(type.getRawClass());
			}
		}
	}

	/** The name under which a value of this class stands for a type, if it may. */
	@Nullable String name(Class<?> declared, Class<?> type) {
		String name = names(declared).get(type);
		if (name == null && !instantiable(declared) && this.allowed.permits(declared, type)) {
			visit(this.types.constructType(type));
			return type.getName();
		}
		return name;
	}

	/** The class that stands for a type under this name. */
	@Nullable Class<?> find(Class<?> declared, String name) {
		for (Map.Entry<Class<?>, String> entry : names(declared).entrySet()) {
			if (entry.getValue().equals(name)) {
				return entry.getKey();
			}
		}
		Class<?> found = instantiable(declared) ? null : this.allowed.find(declared, name);
		if (found != null) {
			visit(this.types.constructType(found));
		}
		return found;
	}

	/** Whether the type can be reached from a declared type. */
	boolean reaches(Class<?> raw) {
		return this.reached.contains(raw);
	}

	/**
	 * Whether values of the class may be written. A class of an allowed package may, but
	 * not in the place of a declared class that it extends: it would be read as that.
	 */
	boolean writable(Class<?> type) {
		if (this.classes.contains(type)) {
			return true;
		}
		if (!this.allowed.contains(type.getName())) {
			return false;
		}
		for (Class<?> c = type.getSuperclass(); c != null; c = c.getSuperclass()) {
			if (this.classes.contains(c)) {
				return false;
			}
		}
		return true;
	}

	/** The concrete classes of the application that can be reached. */
	Set<Class<?>> classes() {
		synchronized (this.classes) {
			return Collections.unmodifiableSet(new LinkedHashSet<>(this.classes));
		}
	}

	/** Whether some parameterization of the class can change. */
	boolean mutable(Class<?> raw) {
		return this.mutable.contains(raw);
	}

	/** Whether values of the type can never change, nor anything in them. */
	boolean immutable(JavaType type) {
		Set<JavaType> seen = new HashSet<>();
		Deque<JavaType> open = new ArrayDeque<>(List.of(type));
		while (!open.isEmpty()) {
			JavaType next = open.pop();
			if (seen.add(next)) {
				Node node = this.nodes.get(next);
				if (node == null || node.mutable()) {
					return false;
				}
				node.parts().forEach(open::push);
			}
		}
		return true;
	}

	/**
	 * A type that can be reached.
	 *
	 * @param mutable whether a value can change, apart from its parts
	 * @param parts the types of what is in it
	 */
	private record Node(boolean mutable, List<JavaType> parts) {

	}

}
