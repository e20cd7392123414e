package dev.cajun.serialization;

import dev.cajun.serialization.plugin.Plugin;

/**
 * Says, in a system property, that somebody initialized it.
 */
public final class Canary implements Plugin {

	static final String PROPERTY = "dev.cajun.canary";

	static {
		System.setProperty(PROPERTY, "initialized");
	}

}
