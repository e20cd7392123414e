package dev.cajun.transport;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;

import dev.cajun.time.Scheduler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ReliableLinkTests {

	private static final Transport.Peer PEER = new Transport.Peer("n2", "boot2", new Address("n2", 1));

	private final List<String> told = new ArrayList<>();

	private final LinkThread thread = new LinkThread();

	private final Links links = new Links(new Transport.Self("c", "n1", "boot1"), new Address("n1", 1), new Nobody(),
			LinkSettings.DEFAULTS, (hellos, peer, events) -> new Connection(), (peer) -> this.thread, new Random(1));

	@Test
	void tellsWhatItHoldsWhenItIsGivenUpWhileTheTransportCloses() {
		Link link = this.links.link(PEER);
		assertThat(link.send(0, new Parcel())).isEqualTo(Link.Sent.QUEUED);
		this.thread.runAll();
		// Between marking the link and calling its thread
		this.thread.before = () -> {
			this.links.close();
			this.thread.runAll();
			this.thread.ended = true;
		};
		link.giveUp("for the test");
		assertThat(this.told).containsExactly("lost");
	}

	private final class Parcel implements Link.Parcel {

		@Override
		public byte[] bytes() {
			return new byte[1];
		}

		@Override
		public void acknowledged() {
			ReliableLinkTests.this.told.add("acknowledged");
		}

		@Override
		public void lost(boolean maybeReceived) {
			ReliableLinkTests.this.told.add("lost");
		}

	}

	/** One that is never made. */
	private static final class Connection implements Wire.Connection {

		@Override
		public boolean isReady(int stream) {
			return false;
		}

		@Override
		public void send(int stream, Frame frame) {
			throw new IllegalStateException("It is not ready");
		}

		@Override
		public void close(String reason) {
			// Nothing is open.
		}

	}

	/** What is due later never comes. */
	private static final class LinkThread implements Scheduler {

		private final Queue<Runnable> tasks = new ArrayDeque<>();

		private Runnable before = () -> {
		};

		private boolean ended;

		void runAll() {
			for (Runnable task = this.tasks.poll(); task != null; task = this.tasks.poll()) {
				task.run();
			}
		}

		@Override
		public long nanoTime() {
			return 0;
		}

		@Override
		public Instant now() {
			return Instant.EPOCH;
		}

		@Override
		public Cancellable schedule(long delayNanos, Runnable task) {
			Runnable first = this.before;
			this.before = () -> {
			};
			first.run();
			if (this.ended) {
				throw new RejectedExecutionException("The thread has ended");
			}
			if (delayNanos == 0) {
				this.tasks.add(task);
			}
			return () -> {
			};
		}

	}

}
