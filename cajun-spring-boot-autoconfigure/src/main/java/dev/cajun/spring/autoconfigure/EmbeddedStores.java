package dev.cajun.spring.autoconfigure;

import dev.cajun.embedded.Durability;
import dev.cajun.embedded.EmbeddedActorStore;
import dev.cajun.spring.autoconfigure.PersistenceProperties.Embedded;

import org.springframework.boot.diagnostics.FailureAnalyzedException;

/** The only class that needs the embedded store, which is a library of its own. */
final class EmbeddedStores {

	private EmbeddedStores() {
	}

	static EmbeddedActorStore create(Embedded properties, PersistenceProperties.Durability durability) {
		return new EmbeddedActorStore(properties.directory(), switch (durability) {
			case ACK -> Durability.ACK;
			case FSYNC -> Durability.FSYNC;
			case REPLICATED -> throw new FailureAnalyzedException(
					"'cajun.persistence.durability' is 'replicated', and the store 'embedded' has no replicas.",
					"Set 'cajun.persistence.store' to 'redis', or 'cajun.persistence.durability' to 'ack' or 'fsync'.");
		});
	}

}
