package dev.cajun.kryo;

/** Says, in a system property, that somebody initialized it. */
public final class Canary implements OpenTypes.Open {

	static final String PROPERTY = "dev.cajun.kryo.canary";

	static {
		System.setProperty(PROPERTY, "initialized");
	}

}
