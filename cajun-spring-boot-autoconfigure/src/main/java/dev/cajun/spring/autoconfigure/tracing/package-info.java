/**
 * Messages as observations, so that a trace crosses nodes.
 */
@NullMarked
package dev.cajun.spring.autoconfigure.tracing;

import org.jspecify.annotations.NullMarked;
