package dev.cajun.etcd;

import java.util.concurrent.ExecutorService;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchResponse;
import org.jspecify.annotations.Nullable;

/**
 * One watcher of jetcd, which is closed at the first sign of trouble: it would resume by
 * itself after some errors and lose events while doing so, be dead after others, and tell
 * the two apart for nobody. Everything jetcd does here is done on threads that may block,
 * one after the other.
 */
final class WatchStream {

	private final ExecutorService outside;

	private final Callbacks callbacks;

	private Watch.@Nullable Watcher watcher;

	private volatile boolean closed;

	WatchStream(ExecutorService outside, Callbacks callbacks) {
		this.outside = outside;
		this.callbacks = callbacks;
	}

	void open(Watch client, ByteSequence prefix, long fromRevision) {
		WatchOption option = WatchOption.builder()
			.isPrefix(true)
			.withRevision(fromRevision)
			.withCreateNotify(true)
			.withRequireLeader(true)
			.build();
		Watch.Listener listener = Watch.listener(this.callbacks::heard, this.callbacks::ended,
				() -> this.callbacks.ended(new IllegalStateException("etcd has ended a watch")));
		run(() -> {
			if (!this.closed) {
				this.watcher = client.watch(prefix, option, listener);
			}
		});
	}

	/** Asks etcd for a sign of life, which is {@linkplain Callbacks#heard heard}. */
	void askForProgress() {
		run(() -> {
			if (this.watcher != null && !this.closed) {
				this.watcher.requestProgress();
			}
		});
	}

	void close() {
		this.closed = true;
		run(() -> {
			if (this.watcher != null) {
				this.watcher.close();
			}
		});
	}

	private void run(Runnable action) {
		this.outside.execute(() -> {
			synchronized (this) {
				try {
					action.run();
				}
				catch (RuntimeException ex) {
					this.callbacks.ended(ex);
				}
			}
		});
	}

	/** What a stream tells, on any thread; after its end it may tell more. */
	interface Callbacks {

		void heard(WatchResponse response);

		void ended(Throwable reason);

	}

}
