package dev.cajun.spring.autoconfigure;

import java.util.List;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How values become bytes.
 *
 * @param format Format of what is written; every format that is present is read.
 * @param allowedPackages Packages, besides the types that are reached from the declared
 * messages, replies, events and states, whose classes may be read.
 */
@ConfigurationProperties("cajun.serialization")
record SerializationProperties(@DefaultValue("json") Format format, @DefaultValue List<String> allowedPackages) {

	/** The formats. */
	enum Format {

		/** JSON. */
		JSON,

		/** CBOR; needs the library {@code jackson-dataformat-cbor}. */
		CBOR,

		/** Kryo; needs the module {@code cajun-kryo}. */
		KRYO

	}

}
