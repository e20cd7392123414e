package dev.cajun.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.cajun.RequiresRedis;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The benchmark runs, with parameters too small to measure anything. */
@RequiresRedis
class RedisBenchmarkIntegrationTests {

	@TempDir
	Path directory;

	@Test
	void runs() {
		Options options = Options.parse(List.of("--seconds", "0.1", "--rounds", "2", "--warmup", "0", "--directory",
				this.directory.toString()));
		List<String> lines = new ArrayList<>();
		new RedisBenchmark().run(options, (side, address) -> ContestantSession.open(side, String.valueOf(address)),
				(figure) -> lines.add(figure.toString()));
		assertThat(lines).allMatch((line) -> line.matches("redis-[a-z0-9-]+ project=[0-9.]+ .*"))
			.anyMatch((line) -> line.matches("redis-rate project=[0-9.]+ peer=[0-9.]+ ratio=[0-9.]+ unit=writes/s"
					+ " target=ratio>=0.50 met=(yes|no) bare=[0-9.]+ .*"))
			.anyMatch((line) -> line.startsWith("redis-rate-writes project=1 "))
			.anyMatch((line) -> line.matches("redis-one-caller-p50 project=[0-9.]+ peer=[0-9.]+ ratio=[0-9.]+ .*"));
		assertThat(this.directory).isEmptyDirectory();
	}

	@Test
	void runsOperationsWithJmh() {
		assertThat(MicroBenchmarkRun.lines(".", "redis")).hasSize(8)
			.anyMatch((line) -> line.matches("append-events-redis project=[0-9.]+ .* unit=us/op rounds=1"))
			.anyMatch((line) -> line.startsWith("write-states-redis "))
			.anyMatch((line) -> line.startsWith("recover-events-redis "))
			.anyMatch((line) -> line.startsWith("recover-state-redis "))
			.anyMatch((line) -> line.matches("claim-in-turn-64 project=[0-9.]+ .* unit=ms/op rounds=1"))
			.anyMatch((line) -> line.startsWith("claim-together-1024 "));
	}

}
