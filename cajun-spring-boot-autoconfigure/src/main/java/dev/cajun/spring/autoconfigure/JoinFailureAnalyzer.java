package dev.cajun.spring.autoconfigure;

import dev.cajun.JoinRefusedException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains why a node may not be part of its cluster. */
class JoinFailureAnalyzer extends AbstractFailureAnalyzer<JoinRefusedException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, JoinRefusedException cause) {
		String action = switch (cause.reason()) {
			case NAME_IN_USE -> "Give this node a name of its own in 'cajun.node.name', or stop the other.";
			case SHARDS -> "Set 'cajun.cluster.shards' to what the cluster was created with; it cannot change.";
			case TOKEN ->
				"Set 'cajun.transport.token' to that of the cluster. To change the token of a running cluster "
						+ "give every node the new one and the former in 'cajun.transport.previous-token'.";
			case PROTOCOL -> "Use a version of Cajun whose protocol the other nodes speak: one below or above theirs.";
			case STORE -> "See that 'spring.data.redis' names the cluster's Redis and that its data is there. Nothing "
					+ "was changed and nothing was reset.";
		};
		return new FailureAnalysis(String.valueOf(cause.getMessage()), action, cause);
	}

}
