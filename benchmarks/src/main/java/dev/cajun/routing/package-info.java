/**
 * The benchmark of the way that a message takes to its actor, which is nobody's business
 * outside the package of the same name in the runtime.
 */
@NullMarked
package dev.cajun.routing;

import org.jspecify.annotations.NullMarked;
