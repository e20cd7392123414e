package dev.cajun.cluster;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How a node gets on with the metadata of its cluster.
 *
 * @param description what it is and where, without secrets
 * @param error why it cannot be used, empty when it can: it cannot be followed, holds
 * what this version cannot read, or has not answered for a third of the lease's time
 * @param leaseAge how long ago the last renewal of this node's lease that was answered
 * was sent; {@code null} while the node has no lease. The lease ends when this is the
 * lease's time.
 */
public record MetadataInfo(String description, String error, @Nullable Duration leaseAge) {

	/** Whether it can be used. */
	public boolean available() {
		return this.error.isEmpty();
	}

}
