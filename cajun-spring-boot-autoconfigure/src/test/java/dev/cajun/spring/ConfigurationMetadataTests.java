package dev.cajun.spring;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every configuration property is documented.
 */
class ConfigurationMetadataTests {

	/**
	 * Ours, by path: a class path holds the metadata of other jars too.
	 */
	private static final Path METADATA = Path.of("target/classes/META-INF/spring-configuration-metadata.json");

	@Test
	void describesEveryProperty() {
		assertThat(METADATA).as("written by the configuration processor").isNotEmptyFile();
		List<JsonNode> properties = JsonMapper.shared().readTree(METADATA).path("properties").valueStream().toList();
		assertThat(properties).as("properties of the metadata").isNotEmpty();
		assertThat(properties).filteredOn((property) -> property.path("description").asString("").isBlank())
			.extracting((property) -> property.path("name").asString())
			.as("properties without a description (Javadoc of the field, @param of the record)")
			.isEmpty();
	}

}
