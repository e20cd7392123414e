package dev.cajun.serialization;

import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.util.JsonRecyclerPools;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.dataformat.cbor.CBORFactory;
import tools.jackson.dataformat.cbor.CBORMapper;

/**
 * The only class that needs {@code jackson-dataformat-cbor}, which is optional. No type
 * of that library may appear in another class, not even on the way: the JVM would look
 * for it when it verifies that class.
 */
final class CborMappers {

	private CborMappers() {
	}

	/** A mapper with the given limits, configured as all are. */
	static ObjectMapper mapper(StreamReadConstraints read, StreamWriteConstraints write,
			MapperFactory.Configuration configuration) {
		return configuration.apply(CBORMapper.builder(CBORFactory.builder()
			.streamReadConstraints(read)
			.streamWriteConstraints(write)
			.recyclerPool(JsonRecyclerPools.sharedBoundedPool())
			.build())).build();
	}

}
