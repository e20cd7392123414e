package dev.cajun.spring.test;

import java.util.List;
import java.util.Locale;

import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.ResolvableType;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;

/**
 * Registers a probe per message type that the test class asks for, which yields to one
 * that the test declares, and what binds probes to the node.
 *
 * @param messages the message types
 */
record ProbesContextCustomizer(List<Class<?>> messages) implements ContextCustomizer {

	@Override
	public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
		BeanDefinitionRegistry registry = (BeanDefinitionRegistry) context.getBeanFactory();
		registry.registerBeanDefinition("cajunProbes", new RootBeanDefinition(Probes.class));
		for (int i = 0; i < this.messages.size(); i++) {
			Class<?> type = this.messages.get(i);
			RootBeanDefinition definition = new RootBeanDefinition(ActorProbe.class);
			definition.setTargetType(ResolvableType.forClassWithGenerics(ActorProbe.class, type));
			definition.setFallback(true);
			definition.setAttribute(Probes.TYPE_ATTRIBUTE, actorType(type, i));
			registry.registerBeanDefinition("cajunProbe" + i, definition);
		}
	}

	private static String actorType(Class<?> messages, int index) {
		String name = messages.getSimpleName().replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
		return "probe-" + index + "-" + name.substring(0, Math.min(name.length(), 50));
	}

}
