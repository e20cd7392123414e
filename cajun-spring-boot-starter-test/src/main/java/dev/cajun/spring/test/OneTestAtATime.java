package dev.cajun.spring.test;

import java.util.Set;

import org.junit.jupiter.api.parallel.ResourceLocksProvider;

/**
 * Where JUnit runs tests in parallel, those of one {@link ActorClusterTest} come one
 * after the other, because one breaks the cluster that all of them use. Other classes
 * have clusters of their own, and run meanwhile.
 */
final class OneTestAtATime implements ResourceLocksProvider {

	@Override
	public Set<Lock> provideForClass(Class<?> testClass) {
		return Set.of(new Lock(ActorCluster.class.getName() + " of " + testClass.getName()));
	}

}
