package dev.cajun.spring.autoconfigure;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

import dev.cajun.ActorId;
import dev.cajun.EventSourcedActor;
import dev.cajun.StatefulActor;
import dev.cajun.spring.Actor;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.CannotLoadBeanClassException;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;

/**
 * The {@code @Actor} beans of an application context, read from the bean definitions so
 * that no bean is created: what refers to an actor type must not depend on its handler,
 * or two actors could not refer to each other.
 */
final class ActorBeans {

	/** The name under which the result is registered as a singleton. */
	static final String BEAN_NAME = "cajunActorBeans";

	private final Map<String, ActorBean> byType;

	private ActorBeans(Map<String, ActorBean> byType) {
		this.byType = byType;
	}

	/** The actor beans, by type. */
	Collection<ActorBean> all() {
		return this.byType.values();
	}

	@Nullable ActorBean get(String type) {
		return this.byType.get(type);
	}

	/**
	 * Reads the bean definitions.
	 * @param beanFactory holds the definitions
	 * @return the actor beans
	 * @throws FailureAnalyzedException if one is no actor, cannot be used as one, or has
	 * the type of another
	 */
	static ActorBeans find(ConfigurableListableBeanFactory beanFactory) {
		Map<String, ActorBean> byType = new TreeMap<>();
		for (String name : beanFactory.getBeanDefinitionNames()) {
			ActorBean bean = read(beanFactory, name);
			if (bean == null) {
				continue;
			}
			ActorBean other = byType.putIfAbsent(bean.type(), bean);
			if (other != null) {
				throw new FailureAnalyzedException(
						"Two beans declare the actor type '%s':%n\t- %s%n\t- %s".formatted(bean.type(),
								other.describe(), bean.describe()),
						"Give one of them another type in @Actor(\"...\"), or remove it. One actor type has one "
								+ "handler bean, which serves every actor of the type.");
			}
		}
		return new ActorBeans(byType);
	}

	private static @Nullable ActorBean read(ConfigurableListableBeanFactory beanFactory, String name) {
		BeanDefinition definition = beanFactory.getMergedBeanDefinition(name);
		if (definition.isAbstract()) {
			return null;
		}
		Actor annotation = findAnnotation(beanFactory, name, definition);
		if (annotation == null) {
			return null;
		}
		ResolvableType beanType = beanType(beanFactory, name, definition);
		String beanName = ScopedProxyUtils.isScopedTarget(name) ? ScopedProxyUtils.getOriginalBeanName(name) : name;
		Class<?> beanClass = beanType.resolve(Object.class);
		checkType(annotation.value(), beanName, beanClass);
		boolean stateful = StatefulActor.class.isAssignableFrom(beanClass);
		boolean eventSourced = EventSourcedActor.class.isAssignableFrom(beanClass);
		if (stateful == eventSourced) {
			throw notAnActor(annotation.value(), beanName, beanClass, stateful);
		}
		ResolvableType actor = beanType.as(stateful ? StatefulActor.class : EventSourcedActor.class);
		Type state = argument(actor, 0, "state", annotation.value(), beanName, beanType);
		Type message = argument(actor, 1, "message", annotation.value(), beanName, beanType);
		Type event = eventSourced ? argument(actor, 2, "event", annotation.value(), beanName, beanType) : null;
		return new ActorBean(annotation, beanName, beanClass, message, state, event);
	}

	/**
	 * The annotation of a {@code @Bean} method is nearer than that of its return type.
	 */
	private static @Nullable Actor findAnnotation(ConfigurableListableBeanFactory beanFactory, String name,
			BeanDefinition definition) {
		try {
			Actor found = beanFactory.findAnnotationOnBean(name, Actor.class, false);
			Method method = (definition instanceof RootBeanDefinition root) ? root.getResolvedFactoryMethod() : null;
			Actor onMethod = (method != null) ? AnnotatedElementUtils.findMergedAnnotation(method, Actor.class) : null;
			return (onMethod != null) ? onMethod : found;
		}
		catch (CannotLoadBeanClassException ex) {
			// Not ours to complain about: the bean may never be asked for.
			return null;
		}
	}

	private static ResolvableType beanType(ConfigurableListableBeanFactory beanFactory, String name,
			BeanDefinition definition) {
		ResolvableType declared = definition.getResolvableType();
		if (declared.resolve() != null) {
			return declared;
		}
		Class<?> type = beanFactory.getType(name, false);
		return (type != null) ? ResolvableType.forClass(type) : ResolvableType.NONE;
	}

	private static void checkType(String type, String beanName, Class<?> beanClass) {
		try {
			ActorId.checkType(type);
		}
		catch (IllegalArgumentException ex) {
			throw new FailureAnalyzedException(
					"The @Actor annotation of bean '%s' (%s) has the actor type '%s', which is not valid."
						.formatted(beanName, beanClass.getName(), type),
					"Use lower-case letters, digits and dashes, starting with a letter, at most %d characters: @Actor(\"account\")."
						.formatted(ActorId.MAX_TYPE_LENGTH),
					ex);
		}
	}

	private static FailureAnalyzedException notAnActor(String type, String beanName, Class<?> beanClass, boolean both) {
		return new FailureAnalyzedException(
				"Bean '%s' (%s) carries @Actor(\"%s\") and %s.".formatted(beanName, beanClass.getName(), type,
						both ? "implements both StatefulActor and EventSourcedActor" : "is no actor"),
				both ? "Implement one of the two."
						: "Implement dev.cajun.StatefulActor<State, Message> or dev.cajun.EventSourcedActor<State, "
								+ "Command, Event>, or remove the annotation. On a @Bean method the return type must "
								+ "be one of them.");
	}

	private static Type argument(ResolvableType actor, int index, String what, String type, String beanName,
			ResolvableType beanType) {
		Type argument = ActorTypes.concrete(actor.getGeneric(index));
		if (argument == null) {
			throw new FailureAnalyzedException(
					"The %s type of the actor type '%s' cannot be told from %s, the type of bean '%s'.".formatted(what,
							type, beanType, beanName),
					"Name the types: 'class AccountActor implements StatefulActor<Account, AccountCommand>', or "
							+ "for a @Bean method the return type 'StatefulActor<Account, AccountCommand>'. Type "
							+ "variables and wildcards do not say which messages the actor takes.");
		}
		return argument;
	}

}
