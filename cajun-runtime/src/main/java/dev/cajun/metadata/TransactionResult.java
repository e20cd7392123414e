package dev.cajun.metadata;

import java.util.Map;

/**
 * What became of a transaction.
 *
 * @param applied whether every condition held and everything was written
 * @param history counts the histories that this process has seen of the store
 * @param revision the store's revision after it
 * @param found where it was not applied: the documents that its conditions name, as they
 * were, without those that do not exist; else empty
 */
public record TransactionResult(boolean applied, long history, long revision, Map<String, Document> found) {

}
