package dev.cajun.benchmarks.micro;

import java.util.Locale;

/** The stores that are measured, each with what an acknowledged write survives. */
public enum StoreKind {

	/** Embedded, in a directory; survives the end of the process. */
	EMBEDDED_ACK,

	/** Embedded, in a directory; survives the end of the machine. */
	EMBEDDED_FSYNC,

	/** A Redis of its own that syncs its file every second. */
	REDIS;

	/** The name among the parameters and in the output. */
	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	static StoreKind of(String label) {
		return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
	}

}
