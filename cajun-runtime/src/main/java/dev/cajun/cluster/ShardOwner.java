package dev.cajun.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import dev.cajun.placement.Move;
import dev.cajun.placement.Node;
import dev.cajun.placement.Phase;
import dev.cajun.placement.PlacementTable;
import dev.cajun.placement.ShardPlacement;
import dev.cajun.store.ActorStore;
import dev.cajun.store.ClaimResult;
import dev.cajun.store.Fence;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes what this node owns follow the placement table: claims what it is given before
 * anything is loaded, gives up what moves away, drops what is somebody else's, and says
 * so to whoever leads until the table shows it.
 * <p>
 * The store's fence is the guarantee; this class makes it rare that the fence has to
 * speak. What the node owned under a former incarnation it keeps, under that pair, for as
 * long as the table says so.
 * <p>
 * Used in the event loop only.
 */
final class ShardOwner {

	private static final Logger logger = LoggerFactory.getLogger(ShardOwner.class);

	private static final Duration FIRST_RETRY = Duration.ofMillis(200);

	private static final Duration LONGEST_RETRY = Duration.ofSeconds(2);

	private final EventLoop loop;

	private final ActorStore store;

	private final LocalShards shards;

	private final Runnable changed;

	private final TreeMap<Integer, Owned> owned = new TreeMap<>();

	private final List<LocalShards.Claim> claims = new ArrayList<>();

	private Set<Integer> heldVolatile = Set.of();

	private Set<Integer> delayedVolatile = Set.of();

	ShardOwner(EventLoop loop, ActorStore store, LocalShards shards, Runnable changed) {
		this.loop = loop;
		this.store = store;
		this.shards = shards;
		this.changed = changed;
	}

	/** How many shards this node has, or is about to have. */
	int count() {
		return this.owned.size();
	}

	/** The pair of each shard that is served here. */
	Map<Integer, Fence> fences() {
		Map<Integer, Fence> fences = new TreeMap<>();
		this.owned.forEach((shard, own) -> {
			if (own.state == State.OWNED) {
				fences.put(shard, own.fence);
			}
		});
		return fences;
	}

	/** Compares what this node has with what the table gives it. */
	void follow(PlacementTable table, Node self) {
		holdVolatile(table, self);
		drop(table, self);
		for (int shard = 0; shard < table.shards(); shard++) {
			ShardPlacement placement = table.shard(shard);
			if (self.equals(placement.owner())) {
				have(shard, placement);
			}
			else if (isMine(placement, self)) {
				Owned own = this.owned.get(shard);
				if (own != null) {
					move(shard, own, placement);
				}
			}
		}
	}

	private static boolean isMine(ShardPlacement placement, Node self) {
		return placement.owner() != null && placement.owner().bootId().equals(self.bootId());
	}

	/** What a former incarnation had stays only under its own pair. */
	private void drop(PlacementTable table, Node self) {
		Set<Integer> dropped = new HashSet<>();
		this.owned.forEach((shard, own) -> {
			ShardPlacement placement = table.shard(shard);
			boolean given = self.equals(placement.owner());
			boolean kept = isMine(placement, self) && own.fence.equals(pair(shard, placement));
			if (!given && !kept) {
				dropped.add(shard);
			}
		});
		this.owned.keySet().removeAll(dropped);
		if (!dropped.isEmpty()) {
			this.shards.drop(dropped);
		}
	}

	private static @Nullable Fence pair(int shard, ShardPlacement placement) {
		Node owner = placement.owner();
		return (owner == null) ? null : new Fence(shard, placement.epoch(), owner.id());
	}

	private void have(int shard, ShardPlacement placement) {
		Fence wanted = pair(shard, placement);
		Owned own = this.owned.get(shard);
		if (wanted != null && (own == null || !wanted.equals(own.fence))) {
			claim(wanted, placement.claimedBefore(), own, FIRST_RETRY);
		}
		else if (own != null) {
			move(shard, own, placement);
		}
	}

	// ---- claims

	private void claim(Fence fence, boolean claimedBefore, @Nullable Owned before, Duration retry) {
		Owned own = new Owned(fence);
		// A claim that was not answered may have been carried out.
		own.last = (before == null) ? null
				: (before.state == State.OWNED) ? before.fence : (before.state == State.CLAIMING) ? before.last : null;
		this.owned.put(fence.shard(), own);
		send(own, claimedBefore, retry);
	}

