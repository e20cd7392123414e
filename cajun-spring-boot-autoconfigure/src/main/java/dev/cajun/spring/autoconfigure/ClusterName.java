package dev.cajun.spring.autoconfigure;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/** The name of the cluster that an application belongs to. */
public final class ClusterName {

	private static final String DEFAULT = "application";

	private ClusterName() {
	}

	/**
	 * The name, by {@code cajun.cluster.name}, else {@code spring.application.name}.
	 * @param environment the environment of the application
	 * @return the name, {@code application} if nothing says one
	 */
	public static String of(Environment environment) {
		String name = Binder.get(environment).bind("cajun.cluster.name", String.class).orElse("");
		if (StringUtils.hasText(name)) {
			return name;
		}
		String application = environment.getProperty("spring.application.name");
		return (application != null && StringUtils.hasText(application)) ? application : DEFAULT;
	}

}
