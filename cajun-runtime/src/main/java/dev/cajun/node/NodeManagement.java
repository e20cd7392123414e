package dev.cajun.node;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

import dev.cajun.ActorId;
import dev.cajun.UnknownActorTypeException;
import dev.cajun.activation.Activation;
import dev.cajun.activation.ActivationSnapshot;
import dev.cajun.activation.ActorType;
import dev.cajun.cluster.Router;
import dev.cajun.serialization.MessageType;
import org.jspecify.annotations.Nullable;

/** What operators can see and do on this node. */
record NodeManagement(CajunNode owner, Router router) implements ClusterManagement {

	@Override
	public NodeInfo node() {
		TreeMap<String, Long> activations = new TreeMap<>();
		long quarantined = 0;
		for (ActorType type : this.owner.types().values()) {
			activations.put(type.name(), type.statistics().active());
			quarantined += type.statistics().quarantined();
		}
		Throwable joinError = this.owner.joinError();
		Throwable storeError = (joinError != null) ? joinError : this.router.storeError();
		NodeSettings settings = this.owner.settings();
		return new NodeInfo(this.router.node(), settings.cluster(), "local", this.owner.state(), this.owner.startedAt(),
				this.owner.store().description(), storeError == null, (storeError == null) ? "" : storeError.toString(),
				settings.shards(), this.owner.epoch(), activations, quarantined);
	}

	@Override
	public List<ActorTypeInfo> types() {
		return this.owner.types()
			.values()
			.stream()
			.map((type) -> new ActorTypeInfo(type.name(), type.definition().handler().getClass().getName(),
					type.messages().stream().map(MessageType::name).toList(),
					type.definition().stateType().getTypeName(), type.isMutableState(),
					type.settings().persistence().name(), type.settings().placement().name(),
					type.statistics().active()))
			.toList();
	}

	/**
	 * The cursor is the last id of the page before; the table has no order, so it is
	 * searched.
	 */
	@Override
	public ActivationPage activations(@Nullable String type, @Nullable String cursor, int limit) {
		if (type != null) {
			checkType(type);
		}
		checkLimit(limit);
		ActorId after = (cursor == null) ? null : ActorId.parse(cursor);
		PriorityQueue<ActorId> smallest = new PriorityQueue<>((a, b) -> b.compareTo(a));
		this.router.activations().forEach((activation) -> {
			ActorId id = activation.id();
			if ((type == null || type.equals(id.type())) && (after == null || id.compareTo(after) > 0)) {
				smallest.add(id);
				if (smallest.size() > limit + 1) {
					smallest.poll();
				}
			}
		});
		List<ActorId> page = new ArrayList<>(smallest);
		page.sort(null);
		boolean more = page.size() > limit;
		List<ActorId> shown = more ? page.subList(0, limit) : page;
		return new ActivationPage(List.copyOf(shown), more ? shown.get(limit - 1).toString() : null);
	}

	@Override
	public CompletionStage<ActivationPage> stored(String type, @Nullable String cursor, int limit) {
		checkType(type);
		checkLimit(limit);
		return this.owner.store()
			.scan(type, cursor, limit)
			.thenApply((found) -> new ActivationPage(found.ids(), found.cursor()));
	}

	@Override
	public ActivationInfo explain(ActorId actor) {
		checkType(actor.type());
		int shard = this.router.shard(actor);
		Activation activation = this.router.activations().find(actor);
		if (activation == null) {
			return new ActivationInfo(actor, false, shard, this.router.node(), this.owner.epoch(), "inactive", null, 0,
					null, null, List.of(), null, 0, 0, null);
		}
		ActivationSnapshot now = activation.snapshot();
		boolean handling = !now.messageType().isEmpty();
		return new ActivationInfo(actor, true, shard, this.router.node(), this.owner.epoch(), now.phase(),
				Instant.ofEpochMilli(now.sinceMillis()), now.mailbox(), handling ? now.messageType() : null,
				handling ? Duration.ofNanos(this.owner.scheduler().nanoTime() - now.turnSince()) : null,
				now.stack().stream().map(StackTraceElement::toString).toList(), now.lastError(), now.sequence(),
				now.snapshotSequence(), now.quarantine());
	}

	@Override
	public boolean release(ActorId actor) {
		checkType(actor.type());
		Activation activation = this.router.activations().find(actor);
		if (activation == null || activation.quarantine() == null) {
			return false;
		}
		activation.requestRelease();
		return true;
	}

	private void checkType(String type) {
		if (!this.owner.types().containsKey(type)) {
			throw new UnknownActorTypeException(
					"There is no actor type '" + type + "'; there are " + this.owner.types().keySet());
		}
	}

	private static void checkLimit(int limit) {
		if (limit < 1 || limit > MAX_PAGE) {
			throw new IllegalArgumentException("limit must be 1 to " + MAX_PAGE + ", was " + limit);
		}
	}

}
