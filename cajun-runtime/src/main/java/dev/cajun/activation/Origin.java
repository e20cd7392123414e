package dev.cajun.activation;

import java.util.Map;

/** Another process, as the sender of one message. */
public interface Origin {

	/**
	 * What goes with the message: the trace and the diagnostic context of its sender.
	 * @return the context, empty when there is none
	 */
	Map<String, String> context();

}
