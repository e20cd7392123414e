package dev.cajun.cluster;

import java.time.Duration;

import dev.cajun.store.ActorStore;
import dev.cajun.store.Fence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the store from time to time for something that everybody may know, so that a node
 * that does not reach it finds out even if nobody sends it a message.
 * <p>
 * Used in the event loop only.
 */
final class StoreWatch {

	private static final Logger logger = LoggerFactory.getLogger(StoreWatch.class);

	private final EventLoop loop;

	private final ActorStore store;

	private final Duration patience;

	private final Runnable changed;

	private long lastAnswer;

	private long nextQuestion;

	private boolean asking;

	private boolean reachable = true;

	StoreWatch(EventLoop loop, ActorStore store, Duration patience, Runnable changed) {
		this.loop = loop;
		this.store = store;
		this.patience = patience;
		this.changed = changed;
		this.lastAnswer = loop.nanoTime();
		this.nextQuestion = this.lastAnswer;
	}

	/** Whether the store has answered within the patience. */
	boolean isReachable() {
		return this.reachable;
	}

	void advance() {
		long now = this.loop.nanoTime();
		if (this.reachable && now - this.lastAnswer >= this.patience.toNanos()) {
			this.reachable = false;
			logger.error("The store {} has not answered for {}: this node takes no messages until it does",
					this.store.description(), this.patience);
			this.changed.run();
		}
		if (!this.asking && now - this.nextQuestion >= 0) {
			this.asking = true;
			this.nextQuestion = now + this.patience.dividedBy(5).toNanos();
			this.loop.when(this.store.wakeSet(Fence.NOBODY), (answer) -> answered(), (error) -> {
				this.asking = false;
				logger.debug("The store {} did not answer", this.store.description(), error);
			});
		}
	}

	private void answered() {
		this.asking = false;
		this.lastAnswer = this.loop.nanoTime();
		if (!this.reachable) {
			this.reachable = true;
			logger.info("The store {} answers again", this.store.description());
			this.changed.run();
		}
	}

}
