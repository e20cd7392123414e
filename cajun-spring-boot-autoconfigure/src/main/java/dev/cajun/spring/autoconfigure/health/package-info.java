/**
 * The health contributor {@code cluster}, and its place in the readiness group.
 */
@NullMarked
package dev.cajun.spring.autoconfigure.health;

import org.jspecify.annotations.NullMarked;
