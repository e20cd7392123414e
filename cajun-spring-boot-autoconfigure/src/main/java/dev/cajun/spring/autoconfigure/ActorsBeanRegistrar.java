package dev.cajun.spring.autoconfigure;

import dev.cajun.ActorSystem;
import dev.cajun.Actors;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.ResolvableType;
import org.springframework.util.StringUtils;

/**
 * Registers a bean {@code Actors<M>} per {@code @Actor} bean. It depends on the
 * {@link ActorSystem} alone, never on the handler, so it fits every constructor.
 * <p>
 * This is a registry post-processor although it works in the second of its callbacks:
 * there every other registry post-processor has run, and no plain bean factory
 * post-processor yet, such as the one that puts Mockito's mocks in place or the one that
 * makes beans lazy.
 */
class ActorsBeanRegistrar implements BeanDefinitionRegistryPostProcessor {

	/** The attribute of the definitions that holds the actor type. */
	static final String TYPE_ATTRIBUTE = ActorsBeanRegistrar.class.getName() + ".type";

	private @Nullable BeanDefinitionRegistry registry;

	@Override
	public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
		this.registry = registry;
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		ActorBeans actors = ActorBeans.find(beanFactory);
		beanFactory.registerSingleton(ActorBeans.BEAN_NAME, actors);
		if (this.registry != null) {
			for (ActorBean actor : actors.all()) {
				register(this.registry, beanFactory, actor);
			}
		}
	}

	private static void register(BeanDefinitionRegistry registry, ConfigurableListableBeanFactory beanFactory,
			ActorBean actor) {
		String name = actor.type() + "Actors";
		if (registry.containsBeanDefinition(name)) {
			if (beanFactory.isTypeMatch(name, Actors.class)) {
				return;
			}
			name = "cajun" + StringUtils.capitalize(name);
		}
		RootBeanDefinition definition = new RootBeanDefinition(DefaultActors.class,
				() -> new DefaultActors<>(beanFactory.getBean(ActorSystem.class), actor.type(), actor.messageClass()));
		// The class, not the interface: generated code must be able to name a
		// constructor.
		definition.setTargetType(
				ResolvableType.forClassWithGenerics(DefaultActors.class, ResolvableType.forType(actor.messageType())));
		definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class, actor.type()));
		definition.setResourceDescription(actor.describe());
		definition.setAttribute(TYPE_ATTRIBUTE, actor.type());
		// An instance supplier has no source form; this processor runs again at run time.
		definition.setAttribute(BeanRegistrationAotProcessor.IGNORE_REGISTRATION_ATTRIBUTE, true);
		registry.registerBeanDefinition(name, definition);
		String alias = camelCase(actor.type()) + "Actors";
		if (!alias.equals(name) && !registry.isBeanNameInUse(alias)) {
			registry.registerAlias(name, alias);
		}
	}

	/** {@code order-line} as a parameter may be named. */
	private static String camelCase(String type) {
		StringBuilder name = new StringBuilder();
		for (String part : StringUtils.delimitedListToStringArray(type, "-")) {
			name.append(name.isEmpty() ? part : StringUtils.capitalize(part));
		}
		return name.toString();
	}

}
