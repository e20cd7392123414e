package dev.cajun.spring.autoconfigure;

import dev.cajun.ClusterListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Closes the application when an operator has had its node drained and nothing is left on
 * it. Where nothing else keeps the process alive it ends, with exit code 0.
 */
final class ExitWhenDrained implements ClusterListener {

	private static final Logger logger = LoggerFactory.getLogger(ExitWhenDrained.class);

	private final ConfigurableApplicationContext context;

	ExitWhenDrained(ConfigurableApplicationContext context) {
		this.context = context;
	}

	/** Closing waits for the node, whose thread this is. */
	@Override
	public void drained(String node) {
		logger.info("Node {} is drained, and the application stops: cajun.shutdown.exit-when-drained", node);
		Thread.ofPlatform().name("cajun-exit").start(this.context::close);
	}

}
