package dev.cajun.spring.autoconfigure;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;

/** The type arguments of actor classes as plain Java types. */
final class ActorTypes {

	private ActorTypes() {
	}

	/**
	 * The type without variables, with its arguments where all of them are known.
	 * @param type a type argument of an actor class
	 * @return a class or a parameterized type; {@code null} when not even the class is
	 * known
	 */
	static @Nullable Type concrete(ResolvableType type) {
		Class<?> raw = type.resolve();
		if (raw == null) {
			return null;
		}
		ResolvableType[] generics = type.getGenerics();
		ResolvableType[] arguments = new ResolvableType[generics.length];
		for (int i = 0; i < generics.length; i++) {
			Type argument = concrete(generics[i]);
			if (argument == null) {
				return raw;
			}
			arguments[i] = ResolvableType.forType(argument);
		}
		return (arguments.length == 0) ? raw : ResolvableType.forClassWithGenerics(raw, arguments).getType();
	}

	static Class<?> rawClass(Type type) {
		return switch (type) {
			case Class<?> simple -> simple;
			case ParameterizedType parameterized -> rawClass(parameterized.getRawType());
			default -> throw new IllegalArgumentException(type + " is neither a class nor a parameterized type");
		};
	}

}
