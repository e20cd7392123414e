package dev.cajun.store;

/**
 * What a store was created with, kept in the store for ever.
 *
 * @param storeId random, tells this store from every other
 * @param cluster the cluster whose state it holds
 * @param shards the number of shards
 * @param formatVersion the version of the store's layout
 */
public record StoreMeta(String storeId, String cluster, int shards, int formatVersion) {

	/** The version of the layout that this code writes. */
	public static final int FORMAT_VERSION = 1;

}
