package dev.cajun.spring.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import dev.cajun.Actors;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.Order;

/**
 * Says which {@code Actors<M>} there are when none, or more than one, fits an injection
 * point. Comes before Boot's own analyzers, which can only suggest to define a bean.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
class ActorsInjectionFailureAnalyzer extends AbstractInjectionFailureAnalyzer<NoSuchBeanDefinitionException> {

	private final ConfigurableListableBeanFactory beanFactory;

	ActorsInjectionFailureAnalyzer(BeanFactory beanFactory) {
		this.beanFactory = (ConfigurableListableBeanFactory) beanFactory;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause,
			@Nullable String description) {
		ResolvableType wanted = cause.getResolvableType();
		if (wanted == null || wanted.resolve() != Actors.class) {
			return null;
		}
		Class<?> messages = wanted.getGeneric(0).resolve();
		List<Candidate> all = candidates();
		StringBuilder text = new StringBuilder();
		text.append((description != null) ? description : "A component").append(" required ");
		String action;
		if (cause instanceof NoUniqueBeanDefinitionException) {
			List<Candidate> fitting = all.stream()
				.filter((candidate) -> messages == null || messages == candidate.messages())
				.toList();
			text.append("the actors of one type, and there are several with messages of ")
				.append((messages != null) ? messages.getName() : "any type");
			list(text, fitting.isEmpty() ? all : fitting);
			action = "Name the actor type at the injection point: @Qualifier(\"%s\") Actors<%s>."
				.formatted((fitting.isEmpty() ? all : fitting).getFirst().type(), simpleName(messages));
		}
		else {
			text.append("'Actors<").append(simpleName(messages)).append(">', and no actor type has messages of ");
			text.append((messages != null) ? messages.getName() : "that type");
			list(text, all);
			action = all.isEmpty()
					? "Annotate the bean that handles these messages with @Actor(\"...\") and see that it is found: "
							+ "component scanning starts in the package of the application class. In a test slice, "
							+ "use @MockitoBean Actors<" + simpleName(messages) + ">."
					: "Use the message class of one of these types, the very class and no subtype of it, and the "
							+ "qualifier of that type if there is one.";
		}
		return new FailureAnalysis(text.toString(), action, cause);
	}

	private static String simpleName(@Nullable Class<?> messages) {
		return (messages != null) ? messages.getSimpleName() : "?";
	}

	private static void list(StringBuilder text, List<Candidate> candidates) {
		text.append(candidates.isEmpty() ? ".%n%nNo bean carries @Actor.".formatted()
				: ".%n%nThese actor types exist:%n".formatted());
		for (Candidate candidate : candidates) {
			text.append("\t- %s: messages %s, @Qualifier(\"%s\"), %s%n".formatted(candidate.type(),
					candidate.messages().getName(), candidate.type(), candidate.origin()));
		}
	}

	/** From the definitions alone: the beans are gone when analyzers run. */
	private List<Candidate> candidates() {
		List<Candidate> candidates = new ArrayList<>();
		for (String name : this.beanFactory.getBeanDefinitionNames()) {
			BeanDefinition definition = this.beanFactory.getBeanDefinition(name);
			Object type = definition.getAttribute(ActorsBeanRegistrar.TYPE_ATTRIBUTE);
			if (type != null) {
				candidates.add(
						new Candidate((String) type, definition.getResolvableType().getGeneric(0).resolve(Object.class),
								String.valueOf(definition.getResourceDescription())));
			}
		}
		return candidates;
	}

	private record Candidate(String type, Class<?> messages, String origin) {

	}

}
