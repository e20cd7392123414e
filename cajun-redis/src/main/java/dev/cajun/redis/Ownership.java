package dev.cajun.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import dev.cajun.ActorId;
import dev.cajun.store.ClaimResult;
import dev.cajun.store.Fence;
import dev.cajun.store.StoreResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this store owns, compared with what Redis holds. Whenever a shard is served by
 * another run of a server than before, its fence is claimed again before anything else is
 * sent, and how far its actors are is read: an acknowledged write that is missing is
 * counted once, and logged. It is found, too, when a write meets it.
 */
@SuppressWarnings("FutureReturnValueIgnored") // whatever they become is handled in them
final class Ownership {

	private static final Logger logger = LoggerFactory.getLogger(Ownership.class);

	/** Actors looked at by one call. */
	static final int ACTORS_PER_CALL = 64;

	private static final String NO_RUN = "";

	private final Connections connections;

	private final RedisStatistics statistics;

	private final List<Shard> shards;

	Ownership(Connections connections, List<Shard> shards) {
		this.connections = connections;
		this.statistics = connections.statistics();
		this.shards = shards;
	}

	/** A connection was made: what it serves is looked at. */
	void connected(Link link, Link.Live live) {
		for (Shard shard : this.shards) {
			if (this.connections.slots().link(shard.slot, shard.number) == link) {
				verify(shard, link, live);
			}
		}
	}

	/** Called before anything of the shard is sent. */
	void verify(Shard shard, Link link, Link.Live live) {
		Shard.Held held = shard.held();
		if (held == null || held.runId().equals(live.runId())) {
			return;
		}
		synchronized (shard) {
			held = shard.held();
			if (held == null || held.runId().equals(live.runId())) {
				return;
			}
			Fence fence = held.fence();
			// With their source: sent again for the lack of it, they would come behind
			// what
			// follows
			Call<ClaimResult> claim = claim(shard, fence, true).again(true);
			claim.result().whenComplete((result, ex) -> claimedAgain(shard, fence, live, result, ex));
			link.submit(live, claim);
			compare(shard, fence, link, live);
			// Not before: whoever sees it sends at once
			shard.hold(fence, claim.result().isCompletedExceptionally() ? NO_RUN : live.runId());
		}
	}

	Call<ClaimResult> claim(Shard shard, Fence fence, boolean claimedBefore) {
		byte[][] parts = { shard.fence, ByteWriter.of(String.valueOf(fence.epoch())), ByteWriter.of(fence.owner()),
				ByteWriter.of(claimedBefore ? "1" : "0") };
		return Call.script(Script.CLAIM, shard.slot, shard.number, 1, parts, Answers::claim, deadline());
	}

	long deadline() {
		return System.nanoTime() + this.connections.settings().commandTimeout().toNanos();
	}

	private void claimedAgain(Shard shard, Fence fence, Link.Live live, @Nullable ClaimResult result,
			@Nullable Throwable ex) {
		synchronized (shard) {
			noteClaim(shard, fence, live, result, ex);
		}
	}

	private void noteClaim(Shard shard, Fence fence, Link.Live live, @Nullable ClaimResult result,
			@Nullable Throwable ex) {
		if (ex != null || result == null) {
			logger.debug("Shard {} could not be claimed again", shard.number, ex);
			Shard.Held held = shard.held();
			if (held != null && held.fence().equals(fence)) {
				shard.hold(fence, NO_RUN);
			}
			return;
		}
		switch (result) {
			case ClaimResult.Claimed claimed -> {
				if (claimed.previousEpoch() != fence.epoch() || !claimed.previousOwner().equals(fence.owner())) {
					this.statistics.rollbacks.increment();
					logger.error(
							"Redis had lost the fence of shard {}: it was epoch {} of '{}' and is epoch {} of '{}' again (run {})",
							shard.number, claimed.previousEpoch(), claimed.previousOwner(), fence.epoch(),
							fence.owner(), live.runId());
				}
			}
			case ClaimResult.Refused refused -> shard.drop(fence);
			case ClaimResult.Lost lost -> {
				this.statistics.rollbacks.increment();
				shard.drop(fence);
				logger.error(
						"Redis holds no trace of shard {}, which {} owns in epoch {}: its data is gone. Nothing of it is "
								+ "served; restore Redis from a backup",
						shard.number, fence.owner(), fence.epoch());
			}
		}
	}

