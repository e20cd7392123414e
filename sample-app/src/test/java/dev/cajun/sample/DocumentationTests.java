package dev.cajun.sample;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the documentation shows is so: its Java compiles, its properties and scripts and
 * the tests that it names exist, and its links lead somewhere.
 */
class DocumentationTests {

	private static final Path ROOT = Path.of("..");

	/**
	 * The Java of these needs Spring Security, which the sample is without; what compiles
	 * and runs it is integration/04-outside-project.sh.
	 */
	private static final Set<String> NOT_COMPILED = Set.of("security.md", "cluster-page.md");

	private static final String IMPORTS = """
			import java.time.*;
			import java.util.*;
			import dev.cajun.*;
			import dev.cajun.placement.*;
			import dev.cajun.sample.AccountCommand.*;
			import dev.cajun.sample.Transfer.*;
			import dev.cajun.sample.TransferCommand.*;
			import dev.cajun.serialization.*;
			import dev.cajun.spring.Actor;
			import dev.cajun.spring.test.*;
			import org.junit.jupiter.api.Test;
			import org.springframework.beans.factory.annotation.*;
			import org.springframework.context.annotation.*;
			import org.springframework.context.event.EventListener;
			import org.springframework.resilience.annotation.*;
			import org.springframework.stereotype.*;
			import tools.jackson.databind.*;
			import tools.jackson.databind.node.*;
			import static org.assertj.core.api.Assertions.*;
			""";

	@TempDir
	private Path classes;

