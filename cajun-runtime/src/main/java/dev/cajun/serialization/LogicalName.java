package dev.cajun.serialization;

import java.util.regex.Pattern;

import dev.cajun.TypeName;
import dev.cajun.serialization.SerializationException.Kind;

/**
 * The name and version of a class in bytes.
 *
 * @param name {@link TypeName#value()}, or the simple name
 * @param version {@link TypeName#version()}, or 1
 */
record LogicalName(String name, int version) {

	private static final Pattern SYNTAX = Pattern.compile("[A-Za-z0-9._-]{1,128}");

	private static final int MAX_LENGTH = 128;

	/** The name of a class as it is declared. */
	static LogicalName of(Class<?> type) {
		TypeName annotation = type.getAnnotation(TypeName.class);
		if (annotation == null) {
			String name = type.getSimpleName();
			if (name.isEmpty() || name.length() > MAX_LENGTH) {
				throw new SerializationException(Kind.NOT_SERIALIZABLE,
						type.getName() + " has no usable simple name: name the class with @TypeName");
			}
			return new LogicalName(name, 1);
		}
		if (!SYNTAX.matcher(annotation.value()).matches()) {
			throw new SerializationException(Kind.NOT_SERIALIZABLE, "@TypeName(\"" + annotation.value() + "\") on "
					+ type.getName() + " is not a type name: expected 1 to 128 characters of [A-Za-z0-9._-]");
		}
		if (annotation.version() < 1) {
			throw new SerializationException(Kind.NOT_SERIALIZABLE,
					"@TypeName version " + annotation.version() + " on " + type.getName() + ": versions start at 1");
		}
		return new LogicalName(annotation.value(), annotation.version());
	}

	/** The version of a class, whatever its name. */
	static int versionOf(Class<?> type) {
		TypeName annotation = type.getAnnotation(TypeName.class);
		return (annotation != null) ? annotation.version() : 1;
	}

}
