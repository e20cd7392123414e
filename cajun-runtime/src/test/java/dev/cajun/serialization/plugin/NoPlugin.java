package dev.cajun.serialization.plugin;

/**
 * A class of an allowed package that fits no declared type.
 */
public final class NoPlugin {

	static {
		System.setProperty("dev.cajun.canary.noplugin", "initialized");
	}

}
