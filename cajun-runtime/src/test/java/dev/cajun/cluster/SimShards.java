package dev.cajun.cluster;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

import dev.cajun.ActorId;
import dev.cajun.placement.Routes;
import dev.cajun.store.Fence;
import dev.cajun.store.StoreResult;
import dev.cajun.time.Scheduler;
import dev.cajun.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * The actors of a simulated node: they confirm what they own at the store from time to
 * time, and take a while to finish.
 */
final class SimShards implements LocalShards {

	private static final Duration CONFIRMS = Duration.ofMillis(150);

	private final Scheduler time;

	private final SimStore store;

	private final RandomGenerator random;

	private final TreeMap<Integer, Fence> open = new TreeMap<>();

	private final Map<Integer, Fence> released = new HashMap<>();

	private final Set<Integer> gone = new HashSet<>();

	private final Map<Integer, String> quarantined = new HashMap<>();

	private Set<Integer> heldVolatile = Set.of();

	private Set<Integer> delayedVolatile = Set.of();

	private long provableUntil = Long.MIN_VALUE;

	private boolean storeReachable = true;

	private Routes routes = Routes.none(1);

	private @Nullable ControlPlane control;

	private boolean stuck;

	private boolean idle;

	private int kept;

	private int fresh;

	private int releases;

	SimShards(Scheduler time, SimStore store, RandomGenerator random) {
		this.time = time;
		this.store = store;
		this.random = random;
	}

	void begin(ControlPlane plane) {
		this.control = plane;
		confirm();
	}

	/** Nobody asks for an actor, so nothing is confirmed at the store. */
	void idle(boolean isIdle) {
		this.idle = isIdle;
	}

	private void confirm() {
		Map<Integer, Fence> asked = this.idle ? Map.of() : this.open;
		asked.forEach((shard, fence) -> {
			ActorId actor = new ActorId("account", "of-" + shard);
			this.store.confirm(fence, Map.of(actor, 0L)).whenComplete((results, error) -> this.time.schedule(0, () -> {
				if (results != null && results.get(actor) instanceof StoreResult.Fenced found && this.control != null) {
					this.control.fenced(fence, found.epoch(), found.owner());
				}
			}));
		});
		this.time.schedule(CONFIRMS, this::confirm);
	}

	/** Releases never end. */
	void stuck(boolean isStuck) {
		this.stuck = isStuck;
	}

	/** What may run here. */
	Map<Integer, Fence> open() {
		return this.open;
	}

	/** Whether a volatile actor of a shard may run here. */
	boolean runsVolatile(int shard) {
		return this.open.containsKey(shard) && !this.heldVolatile.contains(shard)
				&& !this.delayedVolatile.contains(shard) && this.time.nanoTime() - this.provableUntil < 0;
	}

	/** Whether everything of a shard has been given up to another node. */
	boolean hasReleased(int shard) {
		return this.gone.contains(shard);
	}

	boolean isProvable() {
		return this.provableUntil != Long.MIN_VALUE && this.time.nanoTime() - this.provableUntil < 0;
	}

	boolean isStoreReachable() {
		return this.storeReachable;
	}

	Map<Integer, String> quarantined() {
		return this.quarantined;
	}

	Set<Integer> heldVolatile() {
		return this.heldVolatile;
	}

	Routes routes() {
		return this.routes;
	}

	/** Claims after which activations stayed. */
	int kept() {
		return this.kept;
	}

	/** Claims after which nothing that was loaded stayed. */
	int fresh() {
		return this.fresh;
	}

	int releases() {
		return this.releases;
	}

	@Override
	public void own(Collection<Claim> claims) {
		for (Claim claim : claims) {
			int shard = claim.fence().shard();
			if (!this.store.hasGranted(claim.fence())) {
				throw new AssertionError("The store has not granted what may be loaded from now on: " + claim);
			}
			Fence before = this.open.put(shard, claim.fence());
			if (claim.kept() && before == null) {
				throw new AssertionError("Nothing is there to be kept: " + claim);
			}
			this.released.remove(shard);
			this.gone.remove(shard);
			this.quarantined.remove(shard);
			if (claim.kept()) {
				this.kept++;
			}
			else {
				this.fresh++;
			}
		}
	}

	@Override
	public CompletionStage<Void> release(int shard, Transport.Peer target) {
		Fence fence = this.open.remove(shard);
		if (fence == null) {
			throw new AssertionError("Shard " + shard + " is not owned, and is released");
		}
		this.released.put(shard, fence);
		this.releases++;
		CompletableFuture<Void> done = new CompletableFuture<>();
		if (!this.stuck) {
			this.time.schedule(Duration.ofMillis(this.random.nextInt(30)), () -> {
				this.gone.add(shard);
				done.complete(null);
			});
		}
		return done;
	}

	@Override
	public void resume(int shard) {
		Fence fence = this.released.remove(shard);
		if (fence == null) {
			throw new AssertionError("Shard " + shard + " was not released, and is resumed");
		}
		this.open.put(shard, fence);
	}

	@Override
	public void drop(Collection<Integer> shards) {
		this.open.keySet().removeAll(shards);
		this.released.keySet().removeAll(shards);
		this.gone.removeAll(shards);
		this.quarantined.keySet().removeAll(shards);
	}

	@Override
	public void quarantine(int shard, String reason) {
		this.open.remove(shard);
		this.quarantined.put(shard, reason);
	}

	@Override
	public void provableUntil(long nanoTime) {
		this.provableUntil = nanoTime;
	}

	@Override
	public void holdVolatile(Set<Integer> shards) {
		this.heldVolatile = new HashSet<>(shards);
	}

	@Override
	public void delayVolatile(Set<Integer> shards) {
		this.delayedVolatile = new HashSet<>(shards);
	}

	@Override
	public void routes(Routes next) {
		this.routes = next;
	}

	@Override
	public void storeReachable(boolean reachable) {
		this.storeReachable = reachable;
	}

}
