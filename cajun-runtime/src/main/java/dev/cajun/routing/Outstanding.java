package dev.cajun.routing;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import dev.cajun.activation.NumberedTell;
import org.jspecify.annotations.Nullable;

/**
 * The requests and guaranteed tells of this process that other processes have not
 * answered, by number.
 * <p>
 * Thread-safe.
 */
final class Outstanding {

	/**
	 * A guaranteed tell without an answer for so long is sent again: the answer may have
	 * been lost with a link.
	 */
	private static final long LONG_NANOS = 10_000_000_000L;

	private final ConcurrentHashMap<Long, Shipment> shipments = new ConcurrentHashMap<>();

	private final NodeHost host;

	private final AtomicBoolean sweeping = new AtomicBoolean();

	Outstanding(NodeHost host) {
		this.host = host;
	}

	void add(Shipment shipment) {
		this.shipments.put(shipment.number(), shipment);
		if (shipment.message().envelope instanceof NumberedTell && this.sweeping.compareAndSet(false, true)) {
			sweepLater();
		}
	}

	private void sweepLater() {
		this.host.scheduler().schedule(LONG_NANOS / 2, () -> this.host.execute(this::sweep));
	}

	private void sweep() {
		long now = this.host.scheduler().nanoTime();
		boolean more = false;
		for (Shipment shipment : this.shipments.values()) {
			if (shipment.message().envelope instanceof NumberedTell) {
				more = true;
				if (now - shipment.sentAt() >= LONG_NANOS) {
					shipment.lane().sendings().silent(shipment);
				}
			}
		}
		if (more) {
			sweepLater();
			return;
		}
		this.sweeping.set(false);
		// One may have come just before.
		if (this.shipments.values().stream().anyMatch((each) -> each.message().envelope instanceof NumberedTell)
				&& this.sweeping.compareAndSet(false, true)) {
			sweepLater();
		}
	}

	/** Finds what an answer is for. */
	@Nullable Shipment find(long number) {
		return this.shipments.get(number);
	}

	/** Takes what an answer is for: whoever gets it deals with the answer. */
	@Nullable Shipment take(long number) {
		return this.shipments.remove(number);
	}

	/** Whether it was there: one attempt is never mistaken for another. */
	boolean remove(Shipment shipment) {
		return this.shipments.remove(shipment.number(), shipment);
	}

	boolean isEmpty() {
		return this.shipments.isEmpty();
	}

	int size() {
		return this.shipments.size();
	}

	void forEach(Consumer<Shipment> visitor) {
		this.shipments.values().forEach(visitor);
	}

}
