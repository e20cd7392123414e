package dev.cajun.spring.autoconfigure;

import dev.cajun.serialization.SerializationException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains a message, reply, event or state type that cannot be serialized. */
class SerializationFailureAnalyzer extends AbstractFailureAnalyzer<SerializationException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, SerializationException cause) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()),
				"Messages, replies, events and states are best records, enums and sealed interfaces of them, with "
						+ "components of JDK value types, collections, other such types and ActorRef. A class that "
						+ "cannot be reached from a declared type is allowed by its package in "
						+ "'cajun.serialization.allowed-packages'. An actor that stores nothing may keep any state "
						+ "with @Actor(persistence = Persistence.NONE).",
				cause);
	}

}
