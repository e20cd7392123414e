package dev.cajun.spring.autoconfigure;

import java.util.List;
import java.util.function.Consumer;

import dev.cajun.MessageUndelivered;
import dev.cajun.node.NodeListener;
import dev.cajun.node.NodeState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationEventPublisher;

/**
 * Gives the application what the node has to tell: events of handlers and undelivered
 * messages as application events, everything to the listener beans.
 */
class ApplicationNodeListener implements NodeListener {

	private static final Logger logger = LoggerFactory.getLogger(ApplicationNodeListener.class);

	private final ApplicationEventPublisher events;

	private final List<NodeListener> listeners;

	ApplicationNodeListener(ApplicationEventPublisher events, List<NodeListener> listeners) {
		this.events = events;
		this.listeners = listeners;
	}

	@Override
	public void published(Object event) {
		each((listener) -> listener.published(event));
		this.events.publishEvent(event);
	}

	@Override
	public void undelivered(MessageUndelivered message) {
		each((listener) -> listener.undelivered(message));
		this.events.publishEvent(message);
	}

	@Override
	public void stateChanged(NodeState state) {
		each((listener) -> listener.stateChanged(state));
	}

	private void each(Consumer<NodeListener> call) {
		for (NodeListener listener : this.listeners) {
			try {
				call.accept(listener);
			}
			catch (RuntimeException ex) {
				logger.warn("Node listener {} failed", listener.getClass().getName(), ex);
			}
		}
	}

}
