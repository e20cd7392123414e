package dev.cajun.spring.autoconfigure.redis;

import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

import dev.cajun.redis.RedisStatistics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;

/** Publishes what the store in Redis counts by itself. */
class RedisStoreMeters implements MeterBinder {

	private final RedisStatistics statistics;

	RedisStoreMeters(RedisStatistics statistics) {
		this.statistics = statistics;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		FunctionTimer
			.builder("cajun.store.commit", this.statistics, RedisStatistics::commits, RedisStatistics::commitNanos,
					TimeUnit.NANOSECONDS)
			.description("Time from the call of a commit to the answer of Redis")
			.register(registry);
		FunctionTimer
			.builder("cajun.store.load", this.statistics, RedisStatistics::loads, RedisStatistics::loadNanos,
					TimeUnit.NANOSECONDS)
			.description("Time from the call of a load to the answer of Redis")
			.register(registry);
		String bytes = "Bytes of states and records";
		counter(registry, "cajun.store.bytes", bytes, "bytes", Tags.of("direction", "written"),
				RedisStatistics::bytesWritten);
		counter(registry, "cajun.store.bytes", bytes, "bytes", Tags.of("direction", "read"),
				RedisStatistics::bytesRead);
		Gauge.builder("cajun.store.queued", this.statistics, RedisStatistics::queued)
			.description("Commands under way")
			.baseUnit("commands")
			.register(registry);
		counter(registry, "cajun.store.reconnects", "Connections that were lost and made again", "connections",
				RedisStatistics::reconnects);
		counter(registry, "cajun.store.fenced", "Operations refused because another node owns the shard", "operations",
				RedisStatistics::fenced);
		counter(registry, "cajun.store.mismatches", "Writes refused because the actor is at another sequence", "writes",
				RedisStatistics::mismatches);
		counter(registry, "cajun.store.unknown", "Operations whose outcome was not known", "operations",
				RedisStatistics::unknown);
		counter(registry, "cajun.store.retries",
				"Operations that Redis refused for the moment and that were sent again", "operations",
				RedisStatistics::retries);
		counter(registry, "cajun.store.rollbacks", "Actors and fences found behind what Redis had acknowledged",
				"rollbacks", RedisStatistics::rollbacks);
		counter(registry, "cajun.store.lost.writes", "Acknowledged writes that Redis has lost", "writes",
				RedisStatistics::lostWrites);
	}

	private void counter(MeterRegistry registry, String name, String description, String unit,
			ToDoubleFunction<RedisStatistics> count) {
		counter(registry, name, description, unit, Tags.empty(), count);
	}

	private void counter(MeterRegistry registry, String name, String description, String unit, Tags tags,
			ToDoubleFunction<RedisStatistics> count) {
		FunctionCounter.builder(name, this.statistics, count)
			.tags(tags)
			.description(description)
			.baseUnit(unit)
			.register(registry);
	}

}
