package dev.cajun.spring.autoconfigure;

import dev.cajun.metadata.MetadataStore;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Whether this node is one of several: {@code cajun.cluster.mode} says so, or says
 * nothing and there is a store that nodes share.
 */
public class OnClusteredCondition extends SpringBootCondition implements ConfigurationCondition {

	private static final String MODE = "cajun.cluster.mode";

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("Clustered");
		String mode = context.getEnvironment().getProperty(MODE);
		ConfigurableListableBeanFactory beans = context.getBeanFactory();
		boolean clustered = beans != null && isClustered(context.getEnvironment(), beans);
		return new ConditionOutcome(clustered, message.because((mode != null) ? MODE + " is " + mode
				: clustered ? "there is a metadata store" : "there is no metadata store"));
	}

	static boolean isClustered(Environment environment, ConfigurableListableBeanFactory beans) {
		String mode = environment.getProperty(MODE);
		return (mode != null && !mode.isBlank()) ? mode.strip().equalsIgnoreCase("clustered")
				: beans.getBeanNamesForType(MetadataStore.class, true, false).length > 0;
	}

}
