package dev.cajun.serialization;

import tools.jackson.databind.JsonNode;

/**
 * Lifts stored data of one type by one version. The steps of a type are applied one after
 * the other, from the version that was written to the version that the class has now. A
 * step for which there is no upcaster changes nothing: unknown properties are ignored and
 * missing ones are null, zero, false or {@link java.util.Optional#empty()}.
 * <p>
 * The version of a record is that of its outermost class: raise
 * {@link dev.cajun.TypeName#version()} of the message, event, state or reply class when a
 * class inside of it changes its shape. Upcasters work with the serializers {@code json}
 * and {@code cbor}.
 * <p>
 * Must be thread-safe.
 */
public interface Upcaster {

	/**
	 * The logical name of the message, event, state or reply class. The name of a state
	 * that is no class of the application is {@code <actor type>/state}.
	 * @return the name
	 */
	String typeName();

	/**
	 * The version that this step starts from; it leads to the next one.
	 * @return the version, from 1
	 */
	int fromVersion();

	/**
	 * Lifts a value.
	 * @param tree the value as it was written; may be changed and returned
	 * @return the value in the shape of the next version, not null
	 */
	JsonNode upcast(JsonNode tree);

}
