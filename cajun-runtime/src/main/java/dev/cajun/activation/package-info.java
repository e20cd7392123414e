/**
 * One actor on this node: its mailbox, its turns, its writes, its end. Nothing here knows
 * of other nodes.
 */
@NullMarked
package dev.cajun.activation;

import org.jspecify.annotations.NullMarked;
