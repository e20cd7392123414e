package dev.cajun.spring.autoconfigure;

import dev.cajun.store.StoreException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/** Explains a store that does not open. */
class StoreFailureAnalyzer extends AbstractFailureAnalyzer<StoreException> {

	private final Environment environment;

	StoreFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, StoreException cause) {
		String directory = this.environment.getProperty("cajun.persistence.embedded.directory", "./cajun-data");
		String action = switch (cause.kind()) {
			case LOCKED -> "Stop the other process, or give this one a directory of its own in "
					+ "'cajun.persistence.embedded.directory' (now '" + directory + "').";
			case FOREIGN -> "Set 'cajun.cluster.name' and 'cajun.cluster.shards' to what the store was created with, "
					+ "or use another one: 'cajun.persistence.embedded.directory' is '" + directory + "'. The name "
					+ "defaults to 'spring.application.name', so a renamed application needs the old name here.";
			case CORRUPT -> "Nothing was changed and nothing was reset. Restore '" + directory + "' from a backup, or "
					+ "keep a copy and point 'cajun.persistence.embedded.directory' at an empty directory to start "
					+ "without the stored actors.";
			case NOT_APPLIED -> "See that '" + directory + "' exists or can be created, is writable for this process "
					+ "and has free space, or set 'cajun.persistence.embedded.directory' to one that is. "
					+ "'cajun.persistence.store' 'memory' needs no directory and keeps nothing.";
			case UNKNOWN, CLOSED -> null;
		};
		return (action != null) ? new FailureAnalysis(String.valueOf(cause.getMessage()), action, cause) : null;
	}

}