	private void compare(Shard shard, Fence fence, Link link, Link.Live live) {
		List<Map.Entry<ActorId, Marks.Mark>> marks = List.copyOf(shard.marks.all().entrySet());
		for (int from = 0; from < marks.size(); from += ACTORS_PER_CALL) {
			List<Map.Entry<ActorId, Marks.Mark>> some = marks.subList(from,
					Math.min(marks.size(), from + ACTORS_PER_CALL));
			Call<Object> call = heads(shard, fence, some.stream().map((mark) -> mark.getValue().keys()).toList(),
					(reply) -> {
						if (!Answers.isFenced(reply)) {
							compare(shard, some, Answers.bytes(reply));
						}
						return true;
					});
			link.submit(live, call.again(true));
		}
	}

	/** Asks how far actors are. */
	<T> Call<T> heads(Shard shard, Fence fence, List<Keys.OfActor> actors, Function<@Nullable Object, T> decoder) {
		List<byte[]> parts = new ArrayList<>(actors.size() + 2);
		parts.add(shard.fence);
		actors.forEach((keys) -> parts.add(keys.state()));
		parts.add(shard.text(fence));
		return Call.script(Script.CONFIRM, shard.slot, shard.number, actors.size() + 1, parts.toArray(new byte[0][]),
				decoder, deadline());
	}

	private void compare(Shard shard, List<Map.Entry<ActorId, Marks.Mark>> marks, List<byte[]> found) {
		long lost = 0;
		int actors = 0;
		for (int i = 0; i < marks.size(); i++) {
			byte[] head = found.get(i);
			ByteReader reader = new ByteReader(head);
			long incarnation = (head.length > 0) ? reader.int64() : 0;
			long counter = (head.length > 0) ? reader.int64() : 0;
			long sequence = (head.length > 0) ? reader.int64() : 0;
			Marks.Mark mark = marks.get(i).getValue();
			boolean other = sequence == mark.sequence() && !mark.isOf(incarnation, counter);
			if (sequence < mark.sequence() || other) {
				long missing = other ? 1 : mark.sequence() - sequence;
				if (count(shard, marks.get(i).getKey(), mark,
						new Marks.Mark(mark.keys(), sequence, incarnation, counter), missing)) {
					lost += missing;
					actors++;
				}
			}
		}
		if (lost > 0) {
			logger.error(
					"Redis has lost {} acknowledged writes of {} actors of shard {}; they go on from what is stored",
					lost, actors, shard.number);
		}
	}

	private boolean count(Shard shard, ActorId actor, Marks.Mark mark, Marks.Mark found, long missing) {
		if (!shard.marks.replace(actor, mark, found)) {
			return false;
		}
		this.statistics.rollbacks.increment();
		this.statistics.lostWrites.add(missing);
		logger.debug("Actor {} is at sequence {}, Redis had acknowledged {}", actor, found.sequence(), mark.sequence());
		return true;
	}

	/** A call met somebody else's fence. */
	void fenced(Shard shard, Fence fence, StoreResult.Fenced found) {
		this.statistics.fenced.increment();
		Shard.Held held = shard.held();
		if (held == null || !held.fence().equals(fence)) {
			return;
		}
		boolean behind = found.epoch() < fence.epoch();
		if (!behind) {
			shard.drop(fence);
			return;
		}
		// Ours is newer than what is stored: Redis has lost it. The next call claims it
		// again
		shard.hold(fence, NO_RUN);
	}

	/** A write met another sequence. */
	void mismatched(Shard shard, ActorId actor, long sequence) {
		this.statistics.mismatches.increment();
		met(shard, actor, sequence);
	}

	/**
	 * An actor was found at a sequence: behind what was acknowledged, writes are lost.
	 */
	void met(Shard shard, ActorId actor, long sequence) {
		Marks.Mark mark = shard.marks.get(actor);
		if (mark != null && sequence < mark.sequence()) {
			long missing = mark.sequence() - sequence;
			if (count(shard, actor, mark, new Marks.Mark(mark.keys(), sequence, 0, 0), missing)) {
				logger.error(
						"Redis has lost {} acknowledged writes of actor {}: it is at sequence {}, {} was acknowledged",
						missing, actor, sequence, mark.sequence());
			}
		}
	}

}
