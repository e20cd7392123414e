package dev.cajun.store;

/** What a store answers to {@link ActorStore#load}. */
public sealed interface LoadResult {

	/**
	 * What is stored.
	 *
	 * @param actor all of it, but the later journal pages
	 */
	record Loaded(StoredActor actor) implements LoadResult {
	}

	/**
	 * Nothing was read: the shard belongs to somebody else.
	 *
	 * @param epoch the epoch of the fence found
	 * @param owner the owner found
	 */
	record Fenced(long epoch, String owner) implements LoadResult {
	}

}
