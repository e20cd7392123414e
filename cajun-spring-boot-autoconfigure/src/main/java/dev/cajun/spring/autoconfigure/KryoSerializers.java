package dev.cajun.spring.autoconfigure;

import dev.cajun.kryo.KryoActorSerializer;
import dev.cajun.kryo.KryoIds;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.util.ClassUtils;

/** The only class that needs the module for Kryo, which is optional. */
final class KryoSerializers {

	private KryoSerializers() {
	}

	static KryoActorSerializer writer(@Nullable ClassLoader loader) {
		return KryoActorSerializer.writer(ids(loader));
	}

	static KryoActorSerializer reader(@Nullable ClassLoader loader) {
		return KryoActorSerializer.reader(ids(loader));
	}

	private static KryoIds ids(@Nullable ClassLoader loader) {
		ClassLoader found = (loader != null) ? loader : ClassUtils.getDefaultClassLoader();
		try {
			return KryoIds.load((found != null) ? found : ClassLoader.getSystemClassLoader());
		}
		catch (IllegalArgumentException ex) {
			throw new FailureAnalyzedException(String.valueOf(ex.getMessage()),
					"Correct '%s'. Give every type a number of its own, and never a number that another type had."
						.formatted(KryoIds.LOCATION),
					ex);
		}
	}

}
