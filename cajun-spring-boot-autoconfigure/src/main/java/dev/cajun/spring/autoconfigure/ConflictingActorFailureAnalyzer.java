package dev.cajun.spring.autoconfigure;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.cajun.spring.Actor;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/**
 * Explains two scanned classes with one bean name when the name is an actor type: Spring
 * refuses them before this library sees any. Its exception is not public, so it is known
 * by name and text.
 */
class ConflictingActorFailureAnalyzer implements FailureAnalyzer {

	private static final String EXCEPTION = "org.springframework.context.annotation.ConflictingBeanDefinitionException";

	private static final Pattern TEXT = Pattern
		.compile("bean name '(?<name>[^']+)' for bean class \\[(?<one>[^]]+)].* \\[(?<other>[^]]+)]");

	private final @Nullable ClassLoader classLoader;

	ConflictingActorFailureAnalyzer(BeanFactory beanFactory) {
		this.classLoader = ((ConfigurableListableBeanFactory) beanFactory).getBeanClassLoader();
	}

	@Override
	public @Nullable FailureAnalysis analyze(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause.getClass().getName().equals(EXCEPTION)) {
				return analyze(cause, String.valueOf(cause.getMessage()));
			}
		}
		return null;
	}

	private @Nullable FailureAnalysis analyze(Throwable cause, String message) {
		Matcher text = TEXT.matcher(message);
		if (!text.find()) {
			return null;
		}
		String name = text.group("name");
		String one = text.group("one");
		String other = text.group("other");
		boolean oneIsActor = isActor(one);
		boolean otherIsActor = isActor(other);
		if (oneIsActor && otherIsActor) {
			return new FailureAnalysis(
					"Two beans declare the actor type '%s':%n\t- %s%n\t- %s".formatted(name, other, one),
					"Give one of them another type in @Actor(\"...\"), or remove it. One actor type has one handler "
							+ "bean, which serves every actor of the type.",
					cause);
		}
		if (oneIsActor || otherIsActor) {
			return new FailureAnalysis(
					"The actor type '%s' of %s is the name of its bean as well, and %s has the same bean name."
						.formatted(name, oneIsActor ? one : other, oneIsActor ? other : one),
					"Rename the other bean, or declare the actor by a @Bean method of another name.", cause);
		}
		return null;
	}

	private boolean isActor(String className) {
		try {
			return AnnotatedElementUtils.hasAnnotation(ClassUtils.forName(className, this.classLoader), Actor.class);
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return false;
		}
	}

}
