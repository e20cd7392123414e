/**
 * Values as bytes of Kryo: the only place that sees that library. Every class that bytes
 * may name is declared and has a number; nothing else is ever looked up. Of the runtime
 * it sees {@code dev.cajun.serialization} and {@code dev.cajun}.
 */
@NullMarked
package dev.cajun.kryo;

import org.jspecify.annotations.NullMarked;
