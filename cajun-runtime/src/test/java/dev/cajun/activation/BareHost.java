package dev.cajun.activation;

import java.lang.reflect.Proxy;

import org.jspecify.annotations.Nullable;

/** Hosts that have what a test needs, and nothing else. */
final class BareHost {

	private BareHost() {
	}

	@SuppressWarnings("ReferenceEquality") // the very host
	static Host of(Methods methods) {
		return (Host) Proxy.newProxyInstance(Host.class.getClassLoader(), new Class<?>[] { Host.class },
				(proxy, method, arguments) -> switch (method.getName()) {
					case "equals" -> proxy == arguments[0];
					case "hashCode" -> System.identityHashCode(proxy);
					case "toString" -> "a bare host";
					default -> methods.call(method.getName(), (arguments != null) ? arguments : new Object[0]);
				});
	}

	/** What the methods do. */
	@FunctionalInterface
	interface Methods {

		@Nullable Object call(String method, Object[] arguments);

	}

}
