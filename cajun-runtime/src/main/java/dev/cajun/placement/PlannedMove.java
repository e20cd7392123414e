package dev.cajun.placement;

/**
 * A move that a plan wants.
 *
 * @param shard the shard
 * @param from the name of its owner
 * @param to the name of the node that gets it
 */
public record PlannedMove(int shard, String from, String to) {

}
