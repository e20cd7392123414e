package dev.cajun.spring.test;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.support.DefaultSingletonBeanRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.util.FileSystemUtils;

/**
 * Gives every test context a cluster name and a store of its own, so that cached contexts
 * live side by side in one JVM and no files are left: a store in memory, unless the
 * application chose another, and then in a directory that goes with the context.
 * Properties of the test itself win.
 *
 * @param slice whether the test is an {@link ActorTest}, which is always in memory
 */
record IsolationContextCustomizer(boolean slice) implements ContextCustomizer {

	private static final String STORE = "cajun.persistence.store";

	private static final String DIRECTORY = "cajun.persistence.embedded.directory";

	@Override
	public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
		String name = "test-" + UUID.randomUUID();
		ConfigurableEnvironment environment = context.getEnvironment();
		Path directory = Path.of(System.getProperty("java.io.tmpdir"), "cajun-" + name);
		Map<String, Object> properties = new LinkedHashMap<>();
		properties.put("cajun.cluster.name", name);
		properties.put(DIRECTORY, directory.toString());
		boolean chosen = environment.containsProperty(STORE) || environment.containsProperty(DIRECTORY);
		if (this.slice || !chosen) {
			properties.put(STORE, "memory");
		}
		add(environment.getPropertySources(), new MapPropertySource("cajunTestIsolation", properties));
		((DefaultSingletonBeanRegistry) context.getBeanFactory()).registerDisposableBean("cajunTestDirectory",
				(DisposableBean) () -> FileSystemUtils.deleteRecursively(directory));
	}

	/** Above what the application says and below what the test says. */
	private static void add(MutablePropertySources sources, MapPropertySource source) {
		if (sources.contains(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME)) {
			sources.addBefore(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME, source);
		}
		else {
			sources.addFirst(source);
		}
	}

}
