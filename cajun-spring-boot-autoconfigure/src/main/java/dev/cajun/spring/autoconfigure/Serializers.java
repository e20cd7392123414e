package dev.cajun.spring.autoconfigure;

import java.util.List;

import dev.cajun.serialization.ActorSerializer;
import dev.cajun.serialization.JacksonActorSerializer;
import dev.cajun.spring.autoconfigure.SerializationProperties.Format;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.util.ClassUtils;

/** The serializers that the class path has. */
final class Serializers {

	private static final String CBOR_MAPPER = "tools.jackson.dataformat.cbor.CBORMapper";

	private static final String KRYO_SERIALIZER = "dev.cajun.kryo.KryoActorSerializer";

	private Serializers() {
	}

	/** What writes a format. */
	static ActorSerializer writer(Format format, @Nullable ClassLoader loader) {
		return switch (format) {
			case JSON -> JacksonActorSerializer.json();
			case CBOR -> {
				if (!ClassUtils.isPresent(CBOR_MAPPER, loader)) {
					throw missing("cbor", "the library for CBOR", "tools.jackson.dataformat:jackson-dataformat-cbor");
				}
				yield JacksonActorSerializer.cbor();
			}
			case KRYO -> {
				if (!ClassUtils.isPresent(KRYO_SERIALIZER, loader)) {
					throw missing("kryo", "the module for Kryo", "dev.cajun:cajun-kryo");
				}
				yield KryoSerializers.writer(loader);
			}
		};
	}

	/** What reads other formats, besides those of the runtime itself. */
	static List<ActorSerializer> readers(ActorSerializer writer, @Nullable ClassLoader loader) {
		return (!writer.format().equals("kryo") && ClassUtils.isPresent(KRYO_SERIALIZER, loader))
				? List.of(KryoSerializers.reader(loader)) : List.of();
	}

	private static FailureAnalyzedException missing(String format, String what, String dependency) {
		return new FailureAnalyzedException(
				"'cajun.serialization.format' is '%s', and %s is not on the class path.".formatted(format, what),
				"Add the dependency '%s', or set 'cajun.serialization.format' to 'json'.".formatted(dependency));
	}

}
