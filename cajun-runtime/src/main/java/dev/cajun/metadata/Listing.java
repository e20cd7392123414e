package dev.cajun.metadata;

import java.util.Map;

/**
 * Documents as they were at one revision.
 *
 * @param history counts the histories that this process has seen of the store, from 1
 * @param revision the store's revision when it was read
 * @param documents the documents by key, sorted
 */
public record Listing(long history, long revision, Map<String, Document> documents) {

}
