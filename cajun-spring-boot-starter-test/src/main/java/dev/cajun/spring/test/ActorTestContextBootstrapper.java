package dev.cajun.spring.test;

import org.springframework.boot.test.autoconfigure.TestSliceTestContextBootstrapper;

/** Finds the application of an {@link ActorTest}. */
class ActorTestContextBootstrapper extends TestSliceTestContextBootstrapper<ActorTest> {

}
