package dev.cajun.routing;

import dev.cajun.store.ActorStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the store works, by what it did last. Reading and writing fail by themselves: a
 * full disk is still read. Logs when that changes, not at every call.
 * <p>
 * Thread-safe.
 */
final class StoreHealth {

	private static final Logger logger = LoggerFactory.getLogger(StoreHealth.class);

	private final ActorStore store;

	private volatile @Nullable Throwable readError;

	private volatile @Nullable Throwable writeError;

	StoreHealth(ActorStore store) {
		this.store = store;
	}

	@Nullable Throwable error() {
		Throwable error = this.writeError;
		return (error != null) ? error : this.readError;
	}

	void read(@Nullable Throwable error) {
		if ((error == null) != (this.readError == null)) {
			this.readError = error;
			log("read", error);
		}
	}

	void wrote(@Nullable Throwable error) {
		if ((error == null) != (this.writeError == null)) {
			this.writeError = error;
			log("write", error);
		}
	}

	private void log(String what, @Nullable Throwable error) {
		if (error == null) {
			logger.info("The store {} can {} again", this.store.description(), what);
		}
		else {
			logger.error("The store {} cannot {}; actors that need it refuse messages", this.store.description(), what,
					error);
		}
	}

}
