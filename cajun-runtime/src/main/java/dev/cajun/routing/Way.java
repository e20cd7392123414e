package dev.cajun.routing;

import dev.cajun.placement.Node;
import org.jspecify.annotations.Nullable;

/**
 * Where the messages of a shard go, as far as is known.
 *
 * @param here whether this process owns the shard
 * @param node the owner elsewhere; {@code null} when it is here or not known
 * @param epoch the epoch of the ownership; of an unknown owner, the highest heard of
 * @param moving whether the owner is giving the shard up
 */
record Way(boolean here, @Nullable Node node, long epoch, boolean moving) {

	static final Way UNKNOWN = new Way(false, null, 0, false);

	static Way here(long epoch) {
		return new Way(true, null, epoch, false);
	}

	/** Whether messages may take it. */
	boolean leadsSomewhere() {
		return (this.here || this.node != null) && !this.moving;
	}

	/** The owner's id, for peers; empty when it is not known here. */
	String owner(String self) {
		if (this.here) {
			return self;
		}
		return (this.node == null) ? "" : this.node.id();
	}

}
