package dev.cajun.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Every benchmark runs, with parameters too small to measure anything: the bytes of a few
 * actors may even come out below zero.
 */
class BenchmarksTests {

	@TempDir
	Path directory;

	@ParameterizedTest
	@ValueSource(strings = { "tell", "ask-local", "activate", "idle", "embedded" })
	void runs(String name) {
		assertThat(run(name, "--sides", "project,state,fsync,bare")).isNotEmpty()
			.allMatch((line) -> line.matches("[a-z0-9-]+ project=-?[0-9.]+ peer=\\S+ ratio=\\S+ unit=.*"))
			.anyMatch((line) -> line.startsWith(name));
	}

	@ParameterizedTest
	@CsvSource({ "project, 4", "'state,fsync', 6" })
	void runsOperationsWithJmh(String sides, int figures) {
		assertThat(MicroBenchmarkRun.lines(".", sides)).hasSize(figures)
			.allMatch((line) -> line.matches("[a-z0-9-]+ project=[0-9.]+ peer=- ratio=- unit=[a-z]+/op rounds=1"));
	}

	@Test
	void refusesPatternThatMatchesNothing() {
		assertThatIllegalStateException().isThrownBy(() -> MicroBenchmarkRun.lines("nonsense", "project"))
			.withMessageContaining("nonsense");
	}

	@Test
	void writesMachineAndFigures() throws IOException {
		Path file = this.directory.resolve("some/results.json");
		Report report = new Report("tell", Options.parse(List.of("--rounds", "3")), List.of("-Xmx1g"));
		report.add(Figure.of("speed", "m/s", 30, 10, 2000).peer(10, 10, Double.NaN).atLeast(20));
		report.failed(new IllegalStateException("The peer went away"));
		assertThat(report.write(file.toString())).isEqualTo(file);

		JsonNode written = JsonMapper.shared().readTree(file);
		assertThat(written.at("/benchmark").asString()).isEqualTo("tell");
		assertThat(written.at("/commit").asString()).matches("[0-9a-f]{40}(-dirty)?|unknown");
		assertThat(written.at("/started").asString()).endsWith("Z");
		assertThat(written.at("/machine").propertyNames()).containsExactly("cores", "cpu", "memory_mb", "os", "kernel",
				"jdk");
		assertThat(written.at("/load").propertyNames()).containsExactly("before", "after");
		assertThat(written.at("/options/rounds").asInt()).isEqualTo(3);
		assertThat(written.at("/failed").asString()).isEqualTo("The peer went away");
		assertThat(written.at("/figures/0/project").toString())
			.isEqualTo("{\"median\":30.0,\"min\":10.0,\"max\":2000.0,\"rounds\":[30.0,10.0,2000.0]}");
		assertThat(written.at("/figures/0/peer/rounds/2").asString()).isEqualTo("NaN");
		assertThat(written.at("/figures/0/targets").toString()).isEqualTo("[{\"target\":\">=20\",\"met\":true}]");
	}

	@Test
	void runsBesideThePeer() {
		assertThat(run("tell", "--sides", "project,peer")).singleElement()
			.asString()
			.matches("tell project=[0-9.]+ peer=[0-9.]+ ratio=[0-9.]+ .*");
	}

	@Test
	void runsInAnotherJvm() {
		try (Session session = ChildJvm.start(Side.BARE, List.of("-Xmx64m"), this.directory.toString(),
				Duration.ofSeconds(20))) {
			assertThat(session.run("ask 2 10 10000000").get("rate")).isPositive();
			assertThatIllegalStateException().isThrownBy(() -> session.run("nonsense"))
				.withMessageContaining("Unknown command: nonsense");
			assertThat(session.run("tell 1000000").get("rate")).isPositive();
		}
	}

	@Test
	void refusesWhatItDoesNotKnow() {
		assertThatIllegalArgumentException().isThrownBy(() -> Options.parse(List.of("--speed", "1")))
			.withMessageContaining("--speed");
		assertThatIllegalArgumentException().isThrownBy(() -> Options.parse(List.of("--rounds", "0")))
			.withMessageContaining("--rounds");
		assertThatIllegalArgumentException().isThrownBy(() -> Options.parse(List.of("--rounds")))
			.withMessageContaining("--rounds");
		assertThatIllegalArgumentException().isThrownBy(() -> Options.parse(List.of("Route")))
			.withMessageContaining("Route");
	}

	@Test
	void takesDefaultsOfABenchmarkAndAPattern() {
		MicroBenchmark micro = new MicroBenchmark();
		Options options = Options.parse(List.of("Route", "--warmup", "1"), micro.defaults(), micro.takesPattern());
		assertThat(options.pattern()).isEqualTo("Route");
		assertThat(options.seconds()).isEqualTo(1);
		assertThat(options.warmup()).isEqualTo(1);
		assertThat(options.forks()).isEqualTo(2);
	}

	@Test
	void printsMediansAndTheMedianOfTheRatios() {
		assertThat(
				Figure.of("speed", "m/s", 30, 10, 2000).peer(10, 10, 100).bare(60, 20, 1000).ratioAtLeast(2).toString())
			.isEqualTo(
					"speed project=30 peer=10 ratio=3 unit=m/s target=ratio>=2 met=yes bare=60 bare_ratio=0.50 rounds=3"
							+ " project_range=10..2000 peer_range=10..100 ratio_range=1..20 bare_range=20..1000");
		assertThat(Figure.of("size", "bytes", 70).atMost(69.5).toString())
			.isEqualTo("size project=70 peer=- ratio=- unit=bytes target=<=69.50 met=no rounds=1");
	}

	@Test
	void findsQuantiles() {
		LatencyHistogram latencies = new LatencyHistogram();
		for (int i = 1; i <= 100_000; i++) {
			latencies.record(i * 1000L);
		}
		for (double part : Set.of(0.01, 0.5, 0.99, 1.0)) {
			assertThat(latencies.quantile(part)).isBetween(part * 98e6, part * 102e6);
		}
		latencies.record(Long.MAX_VALUE);
		assertThat(latencies.quantile(1)).isGreaterThan(9e18);
		assertThat(new LatencyHistogram().quantile(0.5)).isZero();
	}

	private List<String> run(String name, String... more) {
		List<String> args = new ArrayList<>(List.of("--seconds", "0.02", "--rounds", "1", "--warmup", "0", "--actors",
				"40", "--soak", "0.02", "--settle", "0.02"));
		args.addAll(List.of(more));
		List<String> lines = new ArrayList<>();
		List<Path> directories = new ArrayList<>();
		Benchmarks.BY_NAME.get(name).run(Options.parse(args), (side, address) -> {
			directories.add(this.directory.resolve(name + "-" + directories.size()));
			return ContestantSession.open(side, (address != null) ? address : directories.getLast().toString());
		}, (figure) -> {
			if (!figure.isEmpty()) {
				lines.add(figure.toString());
			}
		});
		return lines;
	}

}
