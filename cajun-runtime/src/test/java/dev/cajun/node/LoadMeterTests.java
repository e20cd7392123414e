package dev.cajun.node;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.cajun.placement.NodeLoad;
import dev.cajun.time.VirtualTime;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LoadMeterTests {

	private final VirtualTime time = new VirtualTime();

	private final long[] handled = new long[2000];

	private final LoadMeter meter = new LoadMeter(List.of(), this.handled.length, (shard) -> this.handled[shard],
			this.time);

	@Test
	void ratesAreThoseSinceItWasAskedLast() {
		this.handled[3] = 100;
		this.time.advance(Duration.ofSeconds(10));
		assertThat(this.meter.get().shards()).isEqualTo(Map.of(3, 10.0));

		this.handled[3] = 110;
		this.handled[7] = 4;
		this.time.advance(Duration.ofSeconds(2));
		assertThat(this.meter.get().shards()).isEqualTo(Map.of(3, 5.0, 7, 2.0));

		this.time.advance(Duration.ofSeconds(2));
		assertThat(this.meter.get().shards()).isEmpty();
	}

	@Test
	void onlyTheBusiestOfVeryManyShardsAreTold() {
		for (int shard = 0; shard < this.handled.length; shard++) {
			this.handled[shard] = 1L + shard;
		}
		this.time.advance(Duration.ofSeconds(1));

		NodeLoad load = this.meter.get();

		assertThat(load.shards()).hasSize(1000).containsEntry(1999, 2000.0).containsEntry(1000, 1001.0);
	}

	@Test
	void figuresOfProcessorsAndHeapAreParts() {
		this.time.advance(Duration.ofSeconds(1));

		assertThat(this.meter.get()).satisfies((load) -> {
			assertThat(load.cpu()).isBetween(-1.0, 1.0);
			assertThat(load.heap()).isBetween(0.0, 1.0);
		});
		assertThat(this.meter.latest()).isNotEqualTo(NodeLoad.NONE);
	}

}
