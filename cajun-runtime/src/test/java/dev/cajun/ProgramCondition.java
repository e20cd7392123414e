package dev.cajun;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Whether the programs that a test class starts are on the {@code PATH}. */
class ProgramCondition implements ExecutionCondition {

	@Override
	public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
		List<String> missing = context.getTestClass().map(ProgramCondition::missing).orElse(List.of());
		if (missing.isEmpty() || "required".equals(System.getProperty("cajun.programs"))) {
			return ConditionEvaluationResult.enabled("");
		}
		return ConditionEvaluationResult.disabled("Not on the PATH: " + String.join(", ", missing));
	}

	static List<String> missing(Class<?> tests) {
		Stream<String> etcd = AnnotationSupport.isAnnotated(tests, RequiresEtcd.class)
				? missing("apt-get install etcd-server etcd-client", "etcd", "etcdctl") : Stream.of();
		Stream<String> redis = AnnotationSupport.isAnnotated(tests, RequiresRedis.class)
				? missing("apt-get install redis-server", "redis-server", "redis-cli") : Stream.of();
		Stream<String> browser = AnnotationSupport.isAnnotated(tests, RequiresBrowser.class)
				? missing("apt-get install chromium chromium-driver", "chromium", "chromedriver") : Stream.of();
		return Stream.of(etcd, redis, browser).flatMap((each) -> each).toList();
	}

	private static Stream<String> missing(String debian, String... programs) {
		return Stream.of(programs)
			.filter((program) -> !isOnPath(program))
			.map((program) -> program + " (Debian: " + debian + ")");
	}

	private static boolean isOnPath(String program) {
		return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
			.anyMatch((directory) -> Files.isExecutable(Path.of(directory, program)));
	}

}
