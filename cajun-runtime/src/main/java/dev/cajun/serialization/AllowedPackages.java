package dev.cajun.serialization;

import java.lang.reflect.Modifier;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The packages whose classes may stand for declared types that are neither sealed nor
 * concrete. The only place that turns a name into a class.
 *
 * @param prefixes package names, each with a dot at its end
 */
record AllowedPackages(List<String> prefixes) {

	AllowedPackages {
		prefixes = prefixes.stream().map(AllowedPackages::normalize).toList();
	}

	private static String normalize(String prefix) {
		String name = prefix.endsWith(".") ? prefix : prefix + ".";
		if (name.length() == 1 || ValueTypes.ofTheJdk(name)) {
			throw new IllegalArgumentException("cajun.serialization.allowed-packages: '" + prefix
					+ "' is not a package of the application; name the package that holds the classes");
		}
		return name;
	}

	/** Whether nothing is allowed. */
	boolean none() {
		return this.prefixes.isEmpty();
	}

	/** Whether a class of this name may be looked up. */
	boolean contains(String className) {
		for (String prefix : this.prefixes) {
			if (className.startsWith(prefix)) {
				return true;
			}
		}
		return false;
	}

	/** Whether a value of this class may stand for the declared type. */
	boolean permits(Class<?> declared, Class<?> type) {
		return contains(type.getName()) && declared.isAssignableFrom(type) && instantiable(type);
	}

	/**
	 * The class of this name, if it is allowed, exists and fits. It is not initialized
	 * here, and not even looked up unless its package is allowed.
	 */
	@Nullable Class<?> find(Class<?> declared, String className) {
		if (!contains(className)) {
			return null;
		}
		try {
			Class<?> type = Class.forName(className, false, declared.getClassLoader());
			return permits(declared, type) ? type : null;
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return null;
		}
	}

	private static boolean instantiable(Class<?> type) {
		return !type.isInterface() && !type.isAnonymousClass() && !type.isArray()
				&& (type.isEnum() || !Modifier.isAbstract(type.getModifiers()));
	}

}
