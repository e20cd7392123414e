package dev.cajun.store;

/**
 * Identifies one commit, so that it can be sent again when its answer was lost. Unique
 * over all nodes and restarts.
 *
 * @param incarnation 64 random bits, new at every start of a node
 * @param counter counts the commits of that incarnation
 */
public record BatchId(long incarnation, long counter) {

}
