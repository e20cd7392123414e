package dev.cajun.sample;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Writes down what transfers do: {@code logging.level.dev.cajun.sample=debug} shows it.
 */
@Component
class TransferLog {

	private static final Logger logger = LoggerFactory.getLogger(TransferLog.class);

	@EventListener
	void log(TransferEvent event) {
		logger.debug("Transfer {} is {}", event.transfer(), event.phase());
	}

}