	private void send(Owned own, boolean claimedBefore, Duration retry) {
		this.loop.when(this.store.claim(own.fence, claimedBefore), (result) -> {
			if (this.owned.get(own.fence.shard()) == own) {
				claimed(own, result);
			}
		}, (error) -> {
			if (this.owned.get(own.fence.shard()) == own) {
				logger.debug("Shard {} could not be claimed: {}", own.fence.shard(), error.toString());
				Duration next = (retry.multipliedBy(2).compareTo(LONGEST_RETRY) < 0) ? retry.multipliedBy(2)
						: LONGEST_RETRY;
				this.loop.after(retry, () -> {
					if (this.owned.get(own.fence.shard()) == own) {
						send(own, claimedBefore, next);
					}
				});
			}
		});
	}

	private void claimed(Owned own, ClaimResult result) {
		switch (result) {
			case ClaimResult.Claimed found -> {
				Fence last = own.last;
				boolean kept = last != null && last.epoch() == found.previousEpoch()
						&& last.owner().equals(found.previousOwner());
				own.state = State.OWNED;
				this.claims.add(new LocalShards.Claim(own.fence, kept));
			}
			case ClaimResult.Refused refused -> {
				logger.warn("Shard {} cannot be claimed under epoch {}: the store knows it under epoch {} of {}",
						own.fence.shard(), own.fence.epoch(), refused.epoch(), refused.owner());
				own.state = State.REFUSED;
				own.found = refused.epoch();
				this.shards.drop(Set.of(own.fence.shard()));
			}
			case ClaimResult.Lost lost -> {
				own.state = State.LOST;
				String reason = "Shard " + own.fence.shard() + " was claimed before, and the store "
						+ this.store.description() + " has no trace of it: data is gone. Restore the store";
				logger.error("{}", reason);
				this.shards.quarantine(own.fence.shard(), reason);
			}
		}
		this.changed.run();
	}

	/** Gives the data plane what was claimed since the last time, at once. */
	void publishClaims() {
		if (!this.claims.isEmpty()) {
			List<LocalShards.Claim> valid = this.claims.stream().filter((claim) -> {
				Owned own = this.owned.get(claim.fence().shard());
				return own != null && own.fence.equals(claim.fence()) && own.state != State.REFUSED;
			}).toList();
			this.claims.clear();
			this.shards.own(valid);
		}
	}

	/** The store refused a call under a pair, and knows the shard under another. */
	void fenced(Fence mine, long epoch, String owner) {
		Owned own = this.owned.get(mine.shard());
		if (own == null || !own.fence.equals(mine) || own.state == State.CLAIMING) {
			return;
		}
		if (epoch < mine.epoch()) {
			logger.warn(
					"The store {} has forgotten that shard {} is owned under epoch {}: it says {} of '{}'. The "
							+ "shard is claimed again, and its actors are recovered from the store",
					this.store.description(), mine.shard(), mine.epoch(), epoch, owner);
			claim(mine, true, null, FIRST_RETRY);
		}
		else {
			logger.info("Shard {} has another owner: the store knows it under epoch {} of {}", mine.shard(), epoch,
					owner);
			own.state = State.REFUSED;
			own.found = epoch;
			this.shards.drop(Set.of(mine.shard()));
		}
		this.changed.run();
	}

	/** This node was agreed dead: it has nothing any more. */
	void dropAll() {
		Set<Integer> all = Set.copyOf(this.owned.keySet());
		this.owned.clear();
		this.claims.clear();
		this.shards.drop(all);
	}

	// ---- moves

	private void move(int shard, Owned own, ShardPlacement placement) {
		Move move = placement.move();
		if (placement.phase() == Phase.MOVING && move != null) {
			if (own.state == State.OWNED) {
				release(shard, own, move);
			}
			else if (own.state == State.RELEASING || own.state == State.RELEASED) {
				own.move = move.number();
			}
		}
		else if (own.state == State.RELEASING || own.state == State.RELEASED) {
			own.state = State.OWNED;
			own.release++;
			this.shards.resume(shard);
		}
	}

