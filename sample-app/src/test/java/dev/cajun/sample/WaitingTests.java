package dev.cajun.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests and benchmarks wait for conditions. What stands still for some time is in
 * {@code waiting.txt}, with its reason.
 */
class WaitingTests {

	private static final Path ROOT = Path.of("..");

	private static final Pattern TESTED = Pattern
		.compile("[^/]+/src/test/java/.*|cajun-spring-boot-starter-test/src/main/.*|(integration|benchmarks|bin)/.*");

	private static final Pattern JAVA = Pattern.compile("\\bsleep\\(|::sleep\\b|\\bpark(?:Nanos|Until)\\("
			+ "|\\b(?:Check|Children)[.]pause\\(|[.]pollDelay\\((?!Duration[.]ZERO\\))|[.]during\\("
			+ "|new CountDownLatch\\(1\\)[.]await\\(|\\bdelayedExecutor\\(|[.]wait\\(\\d");

	private static final Pattern SHELL = Pattern.compile("^[^#\\n]*?\\b(?:sleep\\b|read -t)", Pattern.MULTILINE);

	private static final Pattern ALLOWED = Pattern.compile("(\\d+) (\\S+) +(\\S.*)");

	@Test
	void testsWaitForConditions() throws IOException {
		Map<String, Integer> allowed = allowed();
		Map<String, Integer> found = standingStill();
		assertThat(found.entrySet()).filteredOn((file) -> !file.getValue().equals(allowed.get(file.getKey())))
			.as("files that stand still, how often: wait for a condition, or list the reason in waiting.txt")
			.isEmpty();
		assertThat(allowed.keySet()).filteredOn((file) -> !found.containsKey(file))
			.as("files of waiting.txt that stand still no more")
			.isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "Thread.sleep(5);", "TimeUnit.SECONDS.sleep(1);", "sleep(Duration.ofMillis(5));",
			"run(Thread::sleep)", "LockSupport.parkNanos(1);", "Check.pause(Duration.ofSeconds(2));",
			"await().pollDelay(Duration.ofMillis(200)).until(done)", "new CountDownLatch(1).await(1, SECONDS);" })
	void findsJavaThatStandsStill(String code) {
		assertThat(JAVA.matcher(code).results()).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "done.await(10, SECONDS);", "await().pollDelay(Duration.ZERO).until(done)",
			"await().atMost(SOON).until(done)", "node.pause();" })
	void leavesJavaThatWaitsForSomething(String code) {
		assertThat(JAVA.matcher(code).results()).isEmpty();
	}

	@Test
	void findsShellThatStandsStill() {
		assertThat(SHELL.matcher("set -eu\n# sleep\n\tstart && sleep 5\nread -t 1 line\n").results()).hasSize(2);
	}

	/** How often something stands still, by file. */
	private static Map<String, Integer> standingStill() throws IOException {
		Map<String, Integer> found = new TreeMap<>();
		try (Stream<Path> files = Files.walk(ROOT)) {
			files.filter(Files::isRegularFile).forEach((file) -> {
				String path = ROOT.relativize(file).toString();
				if (TESTED.matcher(path).matches() && !path.contains("/target/")) {
					int times = timesStandingStill(path, file);
					if (times > 0) {
						found.put(path, times);
					}
				}
			});
		}
		return found;
	}

	private static int timesStandingStill(String path, Path file) {
		boolean java = path.endsWith(".java");
		if (!java && !path.endsWith(".sh") && !path.startsWith("bin/")) {
			return 0;
		}
		try {
			return (int) (java ? JAVA : SHELL).matcher(Files.readString(file)).results().count();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Map<String, Integer> allowed() throws IOException {
		Map<String, Integer> allowed = new TreeMap<>();
		for (String line : Files.readAllLines(Path.of("src/test/resources/waiting.txt"))) {
			if (line.isEmpty() || line.startsWith("#")) {
				continue;
			}
			Matcher matcher = ALLOWED.matcher(line);
			assertThat(matcher.matches()).as("number, file and reason: %s", line).isTrue();
			assertThat(allowed.put(matcher.group(2), Integer.valueOf(matcher.group(1)))).as(line).isNull();
		}
		return allowed;
	}

}
