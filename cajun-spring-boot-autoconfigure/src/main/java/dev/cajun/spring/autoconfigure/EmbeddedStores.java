package dev.cajun.spring.autoconfigure;

import dev.cajun.embedded.Durability;
import dev.cajun.embedded.EmbeddedActorStore;
import dev.cajun.spring.autoconfigure.PersistenceProperties.Embedded;

/** The only class that needs the embedded store, which is a library of its own. */
final class EmbeddedStores {

	private EmbeddedStores() {
	}

	static EmbeddedActorStore create(Embedded properties, PersistenceProperties.Durability durability) {
		return new EmbeddedActorStore(properties.directory(), switch (durability) {
			case ACK -> Durability.ACK;
			case FSYNC -> Durability.FSYNC;
		});
	}

}
