package dev.cajun.spring.autoconfigure;

import dev.cajun.store.StoreException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/** Explains a store that does not open. */
class StoreFailureAnalyzer extends AbstractFailureAnalyzer<StoreException> {

	private final Environment environment;

	private final @Nullable BeanFactory beans;

	StoreFailureAnalyzer(Environment environment, @Nullable BeanFactory beans) {
		this.environment = environment;
		this.beans = beans;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, StoreException cause) {
		String action = isRedis() ? redis(cause.kind()) : embedded(cause.kind());
		return (action != null) ? new FailureAnalysis(String.valueOf(cause.getMessage()), action, cause) : null;
	}

	/** What a property says, and if none does, Redis in a cluster. */
	private boolean isRedis() {
		BindResult<PersistenceProperties.Store> store = Binder.get(this.environment)
			.bind("cajun.persistence.store", PersistenceProperties.Store.class);
		return store.isBound() ? (store.get() == PersistenceProperties.Store.REDIS)
				: this.beans instanceof ConfigurableListableBeanFactory all
						&& OnClusteredCondition.isClustered(this.environment, all);
	}

	private @Nullable String embedded(StoreException.Kind kind) {
		String directory = this.environment.getProperty("cajun.persistence.embedded.directory", "./cajun-data");
		return switch (kind) {
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
			case UNSUITABLE, UNKNOWN, CLOSED -> null;
		};
	}

	private @Nullable String redis(StoreException.Kind kind) {
		String prefix = this.environment.getProperty("cajun.persistence.redis.key-prefix", "cajun:");
		return switch (kind) {
			case LOCKED -> "Stop the other process; if it was killed, its place runs out by itself after "
					+ "'cajun.persistence.redis.place-ttl' (10s). To run both, give each a name of its own in "
					+ "'cajun.cluster.name', which defaults to 'spring.application.name'.";
			case FOREIGN -> "Set 'cajun.cluster.name' and 'cajun.cluster.shards' to what the store was created with, "
					+ "see that 'spring.data.redis' names the right server and database, or use keys of its own with "
					+ "'cajun.persistence.redis.key-prefix' (now '" + prefix + "'). An empty Redis becomes a new store "
					+ "only as long as 'cajun.persistence.redis.create' is 'true'.";
			case CORRUPT -> "Nothing was changed and nothing was reset. Restore Redis from a backup, or set "
					+ "'cajun.persistence.redis.key-prefix' (now '" + prefix + "') to another prefix to start without "
					+ "the stored actors.";
			case UNSUITABLE -> "Correct the settings of Redis, or those of the connection in 'spring.data.redis' and "
					+ "'cajun.persistence'. To use a server that may lose or evict data all the same, set "
					+ "'cajun.persistence.redis.unsafe-settings' to 'warn'.";
			case NOT_APPLIED, UNKNOWN, CLOSED -> null;
		};
	}

}
