package dev.cajun.spring.test;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.SearchOption;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.test.context.AnnotatedClassFinder;
import org.springframework.boot.test.context.TestConfiguration;

/** Starts, mends and stops the cluster of an {@link ActorClusterTest}. */
final class ActorClusterExtension implements BeforeAllCallback, AfterEachCallback, ParameterResolver {

	private static final Namespace NAMESPACE = Namespace.create(ActorClusterExtension.class);

	@Override
	public void beforeAll(ExtensionContext context) {
		// A nested class finds the cluster of the class around it
		if (context.getStore(NAMESPACE).get(ActorCluster.class) == null) {
			context.getStore(NAMESPACE).put(ActorCluster.class, start(context.getRequiredTestClass()));
		}
	}

	private static ActorCluster start(Class<?> testClass) {
		ActorClusterTest settings = AnnotationSupport.findAnnotation(testClass, ActorClusterTest.class)
			.orElseThrow(() -> new IllegalStateException(testClass + " is not annotated with @ActorClusterTest"));
		return ActorCluster.start(settings.nodes(), sources(testClass, settings), settings.properties());
	}

	private static Class<?>[] sources(Class<?> testClass, ActorClusterTest settings) {
		List<Class<?>> sources = new ArrayList<>(List.of(settings.classes()));
		if (sources.isEmpty()) {
			Class<?> application = new AnnotatedClassFinder(SpringBootConfiguration.class).findFromClass(testClass);
			if (application == null) {
				throw new IllegalStateException(
						"There is no @SpringBootApplication in the package of " + testClass.getName()
								+ " or above it; name the application with " + "@ActorClusterTest(classes = …)");
			}
			sources.add(application);
		}
		Stream.of(testClass.getDeclaredClasses())
			.filter((nested) -> nested.isAnnotationPresent(TestConfiguration.class))
			.forEach(sources::add);
		return sources.toArray(Class<?>[]::new);
	}

	@Override
	public void afterEach(ExtensionContext context) {
		cluster(context).restore();
	}

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		return parameter.getParameter().getType() == ActorCluster.class;
	}

	@Override
	public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
		return cluster(context);
	}

	private static ActorCluster cluster(ExtensionContext context) {
		return Objects.requireNonNull(context.getStore(NAMESPACE).get(ActorCluster.class, ActorCluster.class));
	}

}
