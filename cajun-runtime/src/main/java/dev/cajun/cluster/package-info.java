/**
 * The control plane: which nodes there are, who leads them, who owns which shard, and how
 * a shard changes its owner. Decisions are functions of what is known; what is read and
 * written goes through one event loop per node. Messages to actors are none of its
 * business: it tells {@link dev.cajun.cluster.LocalShards} what this node owns and where
 * everything else is.
 */
@NullMarked
package dev.cajun.cluster;

import org.jspecify.annotations.NullMarked;