	private void release(int shard, Owned own, Move move) {
		own.state = State.RELEASING;
		own.move = move.number();
		int release = ++own.release;
		this.loop.when(this.shards.release(shard, move.target().peer()), (done, error) -> {
			if (this.owned.get(shard) == own && own.release == release && own.state == State.RELEASING) {
				if (error != null) {
					logger.warn("Shard {} could not be given up; the move is given up instead", shard, error);
					return;
				}
				own.state = State.RELEASED;
				this.changed.run();
			}
		});
	}

	/** What the leader has to know: where the table is behind what this node has done. */
	ControlMessage.Report report(PlacementTable table) {
		List<ControlMessage.Claimed> claimed = new ArrayList<>();
		List<ControlMessage.Refused> refused = new ArrayList<>();
		List<ControlMessage.Released> released = new ArrayList<>();
		this.owned.forEach((shard, own) -> {
			ShardPlacement placement = table.shard(shard);
			if (own.fence.equals(pair(shard, placement))) {
				Move move = placement.move();
				if (own.state == State.REFUSED) {
					refused.add(new ControlMessage.Refused(shard, own.fence.epoch(), own.found));
				}
				else if (placement.phase() == Phase.CLAIMING && own.state != State.CLAIMING) {
					claimed.add(new ControlMessage.Claimed(shard, own.fence.epoch()));
				}
				else if (move != null && own.state == State.RELEASED && own.move == move.number()) {
					released.add(new ControlMessage.Released(shard, own.move));
				}
			}
		});
		int claiming = (int) this.owned.values().stream().filter((own) -> own.state == State.CLAIMING).count();
		return new ControlMessage.Report(claimed, refused, released, claiming);
	}

	/**
	 * Volatile actors are one at a time only as long as the lease lives under which the
	 * shard was given: not under a former incarnation's, and not while the lease of a
	 * former owner that was agreed dead may still live. Nor before the table shows that
	 * the shard was claimed: until then the leader may give it to another node, whatever
	 * this one has claimed, and has heard.
	 */
	private void holdVolatile(PlacementTable table, Node self) {
		Set<Integer> held = new HashSet<>();
		Set<Integer> delayed = new HashSet<>();
		for (int shard = 0; shard < table.shards(); shard++) {
			ShardPlacement placement = table.shard(shard);
			if (isMine(placement, self) && !self.equals(placement.owner())) {
				held.add(shard);
			}
			else if (self.equals(placement.owner()) && placement.phase() == Phase.CLAIMING) {
				delayed.add(shard);
			}
		}
		table.downs().values().forEach((down) -> {
			if (!down.node().bootId().equals(self.bootId())) {
				held.addAll(down.shards());
			}
		});
		if (!held.equals(this.heldVolatile)) {
			this.heldVolatile = held;
			this.shards.holdVolatile(Set.copyOf(held));
		}
		if (!delayed.equals(this.delayedVolatile)) {
			this.delayedVolatile = delayed;
			this.shards.delayVolatile(Set.copyOf(delayed));
		}
	}

	/** The shards of which the store has lost the data. */
	Set<Integer> lost() {
		Map<Integer, Owned> lost = new HashMap<>(this.owned);
		lost.values().removeIf((own) -> own.state != State.LOST);
		return lost.keySet();
	}

	/** What a shard is at, on this node. */
	private enum State {

		/** The store was asked, and has not answered. */
		CLAIMING,

		/** Its actors may run. */
		OWNED,

		/** Its actors finish. */
		RELEASING,

		/** Nothing of it is left here. */
		RELEASED,

		/** The store knows another owner, or a higher epoch. */
		REFUSED,

		/** The store should know it, and does not. */
		LOST

	}

	/** One shard that the table gives this node. */
	private static final class Owned {

		private final Fence fence;

		private State state = State.CLAIMING;

		/** The pair under which this node had it just before. */
		private @Nullable Fence last;

		/** The store's epoch, when REFUSED. */
		private long found;

		/** The number of the move, when RELEASING or RELEASED. */
		private long move;

		/** Tells a release from one before. */
		private int release;

		Owned(Fence fence) {
			this.fence = fence;
		}

	}

}
