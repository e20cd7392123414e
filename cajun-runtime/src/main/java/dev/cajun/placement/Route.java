package dev.cajun.placement;

/**
 * Where the messages of one shard go.
 *
 * @param owner the owner; its process is reached by its boot id, whatever incarnation it
 * has now
 * @param epoch the fencing number of the ownership
 * @param moving whether the owner is giving the shard up: it hands back what it has not
 * run
 */
public record Route(Node owner, long epoch, boolean moving) {

}
