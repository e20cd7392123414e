/**
 * Pure functions and values that decide where actors live. No input or output, no
 * threads.
 */
@NullMarked
package dev.cajun.placement;

import org.jspecify.annotations.NullMarked;
