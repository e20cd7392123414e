package dev.cajun.metadata;

import java.time.Duration;
import java.util.function.BooleanSupplier;

import dev.cajun.time.VirtualTime;

class InMemoryMetadataTests extends MetadataStoreContract {

	private final VirtualTime time = new VirtualTime();

	private final InMemoryMetadata metadata = new InMemoryMetadata(this.time);

	@Override
	protected MetadataStore connect() {
		return this.metadata.connect();
	}

	@Override
	protected void pass(Duration atMost, BooleanSupplier until) {
		VirtualSteps.pass(this.time, atMost, until);
	}

	@Override
	protected void elapse(Duration duration) {
		this.time.advance(duration);
	}

}
