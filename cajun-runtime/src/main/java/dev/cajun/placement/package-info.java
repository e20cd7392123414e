/**
 * Pure functions and values that decide where actors live: the placement table with its
 * document, where shards should be, and the steps that bring them there. No input or
 * output, no threads.
 */
@NullMarked
package dev.cajun.placement;

import org.jspecify.annotations.NullMarked;
