package dev.cajun.routing;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import dev.cajun.ActorId;
import dev.cajun.CajunException;
import dev.cajun.ReplyTo;
import dev.cajun.activation.Ask;
import dev.cajun.placement.Node;
import org.jspecify.annotations.Nullable;

/**
 * The rest of the cluster, as this node's routing sees it.
 *
 * @param host this node
 * @param peers the other processes
 * @param control what decides about ownership
 */
record Cluster(NodeHost host, Peers peers, ControlPlane control) {

	boolean isHere(Node node) {
		return node.bootId().equals(this.host.settings().process());
	}

	/** Reads the table anew; called with a lock, so the control plane is asked later. */
	CompletionStage<Void> refresh() {
		CompletableFuture<Void> done = new CompletableFuture<>();
		this.host.executeOwn(() -> {
			try {
				this.control.refresh().whenComplete((nothing, error) -> done.complete(null));
			}
			catch (RuntimeException ex) {
				done.complete(null);
			}
		});
		return done;
	}

	void suspect(String nodeName) {
		this.host.executeOwn(() -> this.control.suspect(nodeName));
	}

	void handTimer(ActorId actor, String name, long delayNanos, Object message) {
		PeerLink successor = this.host.door(this.host.shard(actor)).successor();
		if (successor != null) {
			successor.answer(this.host.shard(actor),
					new FrameWriter(Frames.TIMER).number(this.host.shard(actor))
						.actor(actor)
						.text(name)
						.number(delayNanos)
						.rest(this.host.codec().encode(message, "", 0))
						.toBytes());
		}
	}

	void answerLate(ReplyTo<?> to, @Nullable Object value, @Nullable CajunException error) {
		if (to.node().equals(this.host.settings().process())) {
			answerHere(to, value, error);
			return;
		}
		PeerLink caller = this.peers.find(to.node());
		if (caller == null) {
			this.host.statistics().answersDropped.increment();
			return;
		}
		FrameWriter frame;
		if (error == null) {
			byte[] record = this.host.codec().encodeReply(to.requestType(), value, "", 0);
			frame = new FrameWriter(Frames.REPLY, record.length + 16).number(to.request()).rest(record);
		}
		else {
			frame = new FrameWriter(Frames.FAILURE).number(to.request());
			Failures.write(frame, error);
		}
		caller.answer((int) (to.request() & Integer.MAX_VALUE), frame.toBytes());
	}

	/** The actor may have come to this node since it was asked on another. */
	private void answerHere(ReplyTo<?> to, @Nullable Object value, @Nullable CajunException error) {
		Shipment asked = this.host.outstanding().take(to.request());
		if (asked == null || !(asked.message().envelope instanceof Ask ask)) {
			this.host.lateReplies().answer(to, value, error);
		}
		else if (error != null) {
			ask.fail(error);
		}
		else {
			ask.complete(value);
		}
	}

}
