package dev.cajun.transport;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;

import dev.cajun.time.VirtualTime;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class InMemoryTransportTests extends TransportContract {

	private final VirtualTime time = new VirtualTime();

	private final InMemoryNetwork network = new InMemoryNetwork(this.time, new Random(4));

	private final Map<String, Address> places = new HashMap<>();

	private Address address(String place) {
		return this.places.computeIfAbsent(place, (key) -> new Address(place, 7400));
	}

	@Override
	protected Transport transport(String place, LinkSettings settings) {
		return this.network.transport(address(place), settings);
	}

	@Override
	protected void await(BooleanSupplier condition) {
		for (int i = 0; i < 200_000 && !condition.getAsBoolean(); i++) {
			this.time.advance(Duration.ofMillis(1));
		}
		assertThat(condition.getAsBoolean()).isTrue();
	}

	@Override
	protected void reset(String place) {
		this.places.keySet().forEach((other) -> this.network.reset(address(place), address(other)));
	}

	@Override
	protected void refuse(String place) {
		this.network.refuse(address(place));
	}

	@Override
	protected void admit(String place) {
		this.network.admit(address(place));
	}

	@Override
	protected void freeze(String place) {
		this.network.pause(address(place));
	}

	@Override
	protected void thaw(String place) {
		this.network.resume(address(place));
	}

	@Override
	protected void kill(String place) {
		this.network.kill(address(place));
	}

	@Test
	void startFailsWhenPortIsInUse() {
		Transport.Receiver receiver = start("a");
		Transport other = transport("a", SETTINGS);

		assertThatExceptionOfType(CompletionException.class)
			.isThrownBy(() -> other.start(new Transport.Self("test", "b", "1"), receiver).toCompletableFuture().join())
			.withCauseInstanceOf(TransportException.class)
			.withMessageContaining("7400");
	}

}
