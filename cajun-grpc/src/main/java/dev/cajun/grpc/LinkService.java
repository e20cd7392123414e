package dev.cajun.grpc;

import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.locks.ReentrantLock;

import dev.cajun.time.Scheduler;
import dev.cajun.transport.Frame;
import dev.cajun.transport.Links;
import dev.cajun.transport.Refusal;
import dev.cajun.transport.Transport;
import dev.cajun.transport.Wire;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this node does when others connect. Runs on the network threads. */
final class LinkService {

	private static final Logger logger = LoggerFactory.getLogger(LinkService.class);

	/** Frames asked for ahead; how much arrives is bounded by the stream's window. */
	private static final int AHEAD = 256;

	private final Transport.Self self;

	private final Transport.Receiver receiver;

	private final Links links;

	private final Tokens tokens;

	private final Scheduler timers;

	private final RefusalLog log;

	LinkService(Transport.Self self, Transport.Receiver receiver, Links links, Tokens tokens, Scheduler timers) {
		this.self = self;
		this.receiver = receiver;
		this.links = links;
		this.tokens = tokens;
		this.timers = timers;
		this.log = new RefusalLog(timers::nanoTime);
	}

	ServerServiceDefinition definition() {
		return ServerServiceDefinition.builder(Protocol.SERVICE)
			.addMethod(Protocol.STREAM, this::stream)
			.addMethod(Protocol.PROBE, this::probe)
			.build();
	}

	private ServerCall.Listener<Frame> stream(ServerCall<Frame, Long> call, Metadata headers) {
		Incoming incoming = new Incoming(call);
		switch (accept(headers, incoming)) {
			case Links.Refused refused -> refuse(call, refused);
			case Links.Session session -> incoming.accept(session);
		}
		return incoming;
	}

	private Links.Acceptance accept(Metadata headers, Incoming incoming) {
		Links.Refused refused = check(headers);
		if (refused != null) {
			return refused;
		}
		try {
			Wire.Hello hello = Protocol.hello(headers);
			return this.links.accept(hello, incoming, this.timers);
		}
		catch (IllegalArgumentException ex) {
			return this.links.refuse(Refusal.PROTOCOL, here() + " does not understand: " + ex.getMessage());
		}
	}

	/** The token first: who does not know it learns nothing. */
	private Links.@Nullable Refused check(Metadata headers) {
		if (!this.tokens.accepts(Protocol.token(headers))) {
			return this.links.refuse(Refusal.TOKEN,
					here() + " does not know this token: set cajun.transport.token to the same on every node");
		}
		String versions = Protocol.foreignVersions(headers);
		if (versions != null) {
			return this.links.refuse(Refusal.PROTOCOL, here() + " speaks versions " + Protocol.OLDEST + "-"
					+ Protocol.VERSION + " of the protocol, not " + versions);
		}
		return null;
	}

	private String here() {
		return this.self.node();
	}

	/** A connection could not agree on TLS, and is closed. */
	void handshakeFailed(@Nullable SocketAddress from, Throwable cause) {
		// Who just goes away, as a probe of a port does, was not refused
		if (!(cause instanceof ClosedChannelException)) {
			Links.Refused refused = this.links.refuse(Refusal.TLS,
					here() + " cannot agree on TLS: " + Channels.describe(cause));
			this.log.refused(refused, from);
		}
	}

	private void refuse(ServerCall<?, ?> call, Links.Refused refused) {
		this.log.refused(refused, call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
		call.close(Protocol.status(refused.refusal(), refused.reason()), Protocol.refusal(refused.refusal()));
	}

	private ServerCall.Listener<Long> probe(ServerCall<Long, Long> call, Metadata headers) {
		Links.Refused refused = check(headers);
		if (refused == null) {
			String cluster;
			try {
				cluster = Protocol.cluster(headers);
			}
			catch (IllegalArgumentException ex) {
				cluster = "";
			}
			if (!cluster.equals(this.self.cluster())) {
				refused = this.links.refuse(Refusal.OTHER_CLUSTER,
						here() + " belongs to the cluster '" + this.self.cluster() + "', not to '" + cluster + "'");
			}
		}
		if (refused != null) {
			refuse(call, refused);
		}
		else {
			call.request(1);
			this.receiver.probed(() -> answer(call));
		}
		return new ServerCall.Listener<>() {
		};
	}

	private void answer(ServerCall<Long, Long> call) {
		try {
			call.sendHeaders(Protocol.reached(this.self));
			call.sendMessage(0L);
			call.close(Status.OK, new Metadata());
		}
		catch (IllegalStateException ex) {
			logger.debug("A probe was answered twice, or the server is closing", ex);
		}
	}

	/**
	 * One stream of one connection. The lock is for the call, which is not thread-safe: a
	 * newer connection may close this one at any time.
	 */
	private static final class Incoming extends ServerCall.Listener<Frame> implements Links.Answers {

		private final ReentrantLock lock = new ReentrantLock();

		private final ServerCall<Frame, Long> call;

		private Links.@Nullable Session session;

		private int requested = AHEAD;

		private boolean closed;

		Incoming(ServerCall<Frame, Long> call) {
			this.call = call;
		}

		void accept(Links.Session session) {
			this.session = session;
			this.lock.lock();
			try {
				if (!this.closed) {
					this.call.sendHeaders(Protocol.expected(session.expected()));
					this.call.request(AHEAD);
				}
			}
			finally {
				this.lock.unlock();
			}
		}

		@Override
		public void onMessage(Frame frame) {
			if (this.session != null) {
				this.session.received(frame);
				if (--this.requested <= AHEAD / 2) {
					this.call.request(AHEAD - this.requested);
					this.requested = AHEAD;
				}
			}
		}

		@Override
		public void onHalfClose() {
			close("the sender has finished");
			onCancel();
		}

		@Override
		public void onCancel() {
			if (this.session != null) {
				this.session.closed();
			}
		}

		@Override
		public void acknowledge(long next) {
			this.lock.lock();
			try {
				if (!this.closed) {
					this.call.sendMessage(next);
				}
			}
			finally {
				this.lock.unlock();
			}
		}

		@Override
		public void close(String reason) {
			this.lock.lock();
			try {
				if (!this.closed) {
					this.closed = true;
					this.call.close(Status.ABORTED.withDescription(reason), new Metadata());
				}
			}
			finally {
				this.lock.unlock();
			}
		}

	}

}
