package dev.cajun.etcd;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

import dev.cajun.metadata.Document;
import dev.cajun.metadata.Listing;
import dev.cajun.metadata.MetadataStore;
import dev.cajun.metadata.MetadataStore.Listener;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows documents: reads them at a revision R and opens a stream of changes from R + 1.
 * jetcd's watches die in silence, and skip what happened while they were interrupted, so
 * a stream is believed only for as long as nothing is odd about it. Whatever ends it, and
 * silence as well, leads back to reading; so does time, whereby even a stream that lies
 * is forgotten within the re-read interval. A stream that has ended is never resumed.
 * <p>
 * Confined to the store's thread.
 */
final class Follower implements MetadataStore.Watch {

	private static final Logger logger = LoggerFactory.getLogger(Follower.class);

	private static final Duration FIRST_BACKOFF = Duration.ofMillis(50);

	private final String prefix;

	private final Listener listener;

	private final Source source;

	private final EtcdSettings settings;

	/** What was read last, with nothing of a stream in it. */
	private @Nullable Listing read;

	private @Nullable Listing given;

	/** The documents as the stream has changed them since, and at which revision. */
	private final TreeMap<String, Document> documents = new TreeMap<>();

	private long revision;

	private @Nullable Stream stream;

	private Loop.@Nullable Timer next;

	/** Failures and ends of streams since one was good. */
	private int failures;

	private boolean reading;

	private boolean readAgain;

	/** Whether the listener was told that it cannot be followed. */
	private boolean lost;

	/** Whether that was worth a line in the log. */
	private boolean lostLogged;

	private volatile boolean closed;

	Follower(String prefix, Listener listener, Source source, EtcdSettings settings) {
		this.prefix = prefix;
		this.listener = listener;
		this.source = source;
		this.settings = settings;
	}

	/** Reads everything, at once or as soon as the present reading has ended. */
	void read() {
		if (this.closed) {
			return;
		}
		cancelNext();
		if (this.reading) {
			this.readAgain = true;
			return;
		}
		this.reading = true;
		this.source.list(this.prefix).whenComplete((listing, error) -> {
			this.reading = false;
			if (this.closed) {
				return;
			}
			if (this.readAgain) {
				this.readAgain = false;
				read();
			}
			else if (error != null) {
				failed(error);
			}
			else {
				follow(listing);
			}
		});
	}

	private void failed(Throwable error) {
		if (!this.lostLogged) {
			this.lostLogged = true;
			logger.warn("{}. What is known stays in use, and is read again as soon as it can be", error.getMessage());
		}
		tellLost(error);
		readIn(Calls.backoffNanos(FIRST_BACKOFF, this.failures++));
	}

	private void follow(Listing listing) {
		Listing checked = checked(listing);
		if (this.given != null && this.given.history() > checked.history()) {
			// Sent before the other history was found
			read();
			return;
		}
		this.read = checked;
		this.documents.clear();
		this.documents.putAll(checked.documents());
		this.revision = checked.revision();
		Stream opened = new Stream();
		closeStream();
		this.stream = opened;
		opened.open(checked.revision() + 1);
		give(checked.history());
		if (this.closed) {
			return;
		}
		if (this.lostLogged) {
			this.lostLogged = false;
			logger.info("{} can be followed again", this.settings.description());
		}
		if (this.lost) {
			this.lost = false;
			tell(() -> this.listener.followed(null));
		}
		cancelNext();
		this.next = this.source.loop().schedule(this.settings.rereadInterval(), () -> {
			this.failures = 0;
			read();
		});
	}

	/**
	 * Looks for what cannot be in one history. It would show one that began anew and has
	 * caught up in revisions while nobody looked.
	 */
	private Listing checked(Listing listing) {
		Listing before = this.read;
		if (before == null || before.history() != listing.history()
				|| listing.documents().values().stream().noneMatch((found) -> contradicts(found, listing, before))) {
			return listing;
		}
		long history = this.source.histories().contradicted(listing.history(), listing.revision());
		return new Listing(history, listing.revision(), listing.documents());
	}

	private boolean contradicts(Document found, Listing listing, Listing before) {
		Document then = before.documents().get(found.key());
		if (found.revision() <= before.revision() && (then == null || then.revision() != found.revision())) {
			// Not written since the last reading, and yet not in it
			return true;
		}
		Document known = this.documents.get(found.key());
		if (known == null || known.revision() > listing.revision()) {
			return false;
		}
		// A later write of it was heard of, or the same one with another content
		return found.revision() < known.revision()
				|| (found.revision() == known.revision() && !Arrays.equals(found.value(), known.value()));
	}

