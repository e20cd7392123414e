package dev.cajun.routing;

import java.util.LinkedHashMap;
import java.util.Map;

import dev.cajun.activation.MessageContext;
import org.slf4j.MDC;

/** Carries the logging context, as far as it is small. */
final class DiagnosticContext implements MessageContext {

	private static final int MAX_ENTRIES = 32;

	private static final int MAX_TEXT = 1024;

	@Override
	public Map<String, String> capture() {
		Map<String, String> present = MDC.getCopyOfContextMap();
		if (present == null || present.isEmpty()) {
			return Map.of();
		}
		Map<String, String> captured = new LinkedHashMap<>();
		present.forEach((key, value) -> {
			if (value != null && captured.size() < MAX_ENTRIES && key.length() <= MAX_TEXT
					&& value.length() <= MAX_TEXT) {
				captured.put(key, value);
			}
		});
		return captured;
	}

	@Override
	public Scope open(Map<String, String> context) {
		Map<String, String> before = MDC.getCopyOfContextMap();
		context.forEach((key, value) -> {
			if (!key.startsWith(TRACE)) {
				MDC.put(key, value);
			}
		});
		return () -> {
			if (before == null) {
				MDC.clear();
			}
			else {
				MDC.setContextMap(before);
			}
		};
	}

}
