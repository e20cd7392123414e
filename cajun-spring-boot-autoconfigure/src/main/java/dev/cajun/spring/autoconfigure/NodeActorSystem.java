package dev.cajun.spring.autoconfigure;

import java.util.Set;

import dev.cajun.ActorSystem;
import dev.cajun.Actors;
import dev.cajun.node.CajunNode;
import org.jspecify.annotations.Nullable;

/**
 * The actor system as a bean: it exists long before the node, which is built from beans
 * that depend on it.
 */
class NodeActorSystem implements ActorSystem {

	private final NodeLifecycle lifecycle;

	private final String nodeName;

	NodeActorSystem(NodeLifecycle lifecycle, String nodeName) {
		this.lifecycle = lifecycle;
		this.nodeName = nodeName;
	}

	@Override
	public <M> Actors<M> actors(Class<M> messages) {
		return system().actors(messages);
	}

	@Override
	public <M> Actors<M> actors(String type, Class<M> messages) {
		return system().actors(type, messages);
	}

	@Override
	public Set<String> types() {
		return system().types();
	}

	/** The configured name only, as long as there is no node that could have an id. */
	@Override
	public String node() {
		CajunNode node = this.lifecycle.builtNode();
		return (node != null) ? node.system().node() : this.nodeName;
	}

	private ActorSystem system() {
		@Nullable CajunNode node = this.lifecycle.builtNode();
		if (node == null) {
			throw new IllegalStateException("The actor system has not started: the application context is still "
					+ "creating its beans. Talk to actors from an ApplicationRunner, not from a constructor or a "
					+ "@PostConstruct method");
		}
		return node.system();
	}

	@Override
	public String toString() {
		return "ActorSystem of node " + node();
	}

}
