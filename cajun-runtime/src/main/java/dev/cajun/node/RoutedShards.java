package dev.cajun.node;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import dev.cajun.cluster.LocalShards;
import dev.cajun.placement.Routes;
import dev.cajun.routing.Router;
import dev.cajun.store.Fence;
import dev.cajun.transport.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the control plane decides, carried out by the router. */
record RoutedShards(Router router) implements LocalShards {

	private static final Logger logger = LoggerFactory.getLogger(RoutedShards.class);

	@Override
	public void own(Collection<Claim> claims) {
		claims.forEach((claim) -> this.router.own(claim.fence(), claim.kept()));
		List<Fence> fences = claims.stream().map(Claim::fence).toList();
		CompletableFuture<Void> unused = this.router.wake(fences).exceptionally((error) -> {
			logger.warn("What shards have to do by themselves could not be read: {}", error.toString());
			return null;
		});
	}

	@Override
	public CompletionStage<Void> release(int shard, Transport.Peer target) {
		return this.router.release(shard, target);
	}

	@Override
	public void resume(int shard) {
		this.router.resume(shard);
	}

	@Override
	public void drop(Collection<Integer> shards) {
		CompletionStage<Void> unused = this.router.drop(shards);
	}

	@Override
	public void quarantine(int shard, String reason) {
		this.router.quarantine(shard, reason);
	}

	@Override
	public void provableUntil(long nanoTime) {
		this.router.provableUntil(nanoTime);
	}

	@Override
	public void holdVolatile(Set<Integer> shards) {
		this.router.holdVolatile(shards);
	}

	@Override
	public void delayVolatile(Set<Integer> shards) {
		this.router.delayVolatile(shards);
	}

	@Override
	public void routes(Routes routes) {
		this.router.routes(routes);
	}

	@Override
	public void storeReachable(boolean reachable) {
		this.router.storeReachable(reachable);
	}

}
