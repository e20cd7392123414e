package dev.cajun.history;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What of a history could not have happened. */
public final class Verdict {

	/** Enough to understand; a broken store breaks everything. */
	private static final int MAX_TEXTS = 20;

	private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);

	private final List<String> texts = new ArrayList<>();

	void add(Kind kind, Operation operation) {
		add(kind, operation.actor, operation.toString());
	}

	void add(Kind kind, String actor, String text) {
		this.counts.merge(kind, 1, Integer::sum);
		if (this.texts.size() < MAX_TEXTS) {
			this.texts.add(kind + " " + actor + ": " + text);
		}
	}

	/**
	 * Whether everything fits.
	 * @return whether the history is linearizable
	 */
	public boolean isClean() {
		return this.counts.isEmpty();
	}

	/**
	 * How often something did not fit.
	 * @param kind in which way
	 * @return how often
	 */
	public int count(Kind kind) {
		return this.counts.getOrDefault(kind, 0);
	}

	@Override
	public String toString() {
		return isClean() ? "clean"
				: this.counts + System.lineSeparator() + String.join(System.lineSeparator(), this.texts);
	}

	/** In which way something does not fit. */
	public enum Kind {

		/** An acknowledged append is not there. */
		LOST,

		/** An id is there more than once. */
		DOUBLED,

		/** An append that failed is there. */
		FAILED_AND_THERE,

		/** An id is there that nobody appended. */
		UNHEARD_OF,

		/** An append is elsewhere than its answer said. */
		MOVED,

		/** A read saw what was never the list. */
		NO_PREFIX,

		/** An operation missed what had ended before it was called. */
		OUT_OF_ORDER

	}

}