	private void changed(WatchResponse response) {
		boolean any = false;
		for (WatchEvent event : response.getEvents()) {
			long written = event.getKeyValue().getModRevision();
			// Several events may have one revision, that of their transaction, and come
			// together; what reading has shown already is older
			if (written <= this.revision) {
				continue;
			}
			any = true;
			switch (event.getEventType()) {
				case PUT -> {
					Document document = this.source.keys().document(event.getKeyValue());
					this.documents.put(document.key(), document);
				}
				case DELETE -> this.documents.remove(this.source.keys().keyOf(event.getKeyValue()));
				case UNRECOGNIZED -> {
					read();
					return;
				}
			}
		}
		if (any && this.read != null) {
			this.revision = response.getEvents().getLast().getKeyValue().getModRevision();
			this.source.histories().heard(this.read.history(), response.getHeader().getClusterId(), this.revision);
			give(this.read.history());
		}
	}

	private void give(long history) {
		Listing before = this.given;
		if (before != null && before.history() == history && before.revision() > this.revision) {
			// Events have overtaken the reading, and come once more on the new stream
			return;
		}
		if (before == null || before.history() != history || !same(before.documents(), this.documents)) {
			Listing listing = new Listing(history, this.revision,
					Collections.unmodifiableSortedMap(new TreeMap<>(this.documents)));
			this.given = listing;
			tell(() -> this.listener.changed(listing));
		}
	}

	private static boolean same(Map<String, Document> one, Map<String, Document> other) {
		return revisions(one).equals(revisions(other));
	}

	private static Map<String, Long> revisions(Map<String, Document> documents) {
		Map<String, Long> revisions = HashMap.newHashMap(documents.size());
		documents.forEach((key, document) -> revisions.put(key, document.revision()));
		return revisions;
	}

	/** The stream has ended, or is not to be trusted. */
	private void ended(Throwable reason) {
		logger.debug("A watch of {} has ended: {}", this.settings.description(), reason.toString());
		closeStream();
		tellLost(reason);
		if (this.failures++ == 0) {
			read();
		}
		else {
			readIn(Calls.backoffNanos(FIRST_BACKOFF, this.failures));
		}
	}

	private void tellLost(Throwable error) {
		if (!this.lost) {
			this.lost = true;
			tell(() -> this.listener.followed(error));
		}
	}

	private void tell(Runnable call) {
		if (!this.closed) {
			try {
				call.run();
			}
			catch (RuntimeException | Error ex) {
				logger.error("A listener of {} failed", this.settings.description(), ex);
			}
		}
	}

	private void readIn(long nanos) {
		cancelNext();
		this.next = this.source.loop().schedule(nanos, this::read);
	}

	private void cancelNext() {
		if (this.next != null) {
			this.next.cancel();
			this.next = null;
		}
	}

	private void closeStream() {
		if (this.stream != null) {
			this.stream.close();
			this.stream = null;
		}
	}

	/** On any thread. */
	@Override
	public void close() {
		this.closed = true;
		this.source.loop().execute(this::end);
	}

	/** On the store's thread. */
	void end() {
		this.closed = true;
		cancelNext();
		closeStream();
		this.source.ended(this);
	}

	/** What a follower needs of the store. */
	interface Source {

		Loop loop();

		Keys keys();

		Histories histories();

		/** Completes on the store's thread. */
		CompletionStage<Listing> list(String prefix);

		/** Opens a stream, and calls the callbacks on any thread. */
		WatchStream open(String prefix, long fromRevision, WatchStream.Callbacks callbacks);

		void ended(Follower follower);

	}

	/** One stream, from its opening to its end, and the watch over its silence. */
	private final class Stream implements WatchStream.Callbacks {

		private final long openedNanos = System.nanoTime();

		private @Nullable WatchStream open;

		private Loop.@Nullable Timer watchdog;

		private long heardNanos = this.openedNanos;

		private boolean ended;

		void open(long fromRevision) {
			this.open = Follower.this.source.open(Follower.this.prefix, fromRevision, this);
			watch();
		}

		private void watch() {
			long timeout = Follower.this.settings.silenceTimeout().toNanos();
			this.watchdog = Follower.this.source.loop().schedule(timeout / 2, () -> {
				if (this.ended) {
					return;
				}
				if (System.nanoTime() - this.heardNanos >= timeout) {
					lost(new IllegalStateException(
							"a watch was silent for " + Follower.this.settings.silenceTimeout()));
					return;
				}
				Objects.requireNonNull(this.open).askForProgress();
				watch();
			});
		}

		@Override
		public void heard(WatchResponse response) {
			Follower.this.source.loop().execute(() -> {
				if (!this.ended) {
					this.heardNanos = System.nanoTime();
					if (!response.getEvents().isEmpty()) {
						changed(response);
					}
				}
			});
		}

		@Override
		public void ended(Throwable reason) {
			Follower.this.source.loop().execute(() -> lost(reason));
		}

		private void lost(Throwable reason) {
			if (!this.ended) {
				long age = System.nanoTime() - this.openedNanos;
				if (age >= Follower.this.settings.silenceTimeout().toNanos()) {
					Follower.this.failures = 0;
				}
				Follower.this.ended(reason);
			}
		}

		void close() {
			this.ended = true;
			if (this.watchdog != null) {
				this.watchdog.cancel();
			}
			if (this.open != null) {
				this.open.close();
			}
		}

	}

}
