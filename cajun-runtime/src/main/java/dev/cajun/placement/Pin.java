package dev.cajun.placement;

/**
 * Where a shard shall be, against what the placement strategy says.
 *
 * @param node the name of the node; while it cannot have the shard, the strategy decides
 * @param byOperator whether an operator wants that, and not the leader for the sake of
 * balance
 */
public record Pin(String node, boolean byOperator) {

}
