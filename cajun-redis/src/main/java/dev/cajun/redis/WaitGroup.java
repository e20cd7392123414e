package dev.cajun.redis;

import java.util.ArrayList;
import java.util.List;

import dev.cajun.store.StoreException;
import org.jspecify.annotations.Nullable;

/**
 * Writes that were sent together, and whose answers are held back until replicas, or the
 * disk, have them: one WAIT behind all of them. Redis answers in order, so all that was
 * answered is here when the answer to WAIT comes. Used by the connection's thread, but
 * for timeouts.
 */
final class WaitGroup {

	private final List<Call<?>> held = new ArrayList<>();

	private boolean over;

	private @Nullable StoreException failure;

	/** Holds an answer back. */
	void hold(Call<?> call) {
		synchronized (this) {
			if (!this.over) {
				this.held.add(call);
				return;
			}
		}
		answer(call);
	}

	/** Lets all answers go: as they are, or as unknown. */
	void end(@Nullable StoreException failure) {
		synchronized (this) {
			this.over = true;
			this.failure = failure;
		}
		this.held.forEach(this::answer);
	}

	private void answer(Call<?> call) {
		StoreException ex = this.failure;
		if (ex == null) {
			call.succeed();
		}
		else {
			call.fail(ex);
		}
	}

}
