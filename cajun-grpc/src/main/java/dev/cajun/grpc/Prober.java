package dev.cajun.grpc;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;

import javax.net.ssl.SSLException;

import dev.cajun.time.Scheduler;
import dev.cajun.transport.Address;
import dev.cajun.transport.Refusal;
import dev.cajun.transport.Transport.Probe;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/** Asks whether a process is there, each time on a connection of its own. */
final class Prober {

	private final String cluster;

	private final Channels channels;

	private final Tokens tokens;

	private final LoopScheduler thread;

	Prober(String cluster, Channels channels, Tokens tokens, LoopScheduler thread) {
		this.cluster = cluster;
		this.channels = channels;
		this.tokens = tokens;
		this.thread = thread;
	}

	CompletionStage<Probe> probe(Address address, Duration timeout) {
		CompletableFuture<Probe> result = new CompletableFuture<>();
		try {
			this.thread.schedule(0, () -> new Question(address, timeout, result).ask());
		}
		catch (RejectedExecutionException ex) {
			result.complete(new Probe.Silent("this process is closing"));
		}
		return result;
	}

	/** One probe. On the thread. */
	private final class Question extends ClientCall.Listener<Long> {

		private final Address address;

		private final Duration timeout;

		private final long deadline;

		private final CompletableFuture<Probe> result;

		private @Nullable ManagedChannel channel;

		private Scheduler.@Nullable Cancellable timer;

		private @Nullable Metadata headers;

		/** Whether both tokens were shown already. */
		private boolean again;

		Question(Address address, Duration timeout, CompletableFuture<Probe> result) {
			this.address = address;
			this.timeout = timeout;
			this.deadline = Prober.this.thread.nanoTime() + timeout.toNanos();
			this.result = result;
		}

		void ask() {
			try {
				ManagedChannel opened = Prober.this.channels.open(this.address, Prober.this.thread.loop());
				this.channel = opened;
				this.timer = Prober.this.thread.schedule(Math.max(1, this.deadline - Prober.this.thread.nanoTime()),
						() -> done(new Probe.Silent("no answer within " + this.timeout.toMillis() + " ms")));
				ClientCall<Long, Long> call = opened.newCall(Protocol.PROBE, CallOptions.DEFAULT);
				call.start(this, Protocol.probe(Prober.this.cluster, Prober.this.tokens.of(this.address.toString())));
				call.request(1);
				call.sendMessage(0L);
				call.halfClose();
			}
			catch (SSLException | RuntimeException ex) {
				done(new Probe.Silent("no connection can be made: " + ex));
			}
		}

		private void done(Probe probe) {
			hangUp();
			this.result.complete(probe);
		}

		private void hangUp() {
			if (this.timer != null) {
				this.timer.cancel();
				this.timer = null;
			}
			if (this.channel != null) {
				this.channel.shutdownNow();
				this.channel = null;
			}
		}

		@Override
		public void onHeaders(Metadata received) {
			this.headers = received;
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			// After the call that this may be within
			try {
				Prober.this.thread.schedule(0, () -> {
					if (!this.result.isDone()) {
						closed(status, Protocol.refusal(trailers));
					}
				});
			}
			catch (RejectedExecutionException ex) {
				this.result.complete(new Probe.Silent("this process is closing"));
			}
		}

		private void closed(Status status, @Nullable Refusal refusal) {
			if (refusal == Refusal.TOKEN && !this.again) {
				this.again = true;
				Prober.this.tokens.refused(this.address.toString());
				hangUp();
				ask();
				return;
			}
			done(outcome(status, refusal));
		}

		private Probe outcome(Status status, @Nullable Refusal refusal) {
			if (status.isOk() && this.headers != null) {
				try {
					return Protocol.reached(this.headers);
				}
				catch (IllegalArgumentException ex) {
					return new Probe.Silent("not answered by a node: " + ex.getMessage());
				}
			}
			String reason = Channels.describe(status);
			return (refusal == Refusal.OTHER_CLUSTER || (refusal == null && Channels.isRefused(status)))
					? new Probe.Refused(reason) : new Probe.Silent(reason);
		}

	}

}
