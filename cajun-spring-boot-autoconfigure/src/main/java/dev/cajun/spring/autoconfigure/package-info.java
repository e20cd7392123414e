/**
 * Turns properties and {@code @Actor} beans into a running node: discovery of actor
 * beans, the {@code Actors<M>} beans, settings, life cycle, start-up report and failure
 * analyses. Nothing here is API; what needs an optional library lives in a package of its
 * own below.
 */
@NullMarked
package dev.cajun.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;
