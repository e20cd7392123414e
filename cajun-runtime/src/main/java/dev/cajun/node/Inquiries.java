package dev.cajun.node;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

import dev.cajun.ActorId;
import dev.cajun.CajunException;
import dev.cajun.UnknownActorTypeException;
import dev.cajun.time.Scheduler;
import dev.cajun.transport.Link;
import dev.cajun.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What operators ask of other nodes, and what those ask of this one: a byte that tells
 * the kind, then JSON, in which fields that are not known are passed over.
 * <p>
 * Thread-safe.
 */
final class Inquiries {

	/** From here on, kinds of messages are ours; those below are the control plane's. */
	static final int FIRST_KIND = 96;

	private static final int QUESTION = FIRST_KIND;

	private static final int ANSWER = FIRST_KIND + 1;

	private static final int STREAM = 0;

	private static final Duration TIMEOUT = Duration.ofSeconds(2);

	private static final Logger logger = LoggerFactory.getLogger(Inquiries.class);

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private final Transport transport;

	private final Scheduler scheduler;

	private final Executor executor;

	private final Map<Long, Open<?>> open = new ConcurrentHashMap<>();

	private final AtomicLong numbers = new AtomicLong();

	private volatile @Nullable NodeInspection own;

	Inquiries(Transport transport, Scheduler scheduler, Executor executor) {
		this.transport = transport;
		this.scheduler = scheduler;
		this.executor = executor;
	}

	/** Sets what answers for this node. */
	void answerWith(NodeInspection inspection) {
		this.own = inspection;
	}

	/** Asks another node. */
	NodeInspection of(Transport.Peer peer) {
		return new PeerInspection(peer);
	}

	/** A message of another node; must not block. */
	void received(Transport.Peer from, byte[] message) {
		this.executor.execute(() -> {
			try {
				JsonNode root = JSON.readTree(message, 1, message.length - 1);
				switch (message[0]) {
					case QUESTION -> question(from, root);
					case ANSWER -> answered(root);
					default -> logger.debug("Node {} asks in a way that this version does not know", from.node());
				}
			}
			catch (JacksonException | IllegalArgumentException ex) {
				logger.warn("Node {} sent what this version does not understand", from.node(), ex);
			}
		});
	}

	// ---- answering

	private void question(Transport.Peer from, JsonNode root) {
		long id = root.required("id").asLong();
		NodeInspection inspection = this.own;
		if (inspection == null) {
			return;
		}
		CompletionStage<?> answer;
		try {
			answer = ask(inspection, root);
		}
		catch (RuntimeException ex) {
			answer = CompletableFuture.failedFuture(ex);
		}
		answer.whenComplete((value, failure) -> {
			ObjectNode reply = JSON.createObjectNode().put("id", id);
			if (failure == null) {
				reply.set("value", JSON.valueToTree(value));
			}
			else {
				reply.put("error", Failure.of(failure).name()).put("text", text(failure));
			}
			if (send(from, ANSWER, reply, Inquiries::ignore) == Link.Sent.TOO_LARGE) {
				send(from, ANSWER,
						JSON.createObjectNode()
							.put("id", id)
							.put("error", Failure.WRONG.name())
							.put("text", "The answer is larger than the transport carries; ask for less at a time"),
						Inquiries::ignore);
			}
		});
	}

	private static CompletionStage<?> ask(NodeInspection inspection, JsonNode root) {
		return switch (root.required("question").asString()) {
			case "node" -> inspection.node();
			case "activations" -> inspection.activations(optional(root, "type"), optional(root, "cursor"),
					root.required("limit").asInt());
			case "active" -> inspection
				.active(root.required("actors").valueStream().map((actor) -> ActorId.parse(actor.asString())).toList());
			case "active-in" -> inspection.activeIn(root.required("shard").asInt());
			case "hot-actors" -> inspection.hotActors(root.required("limit").asInt());
			case "quarantined" -> inspection.quarantined(root.required("limit").asInt());
			case "explain" -> inspection.explain(ActorId.parse(root.required("actor").asString()));
			case "release" -> inspection.release(ActorId.parse(root.required("actor").asString()));
			default -> throw new CajunException(
					"This node's version does not know the question '" + root.required("question").asString() + "'");
		};
	}

	private static @Nullable String optional(JsonNode root, String field) {
		JsonNode value = root.path(field);
		return value.isString() ? value.asString() : null;
	}

	private static String text(Throwable failure) {
		String message = failure.getMessage();
		return (message != null) ? message : failure.toString();
	}

	private static void ignore() {
		// Whoever asked stops waiting by himself
	}

	// ---- asking

	private void answered(JsonNode root) {
		Open<?> question = this.open.remove(root.required("id").asLong());
		if (question != null) {
			question.answered(root);
		}
	}

