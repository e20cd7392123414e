package dev.cajun.redis;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.cajun.store.StoreException;
import io.lettuce.core.cluster.SlotHash;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The place of the one process that owns every shard, where no table says who owns what.
 * It is kept by asking for it again and again, and runs out when the process is gone.
 * Whoever finds it taken stops serving; should two believe to have it, the fences decide.
 */
@SuppressWarnings("FutureReturnValueIgnored") // whatever they become is handled in them
final class LocalPlace {

	private static final Logger logger = LoggerFactory.getLogger(LocalPlace.class);

	private final Connections connections;

	private final String description;

	private final byte[] key;

	private final int slot;

	private final byte[] name;

	private final Duration ttl;

	private volatile boolean held;

	/** Who has taken it from us; {@code null} as long as nobody has. */
	private volatile @Nullable String taken;

	LocalPlace(Connections connections, byte[] key, String description) {
		this.connections = connections;
		this.description = description;
		this.key = key;
		this.slot = SlotHash.getSlot(key);
		this.ttl = connections.settings().placeTtl();
		this.name = ("process " + ProcessHandle.current().pid() + " on " + host() + " (" + UUID.randomUUID() + ")")
			.getBytes(StandardCharsets.UTF_8);
	}

	private static String host() {
		try {
			return InetAddress.getLocalHost().getHostName();
		}
		catch (UnknownHostException ex) {
			return "this host";
		}
	}

	/** Takes the place; fails as locked, naming who has it. */
	CompletableFuture<Void> take() {
		StoreException displaced = refusal();
		if (displaced != null) {
			return CompletableFuture.failedFuture(displaced);
		}
		if (this.held) {
			return CompletableFuture.completedFuture(null);
		}
		return ask(this.ttl.toMillis()).thenAccept((holder) -> {
			if (!Arrays.equals(holder, this.name)) {
				throw new StoreException(StoreException.Kind.LOCKED, "The store " + this.description + " is in use by "
						+ text(holder)
						+ ", and without a cluster one process at a time owns it. Stop that one; if it was killed, its "
						+ "place runs out after " + this.ttl.toMillis() + " ms", null);
			}
			this.held = true;
			renewLater();
		});
	}

	/** Fails when somebody else has the place now. */
	@Nullable StoreException refusal() {
		String other = this.taken;
		return (other == null) ? null
				: new StoreException(StoreException.Kind.LOCKED,
						"The store " + this.description + " was taken over by " + other
								+ " while this process could not be seen: it serves nothing any more. Start it again",
						null);
	}

	private CompletableFuture<byte[]> ask(long millis) {
		byte[][] parts = { this.key, this.name, ByteWriter.of(String.valueOf(millis)) };
		Call<byte[]> call = Call.script(Script.PLACE, this.slot, 0, 1, parts,
				(reply) -> (byte[]) Objects.requireNonNull(reply),
				System.nanoTime() + this.connections.settings().commandTimeout().toNanos());
		this.connections.send(call);
		return call.result();
	}

	private void renewLater() {
		this.connections.later(this::renew, this.ttl.toNanos() / 4);
	}

	private void renew() {
		if (!this.held) {
			return;
		}
		ask(this.ttl.toMillis()).whenComplete((holder, ex) -> {
			if (ex != null) {
				logger.debug("The place in {} could not be renewed; it is tried again", this.description, ex);
			}
			else if (!Arrays.equals(holder, this.name)) {
				this.held = false;
				this.taken = text(holder);
				logger.error("The store {} was taken over by {}: this process stops serving", this.description,
						text(holder));
				return;
			}
			renewLater();
		});
	}

	/** Leaves the place, if it is ours. Blocks for a moment at most. */
	void leave() {
		if (!this.held) {
			return;
		}
		this.held = false;
		try {
			ask(0).get(this.connections.settings().commandTimeout().toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.info("The place in {} could not be left; it runs out after {} ms", this.description,
					this.ttl.toMillis());
		}
	}

	private static String text(byte[] holder) {
		return new String(holder, StandardCharsets.UTF_8);
	}

}
