package dev.cajun.spring.autoconfigure.grpc;

import dev.cajun.metadata.MetadataStore;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Whether this node is one of several: {@code cajun.cluster.mode} says so, or says
 * nothing and there is a store that nodes share.
 */
class OnClusteredCondition extends SpringBootCondition implements ConfigurationCondition {

	private static final String MODE = "cajun.cluster.mode";

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("Clustered");
		String mode = context.getEnvironment().getProperty(MODE);
		if (mode != null) {
			return new ConditionOutcome(mode.equalsIgnoreCase("clustered"), message.because(MODE + " is " + mode));
		}
		ConfigurableListableBeanFactory beans = context.getBeanFactory();
		boolean shared = beans != null && beans.getBeanNamesForType(MetadataStore.class, true, false).length > 0;
		return new ConditionOutcome(shared,
				message.because(shared ? "there is a metadata store" : "there is no metadata store"));
	}

}
