/**
 * Assembles a node: configuration in, a running {@link dev.cajun.ActorSystem} out, with
 * the operations and figures that people need to run it.
 */
@NullMarked
package dev.cajun.node;

import org.jspecify.annotations.NullMarked;