	private <T> CompletionStage<T> ask(Transport.Peer peer, Class<T> type, ObjectNode question) {
		long id = this.numbers.incrementAndGet();
		Open<T> asked = new Open<>(type, new CompletableFuture<>());
		this.open.put(id, asked);
		Runnable lost = () -> fail(id, peer, "its link was lost");
		Link.Sent sent = send(peer, QUESTION, question.put("id", id), lost);
		if (sent != Link.Sent.QUEUED) {
			fail(id, peer, "its link is " + sent.name().toLowerCase(Locale.ROOT));
			return asked.answer;
		}
		Scheduler.Cancellable timer = this.scheduler.schedule(TIMEOUT,
				() -> fail(id, peer, "there was no answer within " + TIMEOUT.toSeconds() + " s"));
		return asked.answer.whenComplete((value, failure) -> timer.cancel());
	}

	private void fail(long id, Transport.Peer peer, String why) {
		Open<?> question = this.open.remove(id);
		if (question != null) {
			this.executor.execute(() -> question.answer.completeExceptionally(new CajunException(
					"Node " + peer.node() + " at " + peer.address() + " could not be asked: " + why)));
		}
	}

	private Link.Sent send(Transport.Peer peer, int kind, ObjectNode content, Runnable lost) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		bytes.write(kind);
		bytes.writeBytes(JSON.writeValueAsBytes(content));
		return this.transport.link(peer).send(STREAM, new Parcel(bytes.toByteArray(), lost));
	}

	/** What went wrong on the other node, as far as it matters here. */
	private enum Failure {

		UNKNOWN_TYPE, WRONG, OTHER;

		static Failure of(Throwable failure) {
			return switch (failure) {
				case UnknownActorTypeException unknown -> UNKNOWN_TYPE;
				case IllegalArgumentException wrong -> WRONG;
				default -> OTHER;
			};
		}

		RuntimeException toException(String text) {
			return switch (this) {
				case UNKNOWN_TYPE -> new UnknownActorTypeException(text);
				case WRONG -> new IllegalArgumentException(text);
				case OTHER -> new CajunException(text);
			};
		}

	}

	/** A question without an answer as yet. */
	private record Open<T>(Class<T> type, CompletableFuture<T> answer) {

		void answered(JsonNode root) {
			try {
				JsonNode error = root.path("error");
				if (error.isString()) {
					this.answer.completeExceptionally(
							Failure.valueOf(error.asString()).toException(root.path("text").asString()));
				}
				else {
					this.answer.complete(JSON.treeToValue(root.required("value"), this.type));
				}
			}
			catch (JacksonException | IllegalArgumentException ex) {
				this.answer.completeExceptionally(new CajunException("The answer of another node cannot be read", ex));
			}
		}

	}

	private record Parcel(byte[] bytes, Runnable whenLost) implements Link.Parcel {

		@Override
		public void acknowledged() {
		}

		@Override
		public void lost(boolean maybeReceived) {
			this.whenLost.run();
		}

	}

	/** Another node, asked over its link. */
	private final class PeerInspection implements NodeInspection {

		private final Transport.Peer peer;

		PeerInspection(Transport.Peer peer) {
			this.peer = peer;
		}

		@Override
		public CompletionStage<NodeDetails> node() {
			return ask(this.peer, NodeDetails.class, question("node"));
		}

		@Override
		public CompletionStage<ActivationPage> activations(@Nullable String type, @Nullable String cursor, int limit) {
			return ask(this.peer, ActivationPage.class,
					question("activations").put("type", type).put("cursor", cursor).put("limit", limit));
		}

		@Override
		public CompletionStage<ActivationPage> active(List<ActorId> actors) {
			ObjectNode question = question("active");
			ArrayNode ids = question.putArray("actors");
			actors.forEach((actor) -> ids.add(actor.toString()));
			return ask(this.peer, ActivationPage.class, question);
		}

		@Override
		public CompletionStage<Integer> activeIn(int shard) {
			return ask(this.peer, Integer.class, question("active-in").put("shard", shard));
		}

		@Override
		public CompletionStage<HotActors> hotActors(int limit) {
			return ask(this.peer, HotActors.class, question("hot-actors").put("limit", limit));
		}

		@Override
		public CompletionStage<QuarantinedActors> quarantined(int limit) {
			return ask(this.peer, QuarantinedActors.class, question("quarantined").put("limit", limit));
		}

		@Override
		public CompletionStage<ActivationInfo> explain(ActorId actor) {
			return ask(this.peer, ActivationInfo.class, question("explain").put("actor", actor.toString()));
		}

		@Override
		public CompletionStage<Boolean> release(ActorId actor) {
			return ask(this.peer, Boolean.class, question("release").put("actor", actor.toString()));
		}

		private ObjectNode question(String question) {
			return JSON.createObjectNode().put("question", question);
		}

	}

}
