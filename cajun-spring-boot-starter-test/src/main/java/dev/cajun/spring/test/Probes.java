package dev.cajun.spring.test;

import java.util.HashSet;
import java.util.Set;

import dev.cajun.ActorRef;
import dev.cajun.Actors;
import dev.cajun.Persistence;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorSettings;
import dev.cajun.node.CajunNode;
import dev.cajun.spring.Actor;
import dev.cajun.spring.ApplicationNode;
import dev.cajun.spring.CajunNodeCustomizer;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Makes the probes of a test actors of its node: those that the test class asks for get a
 * type of their own, those that are {@code @Actor} beans have one.
 */
class Probes implements CajunNodeCustomizer {

	/** The attribute of a probe's definition that holds the actor type of its own. */
	static final String TYPE_ATTRIBUTE = Probes.class.getName() + ".type";

	private final ConfigurableListableBeanFactory beanFactory;

	Probes(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public void customize(CajunNode.Builder builder) {
		Set<Class<?>> declared = new HashSet<>();
		String[] names = this.beanFactory.getBeanNamesForType(ActorProbe.class);
		for (String name : names) {
			Actor annotation = this.beanFactory.findAnnotationOnBean(name, Actor.class);
			if (annotation != null) {
				Class<?> messages = messages(name);
				declared.add(messages);
				bind(probe(name), annotation.value(), messages);
			}
		}
		for (String name : names) {
			Object ownType = this.beanFactory.getMergedBeanDefinition(name).getAttribute(TYPE_ATTRIBUTE);
			Class<?> messages = messages(name);
			if (ownType != null && !declared.contains(messages)) {
				ActorProbe<?> probe = probe(name);
				builder.actor(definition((String) ownType, probe, messages));
				bind(probe, (String) ownType, messages);
			}
		}
	}

	private ActorProbe<?> probe(String name) {
		return this.beanFactory.getBean(name, ActorProbe.class);
	}

	private Class<?> messages(String name) {
		BeanDefinition definition = this.beanFactory.getMergedBeanDefinition(name);
		return definition.getResolvableType().as(ActorProbe.class).getGeneric().resolve(Object.class);
	}

	private static <M> ActorDefinition definition(String type, ActorProbe<M> probe, Class<?> messages) {
		return ActorDefinition.stateful(type, probe, messages, Boolean.class,
				ActorSettings.defaults().withPersistence(Persistence.NONE));
	}

	@SuppressWarnings("unchecked")
	private <M> void bind(ActorProbe<M> probe, String type, Class<?> messages) {
		probe.bind(new LateActors<>(type, (Class<M>) messages), () -> ActorTime.awaitIdle(node()));
	}

	private CajunNode node() {
		return this.beanFactory.getBean(ApplicationNode.class).node();
	}

	/** The actors of a probe's type, found when the node runs. */
	private final class LateActors<M> implements Actors<M> {

		private final String type;

		private final Class<M> messages;

		private @Nullable Actors<M> actors;

		LateActors(String type, Class<M> messages) {
			this.type = type;
			this.messages = messages;
		}

		@Override
		public String type() {
			return this.type;
		}

		@Override
		public ActorRef<M> get(String key) {
			Actors<M> found = this.actors;
			if (found == null) {
				found = node().system().actors(this.type, this.messages);
				this.actors = found;
			}
			return found.get(key);
		}

	}

}
