/**
 * The meters of the node. Tagged by actor type and never by actor, so that their number
 * does not grow with the number of actors.
 */
@NullMarked
package dev.cajun.spring.autoconfigure.metrics;

import org.jspecify.annotations.NullMarked;
