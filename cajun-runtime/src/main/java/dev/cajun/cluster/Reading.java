package dev.cajun.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import dev.cajun.metadata.Listing;
import dev.cajun.metadata.MetadataStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the metadata, and reads it when asked: gives views that never go back within
 * one history.
 * <p>
 * Used in the event loop only.
 */
final class Reading implements MetadataStore.Listener {

	private static final Logger logger = LoggerFactory.getLogger(Reading.class);

	private final EventLoop loop;

	private final MetadataStore metadata;

	private final Listener listener;

	private final List<CompletableFuture<Void>> waiting = new ArrayList<>();

	private ClusterView view = ClusterView.NONE;

	private MetadataStore.@Nullable Watch watch;

	private @Nullable Throwable error;

	private boolean busy;

	private boolean closed;

	Reading(EventLoop loop, MetadataStore metadata, Listener listener) {
		this.loop = loop;
		this.metadata = metadata;
		this.listener = listener;
	}

	void start() {
		this.watch = this.metadata.watch("", this);
	}

	void close() {
		this.closed = true;
		if (this.watch != null) {
			this.watch.close();
		}
		this.waiting.forEach((each) -> each.complete(null));
		this.waiting.clear();
	}

	/** The latest view. */
	ClusterView view() {
		return this.view;
	}

	/** What is read, without secrets. */
	String description() {
		return this.metadata.description();
	}

	/** Why the metadata is not followed; empty when it is. */
	String trouble() {
		if (this.view.history() == 0 || this.error != null) {
			return "the metadata " + this.metadata.description() + " cannot be read"
					+ ((this.error == null) ? "" : ": " + this.error);
		}
		return this.view.unreadable();
	}

	/** Reads; completes when what was read is known, or nothing could be read. */
	void refresh(CompletableFuture<Void> done) {
		this.waiting.add(done);
		read();
	}

	void read() {
		if (this.busy || this.closed) {
			return;
		}
		this.busy = true;
		List<CompletableFuture<Void>> served = List.copyOf(this.waiting);
		this.waiting.clear();
		this.loop.when(this.metadata.list(""), (listing, failure) -> {
			this.busy = false;
			if (listing != null && !this.closed) {
				listed(listing);
			}
			served.forEach((each) -> each.complete(null));
			if (!this.waiting.isEmpty()) {
				// Asked for while this one was under way, which may be too old for it.
				read();
			}
		});
	}

	private void listed(Listing listing) {
		ClusterView before = this.view;
		if (listing.history() < before.history()
				|| (listing.history() == before.history() && listing.revision() < before.revision())) {
			return;
		}
		this.view = ClusterView.of(listing, before);
		if (!this.view.unreadable().isEmpty() && !this.view.unreadable().equals(before.unreadable())) {
			logger.error("The metadata {} holds what this version cannot read: {}", this.metadata.description(),
					this.view.unreadable());
		}
		if (before.history() != 0 && listing.history() != before.history()) {
			logger.warn("The metadata {} was wiped or restored: everything that was known of it is forgotten",
					this.metadata.description());
			this.listener.historyChanged();
		}
		this.listener.changed();
	}

	@Override
	public void changed(Listing listing) {
		this.loop.execute(() -> {
			if (!this.closed) {
				listed(listing);
			}
		});
	}

	@Override
	public void followed(@Nullable Throwable failure) {
		this.loop.execute(() -> {
			boolean recovered = failure == null && this.error != null;
			if (recovered) {
				logger.info("The metadata {} is followed again", this.metadata.description());
			}
			else if (failure != null && this.error == null) {
				logger
					.warn("The metadata {} cannot be followed: {}. Nothing moves and nobody joins until it can; actors "
							+ "go on", this.metadata.description(), failure.toString());
			}
			this.error = failure;
			if (failure != null) {
				this.listener.failed();
			}
			else if (recovered) {
				this.listener.recovered();
			}
			this.listener.changed();
		});
	}

	/** Hears of views. */
	interface Listener {

		/** There is something new to see. */
		void changed();

		/** Nothing that was known of the metadata is so any more. */
		void historyChanged();

		/** The metadata cannot be followed now. */
		void failed();

		/** The metadata can be followed again. */
		void recovered();

	}

}
