package dev.cajun.spring.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

import dev.cajun.ClusterListener;
import dev.cajun.EventSourcedActor;
import dev.cajun.StatefulActor;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorSettings;
import dev.cajun.activation.MessageObserver;
import dev.cajun.node.CajunNode;
import dev.cajun.node.NodeListener;
import dev.cajun.node.NodeSettings;
import dev.cajun.serialization.ActorSerializer;
import dev.cajun.serialization.Upcaster;
import dev.cajun.spring.CajunNodeCustomizer;
import dev.cajun.store.ActorStore;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.core.env.Environment;

/**
 * Builds the node from properties and beans. Handlers, customizers, upcasters and
 * listeners are looked up when the node is built and never injected: they may depend on
 * the actor system.
 */
final class NodeFactory {

	private static final String PHASE_TIMEOUT = "spring.lifecycle.timeout-per-shutdown-phase";

	private static final Duration DEFAULT_PHASE_TIMEOUT = Duration.ofSeconds(30);

	private final ConfigurableListableBeanFactory beanFactory;

	private final Environment environment;

	private final ApplicationEventPublisher events;

	private final CajunProperties properties;

	private final SerializationProperties serialization;

	private final ActorBeans actors;

	private final ActorStore store;

	private final ActorSerializer serializer;

	/** What makes the node part of a cluster; {@code null} in local mode. */
	private final @Nullable Clustering clustering;

	NodeFactory(ConfigurableListableBeanFactory beanFactory, Environment environment, ApplicationEventPublisher events,
			CajunProperties properties, SerializationProperties serialization, ActorBeans actors, ActorStore store,
			ActorSerializer serializer, @Nullable Clustering clustering) {
		this.beanFactory = beanFactory;
		this.environment = environment;
		this.events = events;
		this.properties = properties;
		this.serialization = serialization;
		this.actors = actors;
		this.store = store;
		this.serializer = serializer;
		this.clustering = clustering;
		checkDrainTimeout();
	}

	private void checkDrainTimeout() {
		Duration drain = this.properties.shutdown().drainTimeout();
		Duration phase = Binder.get(this.environment).bind(PHASE_TIMEOUT, Duration.class).orElse(DEFAULT_PHASE_TIMEOUT);
		if (drain.compareTo(phase) >= 0) {
			throw new FailureAnalyzedException(
					("'cajun.shutdown.drain-timeout' is %s, which is not below '%s' (%s): the application context "
							+ "would stop waiting for the node before the node has finished the messages it accepted.")
						.formatted(text(drain), PHASE_TIMEOUT, text(phase)),
					"Set 'cajun.shutdown.drain-timeout' below %s, or raise '%s' above %s.".formatted(text(phase),
							PHASE_TIMEOUT, text(drain)));
		}
	}

	private static String text(Duration duration) {
		return (duration.toMillis() % 1000 == 0) ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
	}

	CajunNode create() {
		NodeSettings builtSettings = settings();
		CajunNode.Builder builder = CajunNode.builder()
			.settings(builtSettings)
			.store(this.store)
			.serializer(this.serializer)
			.readers(Serializers.readers(this.serializer, this.beanFactory.getBeanClassLoader()))
			.upcasters(all(Upcaster.class))
			.allowedPackages(this.serialization.allowedPackages())
			.listener(new ApplicationNodeListener(this.events, all(NodeListener.class)));
		ActorTypeSettings settings = new ActorTypeSettings(this.properties.actorDefaults(), this.properties.actors(),
				this.beanFactory::resolveEmbeddedValue);
		for (ActorBean bean : this.actors.all()) {
			builder.actor(definition(bean, settings.of(bean)));
		}
		if (this.clustering != null) {
			builder.cluster(this.clustering.settings(builtSettings), this.clustering.metadata(),
					this.clustering.transport());
			all(ClusterListener.class).forEach(builder::listener);
		}
		this.beanFactory.getBeanProvider(MessageObserver.class).ifAvailable(builder::observer);
		for (CajunNodeCustomizer customizer : all(CajunNodeCustomizer.class)) {
			customizer.customize(builder);
		}
		return builder.build();
	}

	private NodeSettings settings() {
		NodeSettings settings = NodeSettings.defaults()
			.withCluster(ClusterName.of(this.environment))
			.withShards(this.properties.cluster().shards())
			.withMaxActive(this.properties.maxActive())
			.withMaxMessageSize(this.properties.transport().maxMessageBytes())
			.withDelivery(this.properties.delivery().guarantee())
			.withDedupMaxEntries(this.properties.delivery().dedup().maxEntries())
			.withDedupMaxAge(this.properties.delivery().dedup().maxAge())
			.withDrainTimeout(this.properties.shutdown().drainTimeout());
		String name = (this.clustering != null) ? this.clustering.nodeName() : this.properties.node().name();
		return (name != null) ? settings.withName(name) : settings;
	}

	private <T> List<T> all(Class<T> type) {
		return this.beanFactory.getBeanProvider(type).orderedStream().toList();
	}

	private ActorDefinition definition(ActorBean bean, ActorSettings settings) {
		Object handler = this.beanFactory.getBean(bean.beanName());
		return invalid(bean, () -> switch (handler) {
			case StatefulActor<?, ?> actor when !bean.eventSourced() ->
				ActorDefinition.stateful(bean.type(), actor, bean.messageType(), bean.stateType(), settings);
			case EventSourcedActor<?, ?, ?> actor when bean.eventType() != null -> ActorDefinition
				.eventSourced(bean.type(), actor, bean.messageType(), bean.stateType(), bean.eventType(), settings);
			default -> throw new IllegalArgumentException("The bean is a " + handler.getClass().getName()
					+ ", which is not the kind of actor that its definition promised");
		});
	}

	private static ActorDefinition invalid(ActorBean bean, Supplier<ActorDefinition> definition) {
		try {
			return definition.get();
		}
		catch (IllegalArgumentException ex) {
			throw new FailureAnalyzedException(
					"The actor type '%s' of %s is not valid: %s".formatted(bean.type(), bean.describe(),
							ex.getMessage()),
					"Correct its @Actor annotation or the properties 'cajun.actors.%s.*'.".formatted(bean.type()), ex);
		}
	}

	/** The keys of {@code cajun.actors} and the actor beans, for the start-up report. */
	StartupReport report(CajunNode node) {
		return new StartupReport(this.actors, this.properties.actors().keySet(), node.management());
	}

}
