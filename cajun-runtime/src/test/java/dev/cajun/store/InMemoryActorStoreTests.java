package dev.cajun.store;

class InMemoryActorStoreTests extends ActorStoreContract {

	private final InMemoryActorStore memory = new InMemoryActorStore();

	@Override
	protected ActorStore store() {
		return this.memory;
	}

}
