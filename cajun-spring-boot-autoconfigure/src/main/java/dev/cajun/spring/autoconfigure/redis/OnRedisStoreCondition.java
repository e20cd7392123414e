package dev.cajun.spring.autoconfigure.redis;

import dev.cajun.spring.autoconfigure.OnClusteredCondition;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Whether state is kept in Redis: {@code cajun.persistence.store} says so, or says
 * nothing and the node is one of a cluster.
 */
class OnRedisStoreCondition extends OnClusteredCondition {

	private static final String STORE = "cajun.persistence.store";

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		String store = context.getEnvironment().getProperty(STORE);
		return (store == null) ? super.getMatchOutcome(context, metadata)
				: new ConditionOutcome(store.strip().equalsIgnoreCase("redis"),
						ConditionMessage.forCondition("Redis store").because(STORE + " is " + store));
	}

}
