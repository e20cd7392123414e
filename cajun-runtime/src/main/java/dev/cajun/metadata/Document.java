package dev.cajun.metadata;

/**
 * One document.
 *
 * @param key its key, relative to the cluster
 * @param value its content; nobody changes the array
 * @param createRevision the revision that created it
 * @param revision the revision that wrote it last
 * @param lease the id of the lease that it is bound to, or 0
 */
public record Document(String key, byte[] value, long createRevision, long revision, long lease) {

}
