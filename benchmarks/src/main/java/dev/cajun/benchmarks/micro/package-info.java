/**
 * Measures single operations with JMH: what a store does, and how a message finds its
 * actor. Public because the code that JMH generates calls it.
 */
@NullMarked
package dev.cajun.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
