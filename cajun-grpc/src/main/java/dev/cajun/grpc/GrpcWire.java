package dev.cajun.grpc;

import java.util.function.Function;

import javax.net.ssl.SSLException;

import dev.cajun.transport.Frame;
import dev.cajun.transport.Refusal;
import dev.cajun.transport.Transport;
import dev.cajun.transport.Wire;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Makes connections for links: a channel with a call for each stream. When one of its
 * calls ends the connection has ended.
 */
final class GrpcWire implements Wire {

	/**
	 * Bytes that may wait in a stream's buffer before the link keeps its messages: enough
	 * to write on while the window is being opened, little to send again.
	 */
	private static final CallOptions OPTIONS = CallOptions.DEFAULT.withOnReadyThreshold(256 * 1024);

	private final Channels channels;

	private final Tokens tokens;

	private final Function<Transport.Peer, LoopScheduler> threads;

	GrpcWire(Channels channels, Tokens tokens, Function<Transport.Peer, LoopScheduler> threads) {
		this.channels = channels;
		this.tokens = tokens;
		this.threads = threads;
	}

	@Override
	public Connection connect(Hello[] hellos, Transport.Peer peer, Events events) {
		LoopScheduler thread = this.threads.apply(peer);
		try {
			ManagedChannel channel = this.channels.open(peer.address(), thread.loop());
			return new GrpcConnection(channel, hellos, peer, events, thread);
		}
		catch (SSLException | RuntimeException ex) {
			thread.schedule(0, () -> events.closed("no connection can be made: " + ex));
			return new NoConnection();
		}
	}

	/** What could not even be tried. */
	private static final class NoConnection implements Connection {

		@Override
		public boolean isReady(int stream) {
			return false;
		}

		@Override
		public void send(int stream, Frame frame) {
			throw new IllegalStateException("There is no connection");
		}

		@Override
		public void close(String reason) {
			// Nothing to close
		}

	}

	/** All but the constructor's hops happens on the link's thread. */
	private final class GrpcConnection implements Connection {

		private final ManagedChannel channel;

		private final Transport.Peer peer;

		private final Events events;

		private final LoopScheduler thread;

		private final ClientCall<Frame, Long>[] calls;

		private final long[] expected;

		/** Calls that were not accepted yet. */
		private int awaited;

		private boolean closed;

		@SuppressWarnings({ "unchecked", "rawtypes" })
		GrpcConnection(ManagedChannel channel, Hello[] hellos, Transport.Peer peer, Events events,
				LoopScheduler thread) {
			this.channel = channel;
			this.peer = peer;
			this.events = events;
			this.thread = thread;
			this.calls = new ClientCall[hellos.length];
			this.expected = new long[hellos.length];
			this.awaited = hellos.length;
			byte[] token = GrpcWire.this.tokens.of(peer.bootId());
			for (int stream = 0; stream < hellos.length; stream++) {
				this.calls[stream] = channel.newCall(Protocol.STREAM, OPTIONS);
			}
			for (int stream = 0; stream < hellos.length; stream++) {
				this.calls[stream].start(new Answers(stream), Protocol.hello(hellos[stream], token));
				this.calls[stream].request(Answers.AHEAD);
			}
		}

		@Override
		public boolean isReady(int stream) {
			return !this.closed && this.calls[stream].isReady();
		}

		@Override
		public void send(int stream, Frame frame) {
			if (!this.closed) {
				this.calls[stream].sendMessage(frame);
			}
		}

		@Override
		public void close(String reason) {
			if (!this.closed) {
				this.closed = true;
				for (ClientCall<Frame, Long> call : this.calls) {
					call.cancel(reason, null);
				}
				this.channel.shutdownNow();
			}
		}

		private void accepted(int stream, Metadata headers) {
			try {
				this.expected[stream] = Protocol.expected(headers);
			}
			catch (IllegalArgumentException ex) {
				ended("not answered by a node: " + ex.getMessage(), null);
				return;
			}
			if (--this.awaited == 0) {
				this.events.opened(this.expected);
			}
		}

		private void ended(String reason, @Nullable Refusal refusal) {
			if (this.closed) {
				return;
			}
			close(reason);
			if (refusal == null) {
				this.events.closed(reason);
				return;
			}
			if (refusal == Refusal.TOKEN) {
				GrpcWire.this.tokens.refused(this.peer.bootId());
			}
			this.events.refused(refusal, reason);
		}

		/** What comes back on one stream. */
		private final class Answers extends ClientCall.Listener<Long> {

			private static final int AHEAD = 64;

			private final int stream;

			Answers(int stream) {
				this.stream = stream;
			}

			@Override
			public void onHeaders(Metadata headers) {
				GrpcConnection.this.thread.run(() -> {
					if (!GrpcConnection.this.closed) {
						accepted(this.stream, headers);
					}
				});
			}

			@Override
			public void onMessage(Long next) {
				GrpcConnection.this.thread.run(() -> {
					if (!GrpcConnection.this.closed) {
						GrpcConnection.this.events.acknowledged(this.stream, next);
						GrpcConnection.this.calls[this.stream].request(1);
					}
				});
			}

			@Override
			public void onReady() {
				GrpcConnection.this.thread.run(() -> {
					if (!GrpcConnection.this.closed) {
						GrpcConnection.this.events.ready();
					}
				});
			}

			@Override
			public void onClose(Status status, Metadata trailers) {
				// Never within connect(), which this may be
				GrpcConnection.this.thread.schedule(0, () -> {
					Refusal refusal = Protocol.refusal(trailers);
					String description = status.getDescription();
					ended((refusal != null && description != null) ? description : Channels.describe(status), refusal);
				});
			}

		}

	}

}
