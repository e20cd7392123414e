/**
 * Tests of actors in a Spring application: the slice {@link ActorTest}, virtual time,
 * probes, and a check that every message survives serialization. Nothing here belongs
 * into an application.
 */
@NullMarked
package dev.cajun.spring.test;

import org.jspecify.annotations.NullMarked;
