/**
 * What the nodes of a cluster agree on: the SPI of a small store of documents with
 * compare-and-set, leases and watches, and one that needs no server. It holds the list of
 * nodes, the leader and the placement table, never anything per actor.
 */
@NullMarked
package dev.cajun.metadata;

import org.jspecify.annotations.NullMarked;
