package dev.cajun.serialization;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;

/**
 * A type that the payload of a record can have.
 *
 * @param name the logical name in the envelope
 * @param version the version that this node writes
 * @param type the type, resolved
 * @param reflectType the same, as serializers get it
 */
record RecordType(String name, int version, JavaType type, Type reflectType) {

	RecordType(String name, int version, JavaType type) {
		this(name, version, type, ReflectType.of(type));
	}

	/**
	 * A resolved type as {@link Type}, with equality by content.
	 */
	private static final class ReflectType {

		private ReflectType() {
		}

		/** The class, or the parameterized or array type. */
		static Type of(JavaType type) {
			Class<?> raw = type.getRawClass();
			JavaType content = type.getContentType();
			if (type.isArrayType() && content != null) {
				Type element = of(content);
				return (element instanceof Class<?>) ? raw : new ArrayOf(element);
			}
			List<JavaType> arguments = type.getBindings().getTypeParameters();
			if (arguments.isEmpty()) {
				return raw;
			}
			return new Parameterized(raw, arguments.stream().map(ReflectType::of).toList());
		}

		/**
		 * An array of a parameterized type.
		 *
		 * @param element the type of its elements
		 */
		private record ArrayOf(Type element) implements GenericArrayType {

			@Override
			public Type getGenericComponentType() {
				return this.element;
			}

			@Override
			public String toString() {
				return this.element.getTypeName() + "[]";
			}

		}

		/**
		 * A class with type arguments.
		 *
		 * @param raw the class
		 * @param arguments its arguments
		 */
		private record Parameterized(Class<?> raw, List<Type> arguments) implements ParameterizedType {

			@Override
			public Type[] getActualTypeArguments() {
				return this.arguments.toArray(Type[]::new);
			}

			@Override
			public Type getRawType() {
				return this.raw;
			}

			@Override
			public @Nullable Type getOwnerType() {
				return this.raw.getDeclaringClass();
			}

			@Override
			public String toString() {
				return this.arguments.stream()
					.map(Type::getTypeName)
					.collect(Collectors.joining(", ", this.raw.getTypeName() + "<", ">"));
			}

		}

	}

}
