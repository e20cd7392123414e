package dev.cajun.spring.test;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;

import dev.cajun.metadata.Lease;
import dev.cajun.metadata.Listing;
import dev.cajun.metadata.MetadataStore;
import dev.cajun.metadata.Transaction;
import dev.cajun.metadata.TransactionResult;
import dev.cajun.spring.test.TestProcess.Server;
import org.jspecify.annotations.Nullable;

/** The metadata store of a cluster, as far as one process reaches it. */
final class ProcessMetadata implements MetadataStore {

	private final TestProcess process;

	private final MetadataStore store;

	ProcessMetadata(TestProcess process, MetadataStore store) {
		this.process = process;
		this.store = store;
	}

	@Override
	public CompletionStage<Listing> list(String prefix) {
		return this.process.ask(Server.METADATA, () -> this.store.list(prefix));
	}

	@Override
	public CompletionStage<TransactionResult> commit(Transaction transaction) {
		return this.process.ask(Server.METADATA, () -> this.store.commit(transaction));
	}

	@Override
	public CompletionStage<Lease> grant(Duration ttl) {
		return this.process.ask(Server.METADATA, () -> this.store.grant(ttl));
	}

	@Override
	public CompletionStage<Lease> keepAlive(long lease) {
		return this.process.ask(Server.METADATA, () -> this.store.keepAlive(lease));
	}

	@Override
	public CompletionStage<Void> revoke(long lease) {
		return this.process.ask(Server.METADATA, () -> this.store.revoke(lease));
	}

	@Override
	public Watch watch(String prefix, Listener listener) {
		Watching watching = new Watching(prefix, listener);
		this.process.onChange(watching::follow);
		watching.follow();
		return watching::close;
	}

	@Override
	public String description() {
		return this.store.description();
	}

	@Override
	public void close() {
		this.store.close();
	}

	/** A watch that is broken while the store is out of reach. */
	private final class Watching {

		private final String prefix;

		private final Listener listener;

		private final ReentrantLock lock = new ReentrantLock();

		private @Nullable Watch watch;

		private boolean closed;

		Watching(String prefix, Listener listener) {
			this.prefix = prefix;
			this.listener = listener;
		}

		/** Begins, ends or leaves it, as the store can be reached. */
		void follow() {
			boolean reached = ProcessMetadata.this.process.reaches(Server.METADATA);
			this.lock.lock();
			try {
				if (this.closed || reached == (this.watch != null)) {
					return;
				}
				if (reached) {
					this.watch = ProcessMetadata.this.store.watch(this.prefix, new Told());
				}
				else {
					end();
				}
			}
			finally {
				this.lock.unlock();
			}
			if (!reached) {
				this.listener.followed(Server.METADATA.unreachable());
			}
		}

		void close() {
			this.lock.lock();
			try {
				this.closed = true;
				end();
			}
			finally {
				this.lock.unlock();
			}
		}

		private void end() {
			Watch ended = this.watch;
			this.watch = null;
			if (ended != null) {
				ended.close();
			}
		}

		private final class Told implements Listener {

			@Override
			public void changed(Listing listing) {
				ProcessMetadata.this.process.go(() -> Watching.this.listener.changed(listing));
			}

			@Override
			public void followed(@Nullable Throwable error) {
				ProcessMetadata.this.process.go(() -> Watching.this.listener.followed(error));
			}

		}

	}

}