	static Stream<Path> pages() {
		try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
			List<Path> pages = new ArrayList<>(docs.filter((page) -> page.toString().endsWith(".md"))
				.filter((page) -> !page.toString().contains("decisions"))
				.sorted()
				.toList());
			pages.add(ROOT.resolve("README.md"));
			return pages.stream();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String read(Path page) {
		try {
			return Files.readString(page);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static List<String> blocks(Path page, String language) {
		return Pattern.compile("^```" + language + "\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL)
			.matcher(read(page))
			.results()
			.map((block) -> block.group(1))
			.toList();
	}

	// ---- Java

	@ParameterizedTest
	@MethodSource("pages")
	void javaCompiles(Path page) throws IOException {
		List<String> blocks = blocks(page, "java");
		if (blocks.isEmpty() || NOT_COMPILED.contains(page.getFileName().toString())) {
			return;
		}
		List<JavaFileObject> sources = new ArrayList<>();
		if (blocks.stream().allMatch((block) -> block.startsWith("package "))) {
			blocks.forEach((block) -> sources.add(source(name(block), block)));
		}
		else {
			sources.add(source("dev/cajun/sample/Snippets", completed(page, blocks)));
		}
		compile(sources);
	}

	/** The pieces in what they leave out, each exactly once. */
	private static String completed(Path page, List<String> blocks) throws IOException {
		String name = page.getFileName().toString().replace(".md", ".txt");
		try (InputStream in = DocumentationTests.class.getResourceAsStream("/documentation/" + name)) {
			assertThat(in).as("src/test/resources/documentation/%s, which completes the Java of %s", name, page)
				.isNotNull();
			String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
			for (int i = 0; i < blocks.size(); i++) {
				String place = "/*" + (i + 1) + "*/";
				assertThat(text).as("piece %d of %s", i + 1, page).containsOnlyOnce(place);
				text = text.replace(place, blocks.get(i));
			}
			assertThat(Pattern.compile("/\\*\\d+\\*/").matcher(text).find()).as("a piece that %s does not have", page)
				.isFalse();
			return "package dev.cajun.sample;\n" + IMPORTS + text;
		}
	}

	private static String name(String block) {
		Matcher matcher = Pattern
			.compile("^(?:public |sealed |final )*(?:class|record|interface|enum) (\\w+)", Pattern.MULTILINE)
			.matcher(block);
		assertThat(matcher.find()).as(block).isTrue();
		String type = matcher.group(1);
		return block.substring("package ".length(), block.indexOf(';')).replace('.', '/') + "/" + type;
	}

	private static JavaFileObject source(String name, String text) {
		return new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {

			@Override
			public CharSequence getCharContent(boolean ignoreEncodingErrors) {
				return text;
			}

		};
	}

	private void compile(List<JavaFileObject> sources) throws IOException {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
		try (StandardJavaFileManager files = compiler.getStandardFileManager(diagnostics, null, null)) {
			List<String> options = List.of("-proc:none", "-parameters", "-Xlint:-options", "-d",
					this.classes.toString(), "-classpath", System.getProperty("java.class.path"));
			boolean compiled = compiler.getTask(null, files, diagnostics, options, null, sources).call();
			assertThat(diagnostics.getDiagnostics())
				.filteredOn((diagnostic) -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
				.isEmpty();
			assertThat(compiled).isTrue();
		}
	}

	/** Spaces and remarks apart, the tests of the documentation are some that run. */
	@Test
	void testsThatAreShownRun() {
		String run = plain(read(Path.of("src/test/java/dev/cajun/sample/TransferActorTests.java"))
				+ read(Path.of("src/test/java/dev/cajun/sample/AccountClusterTests.java")));
		List<String> methods = blocks(ROOT.resolve("docs/testing.md"), "java").stream()
			.flatMap((block) -> Pattern.compile("@Test.*?\\n    }", Pattern.DOTALL).matcher(block).results())
			.map(MatchResult::group)
			.toList();
		assertThat(methods).hasSize(2).allSatisfy((method) -> assertThat(run).contains(plain(method)));
	}

	private static String plain(String code) {
		return code.replaceAll("//.*", "").replaceAll("\\s+", "");
	}

	// ---- properties

	@ParameterizedTest
	@MethodSource("pages")
	void propertiesExist(Path page) throws IOException {
		Map<String, String> known = properties();
		for (String block : blocks(page, "ya?ml")) {
			if (block.startsWith("apiVersion:")) {
				continue;
			}
			for (String key : keys(block)) {
				assertThat(isKnown(key, known)).as("'%s' in %s", key, page).isTrue();
			}
		}
	}

	private static Set<String> keys(String yaml) throws IOException {
		Set<String> keys = new TreeSet<>();
		for (PropertySource<?> source : new YamlPropertySourceLoader().load("docs",
				new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)))) {
			for (String name : ((EnumerablePropertySource<?>) source).getPropertyNames()) {
				keys.add(name.replaceAll("\\[\\d+]", ""));
			}
		}
		return keys;
	}

	/** The names and types of all properties of the class path. */
	private static Map<String, String> properties() throws IOException {
		Map<String, String> known = new HashMap<>();
		ClassLoader loader = DocumentationTests.class.getClassLoader();
		for (String file : List.of("spring-configuration-metadata.json",
				"additional-spring-configuration-metadata.json")) {
			for (URL url : Collections.list(loader.getResources("META-INF/" + file))) {
				try (InputStream in = url.openStream()) {
					JsonMapper.shared()
						.readTree(in)
						.path("properties")
						.forEach((property) -> known.put(property.path("name").asString(),
								property.path("type").asString("")));
				}
			}
		}
		assertThat(known).containsKeys("cajun.cluster.name", "spring.data.redis.host");
		return known;
	}

	private static boolean isKnown(String key, Map<String, String> known) {
		if (known.containsKey(key)) {
			return true;
		}
		for (int dot = key.lastIndexOf('.'); dot > 0; dot = key.lastIndexOf('.', dot - 1)) {
			if (known.getOrDefault(key.substring(0, dot), "").startsWith("java.util.Map")) {
				return true;
			}
		}
		return false;
	}

	/** A name that is written as ours: of a property, or else of a meter. */
	private static final Pattern OURS = Pattern
		.compile("(?<![\\w/:.@-])cajun(?:\\.[a-z0-9]+(?:-[a-z0-9]+)*)+(?![\\w(*-]|\\.[A-Z])");

	@Test
	void configurationHasEveryProperty() throws IOException {
		String page = read(ROOT.resolve("docs/configuration.md"));
		assertThat(properties().keySet()).filteredOn((name) -> name.startsWith("cajun.")).allSatisfy((name) -> {
			String defaults = name.replace("cajun.actor-defaults.", "");
			String last = name.substring(name.lastIndexOf('.'));
			assertThat(page).satisfiesAnyOf((text) -> assertThat(text).contains("`" + name + "`"),
					(text) -> assertThat(text).contains("`" + name + ".<"),
					(text) -> assertThat(text).contains("`, `" + last + "`"),
					(text) -> assertThat(defaults).isNotEqualTo(name)
						.satisfies((setting) -> assertThat(text).contains("| `" + setting + "` | `")));
		});
	}

	@Test
	void configurationHasEveryReadOfTheEndpoint() {
		String queries = read(
				ROOT.resolve("cajun-spring-boot-autoconfigure/src/main/java/dev/cajun/spring/autoconfigure"
						+ "/endpoint/ClusterQueries.java"));
		Set<String> reads = Pattern.compile("case \"([a-z-]+)\" -> (?!Boolean)")
			.matcher(queries)
			.results()
			.map((read) -> read.group(1))
			.collect(Collectors.toCollection(TreeSet::new));
		String page = read(ROOT.resolve("docs/configuration.md"));
		assertThat(reads).contains("nodes", "routing", "versions")
			.allSatisfy((read) -> assertThat(page).contains("`GET /actuator/cluster/" + read));
	}

	@ParameterizedTest
	@MethodSource("pages")
	void namesInTheTextExist(Path page) throws IOException {
		Set<String> known = new TreeSet<>(properties().keySet());
		String configuration = read(ROOT.resolve("docs/configuration.md"));
		OURS.matcher(configuration.substring(configuration.indexOf("## Meters"), configuration.indexOf("## Log")))
			.results()
			.forEach((meter) -> known.add(meter.group()));
		assertThat(OURS.matcher(read(page)).results().map(MatchResult::group))
			.allMatch((name) -> known.stream().anyMatch((one) -> one.equals(name) || one.startsWith(name + ".")));
	}

	@Test
	void findsPropertiesThatDoNotExist() throws IOException {
		Map<String, String> known = properties();
		assertThat(keys("cajun:\n  cluster:\n    nmae: bank\n")).noneMatch((key) -> isKnown(key, known));
		assertThat(keys("cajun.cluster: { name: bank }\ncajun.etcd.endpoints: [ a, b ]\n"))
			.allMatch((key) -> isKnown(key, known));
	}

	// ---- links

	static Stream<Path> pagesAndOthers() {
		return Stream.concat(pages(), Stream.of("CONTRIBUTING.md", "CHANGELOG.md").map(ROOT::resolve));
	}

	@ParameterizedTest
	@MethodSource("pagesAndOthers")
	void linksLeadSomewhere(Path page) {
		Pattern.compile("\\]\\((?!https?:)([^)#\\s]*)(?:#([^)\\s]+))?\\)")
			.matcher(prose(page))
			.results()
			.forEach((link) -> {
				Path target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
				assertThat(target).as(link.group()).exists();
				if (link.group(2) != null) {
					assertThat(anchors(target)).as(link.group()).contains(link.group(2));
				}
			});
	}

	private static String prose(Path page) {
		return read(page).replaceAll("(?ms)^ *```.*?^ *```$", "");
	}

	/** What GitHub makes of the headings. */
	private static List<String> anchors(Path page) {
		return Pattern.compile("^#+ (.+)$", Pattern.MULTILINE)
			.matcher(prose(page))
			.results()
			.map((heading) -> heading.group(1).toLowerCase(Locale.ROOT))
			.map((heading) -> heading.replaceAll("[^\\w\\- ]", "").replace(' ', '-'))
			.toList();
	}

	// ---- scripts, and tests that are named

	@ParameterizedTest
	@MethodSource("pages")
	void scriptsExist(Path page) {
		for (String block : blocks(page, "sh")) {
			Pattern.compile("^(?:\\./)?((?:bin|integration|sample-app|benchmarks|mvnw)[\\w./-]*)", Pattern.MULTILINE)
				.matcher(block)
				.results()
				.map((script) -> script.group(1))
				.forEach((script) -> assertThat(ROOT.resolve(script)).as("in %s", page).isExecutable());
		}
	}

	@Test
	void testsThatAreNamedExist() throws IOException {
		Map<String, String> tests = new HashMap<>();
		try (Stream<Path> files = Files.walk(ROOT)) {
			files.filter((file) -> file.toString().contains("src/test/java") && file.toString().endsWith(".java"))
				.filter((file) -> !file.toString().contains("/target/"))
				.forEach((file) -> tests.merge(file.getFileName().toString().replace(".java", ""), read(file),
						String::concat));
		}
		List<String> named = Pattern.compile("`([A-Z]\\w+(?:Tests|Contract))(?:\\.(\\w+))?`")
			.matcher(read(ROOT.resolve("docs/reliability.md")))
			.results()
			.map((name) -> (name.group(2) != null) ? name.group(1) + "." + name.group(2) : name.group(1))
			.toList();
		assertThat(named).hasSizeGreaterThan(30).allSatisfy((name) -> {
			String[] parts = name.split("\\.", -1);
			assertThat(tests).containsKey(parts[0]);
			if (parts.length > 1) {
				assertThat(tests.get(parts[0])).contains("void " + parts[1] + "(");
			}
		});
	}

}
