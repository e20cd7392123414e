package dev.cajun.embedded;

import java.nio.file.Path;

import dev.cajun.store.ActorStore;
import dev.cajun.store.ActorStoreContract;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedActorStoreContractTests extends ActorStoreContract {

	@TempDir
	private Path directory;

	@Override
	protected ActorStore store() {
		return new EmbeddedActorStore(this.directory, Durability.ACK);
	}

}
