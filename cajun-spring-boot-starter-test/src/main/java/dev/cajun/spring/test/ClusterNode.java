package dev.cajun.spring.test;

import java.util.Map;
import java.util.stream.Stream;

import dev.cajun.ActorSystem;
import dev.cajun.Actors;
import dev.cajun.metadata.MetadataStore;
import dev.cajun.node.ClusterManagement;
import dev.cajun.spring.CajunNodeCustomizer;
import dev.cajun.spring.test.TestProcess.Server;
import dev.cajun.store.ActorStore;
import dev.cajun.transport.Address;
import dev.cajun.transport.InMemoryTransport;
import dev.cajun.transport.Transport;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/**
 * One node of an {@link ActorCluster}: an application context of its own, in a process
 * that the test may stop, hold and cut off as if it were one.
 * <p>
 * Meant for the thread of the test.
 */
public final class ClusterNode {

	private static final int PORT = 7400;

	private final TestServers servers;

	private final Class<?>[] sources;

	private final Map<String, String> properties;

	private final String name;

	private final Address address;

	private @Nullable Started started;

	ClusterNode(TestServers servers, Class<?>[] sources, Map<String, String> properties, String name) {
		this.servers = servers;
		this.sources = sources.clone();
		this.properties = properties;
		this.name = name;
		this.address = new Address(name + ".test", PORT);
	}

	/**
	 * The node's name: {@code node-1} and so on.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Whether the node was started, and neither stopped nor killed since. A paused node
	 * runs.
	 * @return whether it runs
	 */
	public boolean isRunning() {
		return this.started != null;
	}

	/**
	 * The application of this node.
	 * @return its context
	 * @throws IllegalStateException if the node does not run
	 */
	public ConfigurableApplicationContext context() {
		return started().context;
	}

	/**
	 * A bean of this node's application.
	 * @param <T> its type
	 * @param type its type
	 * @return the bean
	 * @throws IllegalStateException if the node does not run
	 */
	public <T> T bean(Class<T> type) {
		return context().getBean(type);
	}

	/**
	 * Actors as this node's code sees them, wherever in the cluster they are.
	 * @param <M> their messages
	 * @param messageType the type of their messages
	 * @return the actors
	 * @throws IllegalStateException if the node does not run
	 */
	public <M> Actors<M> actors(Class<M> messageType) {
		return bean(ActorSystem.class).actors(messageType);
	}

	ClusterManagement management() {
		return bean(ClusterManagement.class);
	}

	Address address() {
		return this.address;
	}

	/** Starts the application; does not wait for the shards. */
	void start() {
		TestProcess process = new TestProcess();
		InMemoryTransport transport = this.servers.network().transport(this.address);
		MetadataStore metadata = new ProcessMetadata(process, this.servers.metadata().connect());
		ActorStore store = ProcessStore.of(process, this.servers);
		CajunNodeCustomizer customizer = (builder) -> builder.scheduler(transport.time()).executor(process);
		ConfigurableApplicationContext context = new SpringApplicationBuilder(this.sources).web(WebApplicationType.NONE)
			.registerShutdownHook(false)
			.initializers((created) -> {
				GenericApplicationContext beans = (GenericApplicationContext) created;
				register(beans, MetadataStore.class, "cajunTestMetadataStore", metadata);
				register(beans, ActorStore.class, "cajunTestActorStore", store);
				register(beans, Transport.class, "cajunTestTransport", transport);
				register(beans, CajunNodeCustomizer.class, "cajunTestProcessCustomizer", customizer);
			})
			.run(arguments());
		this.started = new Started(context, process);
	}

	private String[] arguments() {
		return Stream.concat(
				this.properties.entrySet().stream().map((property) -> property.getKey() + "=" + property.getValue()),
				Stream.of("cajun.node.name=" + this.name))
			.map("--"::concat)
			.toArray(String[]::new);
	}

	private static <T> void register(GenericApplicationContext context, Class<T> type, String name, T bean) {
		context.registerBeanDefinition(name,
				BeanDefinitionBuilder.rootBeanDefinition(type, () -> bean).setPrimary(true).getBeanDefinition());
	}

	private Started started() {
		Started now = this.started;
		if (now == null) {
			throw new IllegalStateException("The node " + this.name + " does not run; restart() it");
		}
		return now;
	}

	/**
	 * Stops the application in good order, as SIGTERM would: its actors move to other
	 * nodes before. Does nothing if the node does not run.
	 */
	public void stop() {
		Started stopped = this.started;
		if (stopped != null) {
			resume();
			this.started = null;
			stopped.context.close();
		}
	}

	/**
	 * Ends the process at once, as {@code kill -9} would: nothing that the node does from
	 * now on leaves it, and what it had not written is lost. A handler that is running
	 * goes on running, to no effect on actors; what it does by other means, such as a
	 * database, it still does. The application's beans are closed in the background.
	 * @throws IllegalStateException if the node does not run
	 */
	public void kill() {
		Started killed = started();
		this.started = null;
		killed.process.kill();
		this.servers.network().kill(this.address);
		Thread.ofVirtual().name("cajun-test-killed-" + this.name).start(killed.context::close);
	}

	/**
	 * Starts the application again under the same name, after stopping it in good order
	 * if it runs. Returns when the node is a member of the cluster again; its shards come
	 * later, see {@link ActorCluster#awaitSettled()}.
	 */
	public void restart() {
		stop();
		start();
	}

	/**
	 * Holds the process, as a long garbage collection or SIGSTOP would: nothing leaves it
	 * and nothing reaches it until {@link #resume()}. Other nodes take its actors when
	 * they have agreed that it is dead.
	 * @throws IllegalStateException if the node does not run
	 */
	public void pause() {
		started().process.pause();
		this.servers.network().pause(this.address);
	}

	/**
	 * Lets the process go on, with all that it had begun. Does nothing if it is not
	 * paused.
	 * @throws IllegalStateException if the node does not run
	 */
	public void resume() {
		this.servers.network().resume(this.address);
		started().process.resume();
	}

	/**
	 * Cuts this node off from the metadata store, so that it cannot keep its lease, until
	 * {@link ActorCluster#heal()}.
	 * @throws IllegalStateException if the node does not run
	 */
	public void cutOffMetadata() {
		started().process.cut(Server.METADATA);
	}

	/**
	 * Cuts this node off from the store of actors, so that it can neither load nor write,
	 * until {@link ActorCluster#heal()}.
	 * @throws IllegalStateException if the node does not run
	 */
	public void cutOffStore() {
		started().process.cut(Server.STORE);
	}

	void heal() {
		Started now = this.started;
		if (now != null) {
			resume();
			now.process.heal();
		}
	}

	@Override
	public String toString() {
		return this.name;
	}

	private record Started(ConfigurableApplicationContext context, TestProcess process) {

	}

}
