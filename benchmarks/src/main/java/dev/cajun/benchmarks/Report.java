package dev.cajun.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The file that a run leaves: figures mean nothing without the machine, its load, the
 * options and the commit that they were measured with.
 */
final class Report {

	private static final Path DIRECTORY = Path.of("target", "results");

	/** Where {@code benchmarks/run} was called, which runs this elsewhere. */
	private static final Path CALLER = Path.of(System.getProperty("cajun.benchmarks.caller", ""));

	private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}(-dirty)?");

	private static final DateTimeFormatter FILE_TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT)
		.withZone(ZoneOffset.UTC);

	private static final JsonMapper MAPPER = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

	private final String name;

	private final Instant started = Instant.now();

	private final Map<String, Object> content = new LinkedHashMap<>();

	private final Map<String, Object> load = new LinkedHashMap<>();

	private final List<Map<String, Object>> figures = new ArrayList<>();

	Report(String name, Options options, List<String> jvmOptions) {
		this.name = name;
		this.content.put("benchmark", name);
		this.content.put("commit", commit());
		this.content.put("started", this.started.truncatedTo(ChronoUnit.SECONDS).toString());
		this.content.put("machine", Machine.facts());
		this.load.put("before", Machine.load());
		this.content.put("load", this.load);
		this.content.put("options", options);
		this.content.put("jvm", jvmOptions);
	}

	private static String commit() {
		try {
			String output = Children
				.output(List.of("git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"), "git");
			return COMMIT.matcher(output).matches() ? output : "unknown";
		}
		catch (IllegalStateException ex) {
			return "unknown";
		}
	}

	void add(Figure figure) {
		this.figures.add(figure.values());
	}

	/** What was measured until then is written all the same. */
	void failed(IllegalStateException failure) {
		this.content.put("failed", String.valueOf(failure.getMessage()));
	}

	/**
	 * Writes the file.
	 * @param output where; empty for a new one below the build directory
	 * @return where it is
	 */
	Path write(String output) throws IOException {
		this.content.put("finished", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
		this.load.put("after", Machine.load());
		this.content.put("figures", this.figures);
		Path file = (output.isEmpty() ? DIRECTORY.resolve(this.name + "-" + FILE_TIME.format(this.started) + ".json")
				: CALLER.resolve(output))
			.toAbsolutePath();
		Path parent = file.getParent();
		if (parent != null) {
			Files.createDirectories(parent);
		}
		Files.writeString(file, MAPPER.writeValueAsString(this.content) + System.lineSeparator());
		return file;
	}

}
