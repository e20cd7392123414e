package dev.cajun.spring.autoconfigure.grpc;

import dev.cajun.grpc.PlaintextRefusedException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains why a node does not talk in plaintext where others may listen. */
class PlaintextFailureAnalyzer extends AbstractFailureAnalyzer<PlaintextRefusedException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, PlaintextRefusedException cause) {
		return new FailureAnalysis(
				"'cajun.transport.host' is '" + cause.host() + "', where others may listen, and nodes would talk to "
						+ "each other in plaintext.",
				"Set 'cajun.transport.ssl.bundle' to an SSL bundle (spring.ssl.bundle.*) with the certificate of this "
						+ "node and those of the others. If nobody else is on that network, set "
						+ "'cajun.transport.insecure' to true. For nodes on one machine remove 'cajun.transport.host'.",
				cause);
	}

}
