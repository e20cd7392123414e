/**
 * Measures the runtime beside a peer and beside the bare machine: what is measured, by
 * which loop, in which JVM. The contestants do the same work behind one interface, so
 * that the loops cannot differ.
 */
@NullMarked
package dev.cajun.benchmarks;

import org.jspecify.annotations.NullMarked;
