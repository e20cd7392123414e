package dev.cajun.spring.test;

import java.util.Set;

import dev.cajun.node.NodeListener;
import dev.cajun.serialization.Upcaster;
import dev.cajun.spring.Actor;
import dev.cajun.spring.CajunNodeCustomizer;

import org.springframework.boot.test.context.filter.annotation.StandardAnnotationCustomizableTypeExcludeFilter;

/** Leaves out every component that has nothing to do with actors. */
class ActorTypeExcludeFilter extends StandardAnnotationCustomizableTypeExcludeFilter<ActorTest> {

	private static final Set<Class<?>> INCLUDES = Set.of(Actor.class, CajunNodeCustomizer.class, NodeListener.class,
			Upcaster.class);

	ActorTypeExcludeFilter(Class<?> testClass) {
		super(testClass);
	}

	@Override
	protected Set<Class<?>> getKnownIncludes() {
		return INCLUDES;
	}

}
