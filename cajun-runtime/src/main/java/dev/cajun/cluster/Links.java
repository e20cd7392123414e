package dev.cajun.cluster;

import java.util.function.Consumer;

import dev.cajun.placement.Node;
import dev.cajun.transport.Link;
import dev.cajun.transport.Transport;

/**
 * Sends control messages. What gets lost is said again by whoever needs an answer, so
 * nobody hears of it; what has to do with this node itself never leaves it.
 */
final class Links {

	private static final int STREAM = 0;

	private final Transport transport;

	private final String bootId;

	private final Consumer<ControlMessage> own;

	Links(Transport transport, String bootId, Consumer<ControlMessage> own) {
		this.transport = transport;
		this.bootId = bootId;
		this.own = own;
	}

	/** Sends a message; false when it certainly does not arrive. */
	boolean send(Transport.Peer peer, ControlMessage message) {
		if (peer.bootId().equals(this.bootId)) {
			this.own.accept(message);
			return true;
		}
		return this.transport.link(peer).send(STREAM, new Parcel(ControlCodec.write(message))) == Link.Sent.QUEUED;
	}

	boolean send(Node node, ControlMessage message) {
		return send(node.peer(), message);
	}

	private record Parcel(byte[] bytes) implements Link.Parcel {

		@Override
		public void acknowledged() {
		}

		@Override
		public void lost(boolean maybeReceived) {
		}

	}

}
